"""Steps in any order: at each event, how many different steps were taken within the window that ends there.

The fold keeps when each step was taken last (0: not yet). An event is one step: of those it fits, the one that waits
longest, so that two equal steps need two events.
"""

from analytics.reports.funnel.model import Funnel
from analytics.reports.funnel.places import Places

LAST, VALUES = 1, 2  # when each step was taken last, and with which value


def places(asked: Funnel) -> Places:
    return Places(len(asked.steps), before=2)


def fold(asked: Funnel, end_ms: int) -> tuple[str, str]:
    """(lambda, first state). An attempt begins before `end_ms`."""
    at, levels = places(asked), range(1, len(asked.steps) + 1)
    steps = f"[{', '.join(map(str, levels))}]"
    excluded = f"bitTest(e.2, {at.count})" if asked.without else "0"
    last = f"arrayMap(l -> if(l >= e.1 - {asked.window_ms}, l, 0), acc.{LAST})"  # what is older counts no more
    waiting = f"arraySort(arrayFilter(x -> bitTest(e.2, x.2 - 1), arrayZip({last}, {steps})))"
    chosen = f"if(e.2 = 0 OR {excluded}, 0, {waiting}[1].2)"
    taken = f"arrayMap((l, k) -> if(k = {chosen}, e.1, if({excluded}, 0, l)), {last}, {steps})"
    count = f"arrayCount(l -> l > 0, {taken})"
    began = f"arrayMin(l -> if(l > 0, l, 9223372036854775807), {taken})"
    begun = f"{chosen} > 0 AND {began} < {end_ms}"
    is_new = {level: f"acc.{at.b(level)} = 0 AND {count} = {level} AND {begun}" for level in levels}
    state = [taken, _values(asked, chosen, steps)]
    state += [f"if({is_new[level]}, {began}, acc.{at.b(level)})" for level in levels]
    state += [f"if({is_new[level]}, e.1 - {began}, acc.{at.d(level)})" for level in levels]
    state.append(_left_out(asked, at, excluded, last))
    first = [f"arrayWithConstant({at.count}, toInt64(0))", f"arrayWithConstant({at.count}, toUInt32(0))"]
    first += ["toInt64(0)"] * (2 * at.count) + ["toUInt8(0)"]
    if asked.by:
        value = _value(asked, taken, began, _values(asked, chosen, steps))
        state += [f"if({is_new[level]}, {value}, acc.{at.g(level)})" for level in levels]
        first += ["toUInt32(0)"] * at.count
    return f"(acc, e) -> ({', '.join(state)})", f"({', '.join(first)})"


def _values(asked: Funnel, chosen: str, steps: str) -> str:
    return f"arrayMap((v, k) -> if(k = {chosen}, e.3, v), acc.{VALUES}, {steps})" if asked.by else f"acc.{VALUES}"


def _value(asked: Funnel, taken: str, began: str, values: str) -> str:
    if asked.attribution == "last":
        return "e.3"
    if asked.attribution == "first":
        return f"{values}[indexOf({taken}, {began})]"
    return f"if({taken}[{asked.attribution}] > 0, {values}[{asked.attribution}], 0)"


def _left_out(asked: Funnel, at: Places, excluded: str, last: str) -> str:
    if not asked.without or asked.drops != "person":
        return "toUInt8(0)"
    running = f"arrayExists(l -> l > 0, {last})"
    return f"toUInt8(acc.{at.left_out} OR ({excluded} AND acc.{at.b(at.count)} = 0 AND {running}))"
