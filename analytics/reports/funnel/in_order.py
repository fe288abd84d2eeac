"""Steps in order: how far a person's events (funnel.packed) lead, worked out on whole arrays, level by level.

    events ► marks of level 1: who begins ► the latest so far ► marks of level 2: where that one goes further …

A mark stands at the event that takes an attempt to a level, and is that attempt: its moment and rank, packed as an
event without steps; 0 where none gets there. Of all attempts on a level the latest has the most time left, so none can
do better. An event moves each attempt by one step at most, since it goes by the latest before it. In strict order only
the event before counts: whatever is no next step ends an attempt.

An arrayFold over the events says the same and takes twice as long; over the small blocks of two threads eight times.
"""

from analytics.reports.funnel.model import Funnel
from analytics.reports.funnel.packed import (
    another_step,
    begun,
    elapsed,
    is_first_alone,
    moment_of,
    rank_of,
    takes,
    window,
)


def attempts(asked: Funnel, lists: str) -> str:
    """One row for each person: level, began (ms; of the attempt that went furthest), took_2 …, value (its rank).

    `lists`: person, list, taken, first (funnel.statement).
    """
    sql = f"SELECT person, first, {_thinned(asked)} AS events FROM ({lists})"
    begins = f"if({takes(asked, 'e', 0)}, {_begun(asked, 'e')}, 0)"
    sql = f"SELECT *, arrayMap(e -> {begins}, events) AS level_1 FROM ({sql})"
    for level in range(2, len(asked.steps) + 1):
        sql = f"SELECT *, {_marks(asked, level)} AS level_{level} FROM ({sql})"
    left_out = f" WHERE NOT {_left_out(asked)}" if asked.without and asked.drops == "person" else ""
    return f"SELECT person, {', '.join(_columns(asked))} FROM ({sql}){left_out}"


def _thinned(asked: Funnel) -> str:
    """The events in order; none for who took the first step alone, whose `first` says all. That is most people.

    Of first steps in a row, only the first and the last can make a difference.
    """
    ordered = "arraySort(if(taken = 1, [], list))"
    if asked.order == "strict":
        return ordered
    none = another_step(asked)
    neighbours = f"arrayShiftRight({ordered} AS all, 1, {none}), arrayShiftLeft(all, 1, {none})"
    repeats = is_first_alone(asked, ("before", "own", "after"))
    return f"arrayFilter((own, before, after) -> NOT {repeats}, all, {neighbours})"


def _begun(asked: Funnel, event: str) -> str:
    """An attempt that begins with the event. It has a value already where that of the first step counts, or that of
    whichever was the last."""
    has_value = asked.by and asked.attribution in ("first", "last", "1")
    return begun(asked, event, rank_from=event if has_value else "")


def _marks(asked: Funnel, level: int) -> str:
    further = begun(asked, "s", rank_from="e") if asked.by and asked.attribution in ("last", str(level)) else "s"
    hit = f"{takes(asked, 'e', level - 1)} AND e < s + {window(asked)}"
    return f"arrayMap((e, s) -> if({hit}, {further}, 0), events, {_before(asked, level - 1)})"


def _before(asked: Funnel, level: int) -> str:
    """At each event, the latest attempt that is on the level when it comes; 0: none. An excluded event ends it."""
    marks = f"level_{level}"
    if asked.order == "strict":
        return f"arrayShiftRight({marks}, 1)"
    if not asked.without:
        return f"arrayShiftRight(arrayFill(s -> s > 0, {marks}), 1)"
    ends = takes(asked, "e", len(asked.steps))
    return f"arrayShiftRight(arrayFill((s, e) -> s > 0 OR {ends}, {marks}, events), 1)"


def _left_out(asked: Funnel) -> str:
    """The whole person goes when the excluded event came during an attempt, and before the last step was ever taken."""
    last = len(asked.steps)
    names = [f"s{level}" for level in range(1, last)]
    running = " OR ".join(f"e < {each} + {window(asked)}" for each in names)
    excluded = f"(e, {', '.join(names)}) -> {takes(asked, 'e', last)} AND ({running})"
    before = ", ".join(_before(asked, level) for level in range(1, last))
    done = f"arrayFirstIndex(s -> s > 0, level_{last})"
    return f"((arrayFirstIndex({excluded}, events, {before}) AS gone) > 0 AND ({done} = 0 OR gone < {done}))"


def _columns(asked: Funnel) -> list[str]:
    """`level_k[at_k]` is the first attempt that reached level k, `events[at_k]` the event that took it there."""
    later = range(2, len(asked.steps) + 1)
    reached = (f"((arrayFirstIndex(s -> s > 0, level_{level}) AS at_{level}) > 0)" for level in later)
    attempts = ", ".join([_begun(asked, "first"), *(f"level_{level}[at_{level}]" for level in later)])
    found = [
        f"toUInt8(1 + {' + '.join(reached)}) AS level",
        f"{moment_of(asked, f'([{attempts}][level] AS furthest)')} AS began",
    ]
    for level in later:
        found.append(f"{elapsed(asked, f'level_{level}[at_{level}]', f'events[at_{level}]')} AS took_{level}")
    return found + ([f"{rank_of('furthest')} AS value"] if asked.by else [])
