"""SQL of a metric → the aggregate functions in it, whose states are kept, and what becomes of those: merged.

100 * sumIf(bounce, a) / countIf(b)    ►    sumIf(bounce, a), countIf(b)    and    100 * {0} / {1}
"""

import re
from dataclasses import dataclass

# function → types of its arguments, as far as they decide what its state looks like (a sum's is of 64 bits either way).
# A median's would hold every value there was: metrics with others than these are counted from the rows.
ARGUMENTS = {
    "countIf": "UInt8",
    "sumIf": "UInt32, UInt8",
    "avgIf": "UInt32, UInt8",
    "uniqCombined64If": "UInt64, UInt8",
}
_CALL = re.compile(rf"\b({'|'.join(ARGUMENTS)})\(")
_ARITHMETIC = re.compile(r"(?:round|[\s\d.,*/+()-]|\{\d+\})*")


@dataclass(frozen=True)
class Call:
    function: str
    arguments: str

    def state(self) -> str:
        return f"{self.function}State({self.arguments})"

    def merged(self, state: str, condition: str) -> str:
        """SQL over rows that hold states, those of which `condition` is true."""
        return f"{self.function}MergeIf({state}, {condition})"

    def kind(self) -> str:
        return f"AggregateFunction({self.function}, {ARGUMENTS[self.function]})"


def split(expression: str, calls: list[Call]) -> str | None:
    """The expression with `{n}` for the n-th of `calls`, to which those of it are added. None: it cannot be split."""
    made, rest = "", expression
    while found := _CALL.search(rest):
        end = _closing(rest, found.end())
        call = Call(found[1], rest[found.end() : end])
        if call not in calls:
            calls.append(call)
        made += f"{rest[: found.start()]}{{{calls.index(call)}}}"
        rest = rest[end + 1 :]
    return made + rest if _ARITHMETIC.fullmatch(made + rest) else None


def _closing(text: str, start: int) -> int:
    """Where the parenthesis closes that was opened before `start`."""
    depth, quoted = 1, False
    for place in range(start, len(text)):
        quoted ^= text[place] == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(text[place], 0)
        if not depth:
            return place
    raise ValueError(f"a parenthesis is left open: {text}")
