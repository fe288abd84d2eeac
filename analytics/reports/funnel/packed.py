"""An event of a funnel as one number: collected and sorted, numbers cost the engine a third of what tuples do.

moment | lowest step, as a bit | steps, as bits[ | rank of the breakdown's value]

Sorted, events stand in the order in which they count. The moment is in seconds: events of the same second are taken in
the order of the steps; strict order goes by the exact time, in ms. An attempt is packed likewise, without steps: when
it began, and the rank of the value that counts for it.
"""

from analytics.reports.funnel.model import MAX_STEPS, Funnel

BITS = MAX_STEPS + 1  # what is excluded has a bit of its own
RANK = 32


def packed(asked: Funnel, rank: str) -> str:
    """SQL over an event with its `bits`. A moment in ms fills the 42 bits that are left until the year 2109."""
    moment = "toUnixTimestamp64Milli(ts)" if asked.order == "strict" else "toUnixTimestamp(ts)"
    parts = (f"bitShiftLeft(toUInt64({moment}), {2 * BITS})", f"bitShiftLeft(toUInt64(bitAnd(bits, -bits)), {BITS})")
    event = f"({' + '.join(parts)} + bits)"
    return f"bitShiftLeft(toUInt128({event}), {RANK}) + {rank}" if asked.by else event


def bits_of(asked: Funnel, event: str) -> str:
    return f"toInt32(bitAnd({_right(event, RANK * bool(asked.by))}, {(1 << BITS) - 1}))"


def takes(asked: Funnel, event: str, step: int) -> str:
    """It is that step, from 0; the bit behind the last is of what is excluded."""
    return f"bitTest({bits_of(asked, event)}, {step})" if asked.by else f"bitTest({event}, {step})"


def moment_of(asked: Funnel, event: str) -> str:
    """In ms."""
    moment = f"toInt64({_right(event, _steps_end(asked))})"
    return moment if asked.order == "strict" else f"{moment} * 1000"


def rank_of(event: str) -> str:
    return f"toUInt32(bitAnd({event}, {(1 << RANK) - 1}))"


def begun(asked: Funnel, event: str, rank_from: str = "") -> str:
    """An attempt that began when `event` came, with the rank of another event or attempt."""
    moment = f"bitShiftLeft(bitShiftRight({event}, {_steps_end(asked)}), {_steps_end(asked)})"
    return f"bitOr({moment}, bitAnd({rank_from}, {(1 << RANK) - 1}))" if rank_from else moment


def window(asked: Funnel) -> str:
    """What an event must stay below, added to an attempt, so that it comes in time: one moment more than the window."""
    moments = asked.window_ms // (1 if asked.order == "strict" else 1000) + 1
    return f"bitShiftLeft(toUInt{128 if asked.by else 64}({moments}), {_steps_end(asked)})"


def _steps_end(asked: Funnel) -> int:
    return 2 * BITS + RANK * bool(asked.by)


def _right(event: str, by: int) -> str:
    return f"bitShiftRight({event}, {by})" if by else event
