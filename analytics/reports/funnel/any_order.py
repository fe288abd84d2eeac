"""Steps in any order: at each event, how many different steps were taken within the window that ends there.

The fold keeps when each step was taken last (0: not yet). An event is one step: of those it fits, the one that waits
longest, so that two equal steps need two events.
"""

from analytics.reports.funnel.model import Funnel
from analytics.reports.funnel.places import Places, new, nothing

LAST, VALUES = 1, 2  # when each step was taken last, and with which value


def places(asked: Funnel) -> Places:
    return Places(len(asked.steps), before=2)


def fold(asked: Funnel, end_ms: int) -> tuple[str, str]:
    """(lambda, first state). An attempt begins before `end_ms`."""
    at, levels = places(asked), range(1, len(asked.steps) + 1)
    steps = f"[{', '.join(map(str, levels))}]"
    excluded = f"bitTest(e.2, {at.count})" if asked.without else "0"
    waiting = f"arraySort(arrayFilter(x -> bitTest(e.2, x.2 - 1), arrayZip(last, {steps})))"
    began = "arrayMin(l -> if(l > 0, l, 9223372036854775807), taken)"
    value = _value(asked) if asked.by else ""
    hit = f"count = {{level}} AND chosen > 0 AND began < {end_ms}"
    state = ["taken", "values"]
    state += [new(at, level, hit.format(level=level), "began", value) for level in levels]
    state.append(_left_out(asked, at, excluded))
    # Each is named before the next needs it: spelled out in all places, this is the longest statement of all.
    named = _with({"count": "arrayCount(l -> l > 0, taken)", "began": began}, f"({', '.join(state)})")
    taken = f"arrayMap((l, k) -> if(k = chosen, e.1, if({excluded}, 0, l)), last, {steps})"
    named = _with({"taken": taken, "values": _values(asked, steps)}, named)
    named = _with({"chosen": f"if(e.2 = 0 OR {excluded}, 0, {waiting}[1].2)"}, named)
    # What is older than the window counts no more.
    named = _with({"last": f"arrayMap(l -> if(l >= e.1 - {asked.window_ms}, l, 0), acc.{LAST})"}, named)
    first = [f"arrayWithConstant({at.count}, toInt64(0))", f"arrayWithConstant({at.count}, toUInt32(0))"]
    first += [*[nothing(bool(asked.by))] * at.count, "toUInt8(0)"]
    return f"(acc, e) -> {named}", f"({', '.join(first)})"


def _with(names: dict[str, str], sql: str) -> str:
    """`sql` with names for expressions."""
    return f"arrayMap(({', '.join(names)}) -> {sql}, {', '.join(f'[{each}]' for each in names.values())})[1]"


def _values(asked: Funnel, steps: str) -> str:
    return f"arrayMap((v, k) -> if(k = chosen, e.3, v), acc.{VALUES}, {steps})" if asked.by else f"acc.{VALUES}"


def _value(asked: Funnel) -> str:
    if asked.attribution == "last":
        return "e.3"
    if asked.attribution == "first":
        return "values[indexOf(taken, began)]"
    return f"if(taken[{asked.attribution}] > 0, values[{asked.attribution}], 0)"


def _left_out(asked: Funnel, at: Places, excluded: str) -> str:
    if not asked.without or asked.drops != "person":
        return "toUInt8(0)"
    running = "arrayExists(l -> l > 0, last)"
    return f"toUInt8(acc.{at.left_out} OR ({excluded} AND acc.{at.first(at.count)}.1 = 0 AND {running}))"
