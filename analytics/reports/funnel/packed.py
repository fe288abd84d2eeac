"""An event of a funnel as one number: collected and sorted, numbers cost the engine a third of what tuples do.

moment | lowest step, as a bit | steps, as bits[ | rank of the breakdown's value]

Sorted, events stand in the order in which they count. The moment is in seconds: events of the same second are taken in
the order of the steps; strict order goes by the exact time, in ms. An attempt is packed likewise, without steps: when
it began, and the rank of the value that counts for it.

64 bits do, unless a funnel that is broken down has many steps or wants its moments in ms: then it is 128, which cost
the engine a tenth more.
"""

from functools import reduce

from analytics.reports.funnel.model import Funnel
from analytics.reports.ranks import MASK, RANK

MOMENT = 32  # bits of a second until the year 2106


def packed(asked: Funnel, rank: str) -> str:
    """SQL over an event with its `bits`. A moment in ms fills 42 bits until the year 2109."""
    moment = "toUnixTimestamp64Milli(ts)" if asked.order == "strict" else "toUnixTimestamp(ts)"
    steps = f"bitAnd(bits, -bits) * {1 << _bits(asked)} + bits"
    event = f"toUInt64({moment} * {1 << 2 * _bits(asked)} + {steps})"
    return f"{_number(asked)}({event}) * {1 << RANK} + {rank}" if asked.by else event


def bits_of(asked: Funnel, event: str) -> str:
    return f"toInt32(bitAnd({_right(event, _rank(asked))}, {(1 << _bits(asked)) - 1}))"


def takes(asked: Funnel, event: str, step: int) -> str:
    """It is that step, from 0; the bit behind the last is of what is excluded."""
    if _is_wide(asked):  # the engine tests no bit of 128
        return f"bitTest({bits_of(asked, event)}, {step})"
    return f"bitTest({event}, {_rank(asked) + step})"


def is_first_alone(asked: Funnel, events: tuple[str, ...]) -> str:
    """Each of them is the first step and no other."""
    return f"{bits_of(asked, reduce('bitOr({}, {})'.format, events))} = 1"


def another_step(asked: Funnel) -> str:
    """What is not the first step, as an event's neighbour that is none."""
    return f"{_number(asked)}({2 << _rank(asked)})"


def moment_of(asked: Funnel, event: str) -> str:
    """In ms."""
    moment = f"toInt64({_right(event, _steps_end(asked))})"
    return moment if asked.order == "strict" else f"{moment} * 1000"


def elapsed(asked: Funnel, attempt: str, event: str) -> str:
    """From the attempt to the event, in ms: what an attempt holds besides its moment is less than an event's."""
    return moment_of(asked, f"({event} - {attempt})")


def rank_of(event: str) -> str:
    return f"toUInt32(bitAnd({event}, {MASK}))"


def begun(asked: Funnel, event: str, rank_from: str = "") -> str:
    """An attempt that began when `event` came, with the rank of another event or attempt."""
    moment = f"bitShiftLeft(bitShiftRight({event}, {_steps_end(asked)}), {_steps_end(asked)})"
    return f"bitOr({moment}, bitAnd({rank_from}, {MASK}))" if rank_from else moment


def window(asked: Funnel) -> str:
    """What an event must stay below, added to an attempt, so that it comes in time: one moment more than the window."""
    moments = asked.window_ms // (1 if asked.order == "strict" else 1000) + 1
    return f"bitShiftLeft({_number(asked)}({moments}), {_steps_end(asked)})"


def _bits(asked: Funnel) -> int:
    """One for each step, and one for what is excluded."""
    return len(asked.steps) + bool(asked.without)


def _rank(asked: Funnel) -> int:
    return RANK * bool(asked.by)


def _steps_end(asked: Funnel) -> int:
    return 2 * _bits(asked) + _rank(asked)


def _is_wide(asked: Funnel) -> bool:
    return bool(asked.by) and (asked.order == "strict" or MOMENT + _steps_end(asked) > 64)


def _number(asked: Funnel) -> str:
    return "toUInt128" if _is_wide(asked) else "toUInt64"


def _right(event: str, by: int) -> str:
    return f"bitShiftRight({event}, {by})" if by else event
