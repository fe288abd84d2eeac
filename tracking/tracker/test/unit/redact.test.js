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
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln done": "[token] done",
};
for (const [given, expected] of Object.entries(texts)) {
  test(`the text ${JSON.stringify(given)} becomes ${JSON.stringify(expected)}`, () => assert.equal(cleanText(given), expected));
}

test("a text is cut with an ellipsis", () => assert.equal(cleanText("abcdef", 4), "abc…"));

const urls = {
  "/p?x=1#part": "https://acme.example/p?x=1",
  "https://user:pass@other.example:8443/p": "https://other.example:8443/p",
  "/p?token=abc&utm_source=mail": "/p?token=[redacted]&utm_source=mail",
  "/p?Api-Key=abc&api_key=b": "/p?Api-Key=[redacted]&api_key=[redacted]",
  "/p?author=ann&zipcode=1": "/p?author=ann&zipcode=1",
  "/p?q=foo%40bar.com&r=a@b.com": "/p?q=[redacted]&r=[redacted]",
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
