import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sha1 } from "../../src/hashing/sha1.js";
import { sha256 } from "../../src/hashing/sha256.js";

test("the vectors of privacy mode", () => {
  assert.equal(sha1("foo@bar.com"), "823776525776c8f23a87176c59d25759da7a52c4");
  assert.equal(sha256("foo@bar.com"), "0c7e6a405862e402eb76a70f8a26fc732d07c32931e9fae9ab1582911d2e8a3b");
});

test("both agree with another implementation at every length around the borders of a block, in UTF-8", () => {
  const texts = Array.from({ length: 140 }, (_, n) => "é".repeat(n % 3) + "x".repeat(n));
  for (const text of texts) {
    assert.equal(sha1(text), createHash("sha1").update(text).digest("hex"), text);
    assert.equal(sha256(text), createHash("sha256").update(text).digest("hex"), text);
  }
});
