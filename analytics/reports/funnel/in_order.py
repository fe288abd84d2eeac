"""Steps in order: a person's events become an attempt by one arrayFold over (time, steps[, rank of the value]).

Level k is reached when steps 1 … k were taken. For each level the fold keeps when the latest attempt on it began (s):
of all attempts on a level the latest has the most time left, so none can do better. An event moves each attempt by one
step at most, since the new `s` are made of the old ones. In strict order whatever is no next step ends an attempt.
"""

from analytics.reports.funnel.model import Funnel
from analytics.reports.funnel.places import Places, new, nothing


def places(asked: Funnel) -> Places:
    return Places(len(asked.steps), before=len(asked.steps))


def fold(asked: Funnel) -> tuple[str, str]:
    """(lambda, first state)."""
    at, levels = places(asked), range(1, len(asked.steps) + 1)
    began = {level: "e.1" if level == 1 else f"acc.{at.s(level - 1)}" for level in levels}
    hit = {level: f"({_hit(asked, level, began[level])})" for level in levels}
    value = {level: _value(asked, at, level) if asked.by else "" for level in levels}
    state = [_latest(asked, at, level, hit[level], began[level]) for level in levels]
    state += [new(at, level, hit[level], began[level], value[level]) for level in levels]
    state.append(_left_out(asked, at))
    first = [*["toInt64(0)"] * at.count, *[nothing(bool(asked.by))] * at.count, "toUInt8(0)"]
    if asked.by:
        state += [f"if({hit[level]}, {value[level]}, acc.{at.v(level)})" for level in levels]
        first += ["toUInt32(0)"] * at.count
    return f"(acc, e) -> ({', '.join(state)})", f"({', '.join(first)})"


def _hit(asked: Funnel, level: int, began: str) -> str:
    """The event takes an attempt to this level."""
    if level == 1:
        return "bitTest(e.2, 0)"
    return f"bitTest(e.2, {level - 1}) AND {began} > 0 AND e.1 <= {began} + {asked.window_ms}"


def _latest(asked: Funnel, at: Places, level: int, hit: str, began: str) -> str:
    kept = "0" if asked.order == "strict" else f"acc.{at.s(level)}"
    latest = f"if({hit}, {began}, {kept})"
    return f"if(bitTest(e.2, {at.count}), 0, {latest})" if asked.without and level < at.count else latest


def _left_out(asked: Funnel, at: Places) -> str:
    """The whole person goes when the excluded event came during an attempt, and before the last step was ever taken."""
    if not asked.without or asked.drops != "person":
        return "toUInt8(0)"
    latest = (f"acc.{at.s(level)}" for level in range(1, at.count))
    running = " OR ".join(f"({each} > 0 AND e.1 <= {each} + {asked.window_ms})" for each in latest)
    return (
        f"toUInt8(acc.{at.left_out} OR (bitTest(e.2, {at.count}) AND acc.{at.first(at.count)}.1 = 0 AND ({running})))"
    )


def _value(asked: Funnel, at: Places, level: int) -> str:
    """Which value an attempt has on this level; 0 before it took the step that counts."""
    own = {"first": 1, "last": level}.get(asked.attribution) or int(asked.attribution)
    return "e.3" if level == own else f"acc.{at.v(level - 1)}" if level > 1 else "toUInt32(0)"
