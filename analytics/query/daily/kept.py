"""What is kept of a question's days, whether it is still true, and the rows it is put together from.

days of the question ─► kept, and nothing changed since?  ─► their states
                                 └─ no ─► states made of the rows now (at least today's and yesterday's)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from analytics.query.bounds import DAY_S, Parameters
from analytics.query.daily.question import Daily, Day, states
from tracking import store
from tracking.store import Limits

# Between an engine that looks at its clock and one that looks at its rows.
MARGIN = timedelta(minutes=1)
# Merging ten megabytes of states takes as long as counting two million visits.
BYTES_FOR_AN_EVENT = 2
MOST_RUNS = 6  # of neighbouring days that are read from the rows

_KEPT = """
SELECT 'made', day, made_at, bytes FROM daily_aggregates FINAL
WHERE dataset_id = {dataset:UInt32} AND question = {question:UInt64}
UNION ALL
SELECT 'changed', toUInt32(day), changed_at, 0 FROM changed_days FINAL WHERE dataset_id = {dataset:UInt32}
"""


@dataclass(frozen=True)
class Known:
    """The kept days of a question that are still true."""

    days: frozenset[Day]
    bytes: int


def known(asked: Daily, limits: Limits) -> Known:
    """Raises as a question does."""
    bound = {"dataset": asked.query.dataset_id, "question": asked.id}
    rows = store.query(_KEPT, bound, dataset_id=asked.query.dataset_id, limits=limits).rows
    changed = {day: at for kind, day, at, _ in rows if kind == "changed"}
    made = {day: (at, size) for kind, day, at, size in rows if kind == "made"}
    days = {day for day in asked.over if day[0] in made and _stands(day, made[day[0]][0], changed)}
    return Known(frozenset(days), sum(made[day[0]][1] for day in days))


def _stands(day: Day, made_at: datetime, changed: dict[int, datetime]) -> bool:
    within = [0, *range(day[0] // DAY_S, (day[1] - 1) // DAY_S + 1)]  # 0: all days
    return all(made_at > changed[each] + MARGIN for each in within if each in changed)


def is_light(asked: Daily, known: Known) -> bool:
    return known.bytes <= BYTES_FOR_AN_EVENT * asked.events


def is_worth(asked: Daily, known: Known) -> bool:
    """Whether merging saves anything."""
    others = runs(set(asked.days) - known.days)
    return 2 * len(known.days) > len(asked.over) and len(others) <= MOST_RUNS and is_light(asked, known)


def rows_of(asked: Daily, known: Known, bound: Parameters) -> str:
    """SELECT day, k0 …, s0 …: one row for each group of each day, its states ready to be merged."""
    sources = [_kept(asked, known, bound)]
    sources += [written(asked, states(asked, run, bound)) for run in runs(set(asked.days) - known.days)]
    keys = [f"groups[{n + 1}] AS k{n}" for n in range(len(asked.part.dimensions))]
    found = [f"CAST(states[{n + 1}] AS {call.kind()}) AS s{n}" for n, call in enumerate(asked.calls)]
    return f"SELECT {', '.join(['day', *keys, *found])} FROM ({' UNION ALL '.join(sources)})"


def _kept(asked: Daily, known: Known, bound: Parameters) -> str:
    days = bound.bind(sorted(day[0] for day in known.days), "Array(UInt32)")
    return (
        "SELECT day, groups, states FROM daily_aggregates FINAL ARRAY JOIN groups, states"
        f" WHERE dataset_id = {bound.bind(asked.query.dataset_id, 'UInt32')}"
        f" AND question = {bound.bind(asked.id, 'UInt64')} AND day IN {days}"
    )


def written(asked: Daily, made: str) -> str:
    """SELECT day, groups, states: the rows of `made` with keys and states as texts, as they are kept."""
    keys = ", ".join(f"toString(k{n})" for n in range(len(asked.part.dimensions)))
    texts = ", ".join(f"CAST(s{n} AS String)" for n in range(len(asked.calls)))
    return f"SELECT day, CAST([{keys}] AS Array(String)) AS groups, [{texts}] AS states FROM ({made})"


def runs(days: Iterable[Day]) -> list[list[Day]]:
    """Neighbouring days together."""
    ordered = sorted(days)
    found = [ordered[:1]] if ordered else []
    for before, each in pairwise(ordered):
        if before[1] == each[0]:
            found[-1].append(each)
        else:
            found.append([each])
    return found
