// The texts are those of analytics/tests/test_numbers.py: server and charts write numbers alike.
import assert from "node:assert/strict";
import { test } from "node:test";
import { format } from "../js/format.js";

const NARROW = "\u202f";

function gives(unit, table) {
  for (const [value, text] of table) assert.equal(format(value, unit).replaceAll(NARROW, " "), text);
}

test("counts are shortened", () => {
  gives("count", [
    [0, "0"],
    [2.64, "2.64"],
    [999, "999"],
    [1000, "1 k"],
    [1234, "1.2 k"],
    [99940, "99.9 k"],
    [999999, "1 M"],
    [3400000, "3.4 M"],
    [null, "–"],
  ]);
});

test("seconds are told as durations", () => {
  gives("seconds", [
    [0, "0s"],
    [41.6, "42s"],
    [59.6, "1m 00s"],
    [200, "3m 20s"],
    [3900, "1h 05m"],
    [null, "–"],
  ]);
});

test("milliseconds stay milliseconds", () => {
  gives("ms", [
    [8.46, "8.5 ms"],
    [350.4, "350 ms"],
    [1240, "1,240 ms"],
    [null, "–"],
  ]);
});

test("percentages keep one digit", () => gives("percent", [[42.54, "42.5 %"], [8, "8 %"], [null, "–"]]));
