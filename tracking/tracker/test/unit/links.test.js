import assert from "node:assert/strict";
import { test } from "node:test";
import { emailIn, isOthersEmail, isOwnEmail } from "../../src/email.js";
import { fnv1a } from "../../src/fnv.js";
import { identityIn } from "../../src/frames.js";
import { listedHosts } from "../../src/hosts.js";
import { format, parse } from "../../src/links.js";

const NOW = 1_773_144_000_000;
const VISITOR = "0192a3b4-c5d6-7000-8000-000000000001";
const SESSION = "0192a3b4-c5d6-7000-8000-000000000002";

test("FNV-1a of 64 bits, the published vectors", () => {
  assert.deepEqual(["", "a", "foobar"].map(fnv1a), ["cbf29ce484222325", "af63dc4c8601ec8c", "85944171f73967e8"]);
});

test("a list of hosts: with subdomains, with ports, nothing that only looks alike", () => {
  const isListed = listedHosts("shop.example, *.b.example,127.0.0.1");
  for (const url of ["https://shop.example/x", "https://b.example", "https://www.b.example", "http://127.0.0.1:8123/"]) {
    assert.ok(isListed(url), url);
  }
  for (const url of ["https://www.shop.example", "https://evilb.example", "https://shop.example.evil.example", "null", "", "mailto:a@b.example"]) {
    assert.ok(!isListed(url), url);
  }
  assert.ok(!listedHosts("")("https://shop.example"));
});

test("a link is good for two minutes and for the browser that wrote it", () => {
  const device = fnv1a("this browser");
  const text = format(VISITOR, SESSION, device, NOW);
  const ids = { visitor: VISITOR, session: SESSION };
  assert.deepEqual(parse(text, device, NOW + 119_000), ids);
  assert.deepEqual(parse(text, device, NOW - 4_000), ids);
  assert.equal(parse(text, device, NOW + 122_000), null);
  assert.equal(parse(text, device, NOW - 7_000), null);
  assert.equal(parse(text, fnv1a("another browser"), NOW), null);
  for (const wrong of ["", "x", `${text}x`, text.replace(VISITOR, "v1"), null]) assert.equal(parse(wrong, device, NOW), null);
});

test("an address is one in any spelling, and a friend's is not the visitor's", () => {
  assert.equal(emailIn(" Foo@Bar.com "), "foo@bar.com");
  assert.equal(emailIn("müller@münchen.example"), "müller@münchen.example");
  for (const text of ["foo", "foo@bar", "@bar.com", "foo@bar..", "a b@c.de", "Foo <foo@bar.com>", 7, null, "a@b.1"]) assert.equal(emailIn(text), "", text);
  for (const name of ["email", "E-Mail", "user_email", "EMAIL_ADDRESS"]) assert.ok(isOwnEmail(name), name);
  for (const name of ["friend_email", "recipient-mail", "invite_email"]) assert.ok(isOthersEmail(name) && !isOwnEmail(name), name);
});

test("an identity from another frame is taken apart with care", () => {
  assert.deepEqual(identityIn({ email: "a@b.example", traits: { plan: "pro" }, extra: 1 }), [{ email: "a@b.example" }, { plan: "pro" }]);
  for (const wrong of [null, "x", 7, [], {}, { email: 7 }]) assert.equal(identityIn(wrong), null);
});
