"""Steps in any order: at each event, how many different steps were taken within the window that ends there.

The fold keeps when each step was taken last (0: not yet). An event is one step: of those it fits, the one that waits
longest, so that two equal steps need two events. Its state is a tuple:

1  when each step was taken last    2  with which value    3 …  for each level, what reached it first
then  left out    last  the latest step of the period (ms[, the rank of its value, which step])

An attempt begins in the period. It is the latest beginning from which as many steps fit: with the step that waits
longest, or, where each of them was taken again after the period, with the latest step that was taken in it.

What reached a level first is (when it had begun, ms; how long that took, ms[, the rank of its value]), 0 for never. One
tuple, so that what makes it the first is said once: what a funnel of a small workspace costs is its text, not its rows.
"""

from analytics.reports.funnel.model import Funnel
from analytics.reports.funnel.packed import bits_of, moment_of, rank_of

LAST, VALUES = 1, 2
# Two threads hand people over in 256 small blocks, and a fold pays for each, once for every event of its longest list.
# Sorted by length they come in large ones (2.1 -> 0.5 billion instructions); unlimited, they would not be sorted.
LARGE = f"ORDER BY length(list) LIMIT {1 << 40}"


def attempts(asked: Funnel, lists: str, end_ms: int) -> str:
    """One row for each who entered: level, began (ms; of the attempt that went furthest), took_2 …, value (its rank).

    `lists`: person, list (funnel.statement). An attempt begins before `end_ms`.
    """
    step, state = _fold(asked, end_ms)
    parts = [moment_of(asked, "x"), bits_of(asked, "x"), *([rank_of("x")] if asked.by else [])]
    unpacked = f"arrayMap(x -> ({', '.join(parts)}), arraySort(list))"
    folded = f"SELECT person, arrayFold({step}, {unpacked}, {state}) AS r FROM ({lists} {LARGE})"
    entered = f"r.{_first(1)}.1 > 0 AND NOT r.{_gone(asked)}"
    return f"SELECT person, {', '.join(_columns(asked))} FROM ({folded}) WHERE {entered}"


def _first(level: int) -> int:
    return VALUES + level


def _gone(asked: Funnel) -> int:
    return VALUES + len(asked.steps) + 1


def _latest(asked: Funnel) -> int:
    return _gone(asked) + 1


def _columns(asked: Funnel) -> list[str]:
    levels = range(1, len(asked.steps) + 1)
    reached = " + ".join(f"(r.{_first(level)}.1 > 0)" for level in levels)
    furthest = f"[{', '.join(f'r.{_first(level)}' for level in levels)}][greatest(level, 1)]"
    found = [f"toUInt8({reached}) AS level", f"({furthest} AS furthest).1 AS began"]
    found += [f"r.{_first(level)}.2 AS took_{level}" for level in levels if level > 1]
    return found + (["furthest.3 AS value"] if asked.by else [])


def _fold(asked: Funnel, end_ms: int) -> tuple[str, str]:
    """(lambda, first state)."""
    count = len(asked.steps)
    levels = range(1, count + 1)
    steps = f"[{', '.join(map(str, levels))}]"
    excluded = f"bitTest(e.2, {count})" if asked.without else "0"
    waiting = f"arraySort(arrayFilter(x -> bitTest(e.2, x.2 - 1), arrayZip(last, {steps})))"
    oldest = "arrayMin(l -> if(l > 0, l, 9223372036854775807), taken)"
    began = f"if(oldest >= {end_ms} AND latest.1 > 0, latest.1, oldest)"
    hit = f"count = {{level}} AND chosen > 0 AND began < {end_ms}"
    state = ["taken", "values"]
    state += [_reaching(asked, level, hit.format(level=level)) for level in levels]
    state += [_left_out(asked, excluded), "latest"]
    none = "tuple(toInt64(0), toUInt32(0), toUInt8(0))" if asked.by else "tuple(toInt64(0))"
    present = "(e.1, e.3, chosen)" if asked.by else "tuple(e.1)"
    # Each is named before the next needs it: spelled out in all places, this is the longest statement of all.
    named = _with({"count": "arrayCount(l -> l > 0, taken)", "began": began}, f"({', '.join(state)})")
    named = _with({"oldest": oldest}, named)
    taken = f"arrayMap((l, k) -> if(k = chosen, e.1, if({excluded}, 0, l)), last, {steps})"
    latest = f"if({excluded}, {none}, if(chosen > 0 AND e.1 < {end_ms}, {present}, held))"
    named = _with({"taken": taken, "values": _values(asked, steps), "latest": latest}, named)
    named = _with({"chosen": f"if(e.2 = 0 OR {excluded}, 0, {waiting}[1].2)"}, named)
    # What is older than the window counts no more.
    last = f"arrayMap(l -> if(l >= e.1 - {asked.window_ms}, l, 0), acc.{LAST})"
    held = f"if(acc.{_latest(asked)}.1 >= e.1 - {asked.window_ms}, acc.{_latest(asked)}, {none})"
    named = _with({"last": last, "held": held}, named)
    nothing = f"(toInt64(0), toInt64(0){', toUInt32(0)' if asked.by else ''})"
    first = [f"arrayWithConstant({count}, toInt64(0))", f"arrayWithConstant({count}, toUInt32(0))"]
    return f"(acc, e) -> {named}", f"({', '.join([*first, *[nothing] * count, 'toUInt8(0)', none])})"


def _with(names: dict[str, str], sql: str) -> str:
    """`sql` with names for expressions."""
    return f"arrayMap(({', '.join(names)}) -> {sql}, {', '.join(f'[{each}]' for each in names.values())})[1]"


def _reaching(asked: Funnel, level: int, hit: str) -> str:
    """The attempt that an event made the first on its level, or the one there was."""
    made = f"(began, e.1 - began{f', {_value(asked)}' if asked.by else ''})"
    known = f"acc.{_first(level)}"
    return f"if({known}.1 = 0 AND {hit}, {made}, {known})"


def _values(asked: Funnel, steps: str) -> str:
    return f"arrayMap((v, k) -> if(k = chosen, e.3, v), acc.{VALUES}, {steps})" if asked.by else f"acc.{VALUES}"


def _value(asked: Funnel) -> str:
    if asked.attribution == "last":
        return "e.3"
    if asked.attribution == "first":
        return "if(has(taken, began), values[indexOf(taken, began)], latest.2)"
    step = asked.attribution
    return f"multiIf(began = latest.1 AND latest.3 = {step}, latest.2, taken[{step}] > 0, values[{step}], 0)"


def _left_out(asked: Funnel, excluded: str) -> str:
    if not asked.without or asked.drops != "person":
        return "toUInt8(0)"
    return f"toUInt8(acc.{_gone(asked)} OR ({excluded} AND acc.{_first(len(asked.steps))}.1 = 0 AND held.1 > 0))"
