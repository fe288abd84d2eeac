import assert from "node:assert/strict";
import { test } from "node:test";
import { isCounted } from "../../src/paths.js";

const counted = (path, options) => isCounted(path, { include: "", exclude: "", ...options });

test("one star is one part of a path, two are any number", () => {
  assert.equal(counted("/admin/users/7", { exclude: "/admin/**" }), false);
  assert.equal(counted("/admin/users/7", { exclude: "/admin/*" }), true);
  assert.equal(counted("/admin/users", { exclude: "/blog/*, /admin/*" }), false);
  assert.equal(counted("/administration", { exclude: "/admin/**" }), true);
});

test("where paths are included, others are not counted, and exclusion wins", () => {
  assert.equal(counted("/shop/shoes", { include: "/shop/**" }), true);
  assert.equal(counted("/blog", { include: "/shop/**" }), false);
  assert.equal(counted("/shop/cart", { include: "/shop/**", exclude: "/shop/cart" }), false);
});

test("what looks like a regular expression is a text", () => {
  assert.equal(counted("/axb", { exclude: "/a.b" }), true);
  assert.equal(counted("/a(b", { exclude: "/a(b" }), false);
});
