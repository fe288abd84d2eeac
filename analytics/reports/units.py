"""In which unit of the calendar an event lies: a day, a week, a month of the workspace's zone.

Python cuts the units (analytics.query.gaps). Where all are of one length, as days are but for two in a year, the place
is one division; else the engine looks it up, which takes several times as long.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from analytics.query.bounds import Parameters


def units(starts: Sequence[datetime], bound: Parameters, when: str = "") -> str:
    """SQL of an aggregate: every unit (as below) in which something lies, or something that fits `when`, in order.

    Up to 255 units are bits of one number, which is a third cheaper to collect than a set.
    """
    place, suffix, condition = unit(starts, bound), "If" if when else "", f", {when}" if when else ""
    bits = next((each for each in (64, 128, 256) if len(starts) < each), None)
    if bits is None:
        return f"arraySort(groupUniqArray{suffix}({place}{condition}))"
    bit = f"bitShiftLeft(toUInt{bits}(1), toUInt8({place}))"
    return f"arrayMap(x -> toInt32(x), bitPositionsToArray(groupBitOr{suffix}({bit}{condition})))"


def unit(starts: Sequence[datetime], bound: Parameters) -> str:
    """SQL over an event: from 1; 0 before the first of `starts`, and what comes after the last lies in the last."""
    seconds = [int(each.timestamp()) for each in starts]
    lengths = {later - earlier for earlier, later in pairwise(seconds[1:])}
    if len(lengths) == 1 and 0 < seconds[1] - seconds[0] <= (length := lengths.pop()):  # a first one may be cut short
        return _divided(seconds, length, bound)
    edges = bound.bind([0, *seconds], "Array(UInt32)")
    places = bound.bind(list(range(len(seconds) + 1)), "Array(Int32)")
    return f"transform(roundDown(toUnixTimestamp(ts), {edges}), {edges}, {places}, toInt32(0))"


def _divided(seconds: list[int], length: int, bound: Parameters) -> str:
    first, origin = bound.bind(seconds[0], "Int64"), bound.bind(seconds[1] - 2 * length, "Int64")
    place = f"intDiv(toInt64(toUnixTimestamp(ts)) - {origin}, {bound.bind(length, 'Int64')})"
    return f"if(toUnixTimestamp(ts) < {first}, 0, toInt32(least({place}, {len(seconds)})))"
