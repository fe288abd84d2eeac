import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanText, cleanUrl } from "../../src/redact.js";

const texts = {
  "Buy   now\n today": "Buy now today",
  "Card 4111 1111 1111 1111 kept": "Card [card] kept",
  "4111-1111-1111-1111": "[card]",
  "Order 4111 1111 1111 1112": "Order 4111 1111 1111 1112",
  "SSN 123-45-6789": "SSN [ssn]",
  "Write to Foo.Bar+x@example.co.uk!": "Write to [email]!",
  "Write to jörg@müller.de, or 用户@例子.广告": "Write to [email], or [email]",
  "DE89 3704 0044 0532 0130 00, GB82WEST12345698765432 NOW": "[iban], [iban] NOW",
  "DE88 3704 0044 0532 0130 00 and PS55 MEGA SALE NOW": "DE88 3704 0044 0532 0130 00 and PS55 MEGA SALE NOW",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln done": "[token] done",
};
for (const [given, expected] of Object.entries(texts)) {
  test(`the text ${JSON.stringify(given)} becomes ${JSON.stringify(expected)}`, () => assert.equal(cleanText(given), expected));
}

for (const part of ["a", "eyJ", "a%40", "1 ", "AB12 "]) {
  test(`200,000 characters of ${JSON.stringify(part)} hold nothing up`, () => {
    const began = performance.now();
    const text = part.repeat(200000 / part.length);
    assert.equal(cleanText(text).length, 255);
    cleanUrl(`/p?q=${text}`, "https://acme.example/");
    assert.ok(performance.now() - began < 3000); // without a bound: half a minute
  });
}

test("a text is cut with an ellipsis", () => assert.equal(cleanText("abcdef", 4), "abc…"));

const urls = {
  "/p?x=1#part": "https://acme.example/p?x=1",
  "https://user:pass@other.example:8443/p": "https://other.example:8443/p",
  "/p?token=abc&utm_source=mail": "/p?token=[redacted]&utm_source=mail",
  "/p?Api-Key=abc&api_key=b": "/p?Api-Key=[redacted]&api_key=[redacted]",
  "/p?author=ann&zipcode=1": "/p?author=ann&zipcode=1",
  "/p?q=foo%40bar.com&r=a@b.com": "/p?q=[redacted]&r=[redacted]",
  "/p?q=j%C3%B6rg%40m%C3%BCller.de&iban=x&at=@52.1,13.4": "/p?q=[redacted]&iban=[redacted]&at=@52.1,13.4",
  "/u/foo@bar.com/edit": "/u/[email]/edit",
  "mailto:foo@bar.com": "mailto:[email]",
};
for (const [given, expected] of Object.entries(urls)) {
  const full = expected.startsWith("/") ? `https://acme.example${expected}` : expected;
  test(`the URL ${given} becomes ${expected}`, () => assert.equal(cleanUrl(given, "https://acme.example/"), full));
}

test("the fragment stays where it names a page", () => {
  assert.equal(cleanUrl("https://acme.example/#/about", undefined, true), "https://acme.example/#/about");
});

test("what is no URL becomes empty", () => assert.equal(cleanUrl("", undefined), ""));
