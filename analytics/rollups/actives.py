"""Who was active: daily, in the trailing 7 and 30 days of each day, and from month to month.

A person active on day d belongs to the window that ends with d and to the next 6 (29). Sorted by time, each active day
therefore adds one person at d and takes one away W days later, or at the person's next active day if that comes first;
the running sum is the number of different people in the window. One pass, however many days are asked about.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from analytics.query.conditions import PERSON
from analytics.query.scope import Parameters, where
from analytics.rollups.ask import ask
from analytics.rollups.dataset import Dataset

WINDOWS = {"dau": 1, "wau": 7, "mau": 30}  # days
LONGEST = max(WINDOWS.values())
ACTIVE = "type NOT IN ('page_exit', 'session_end')"  # a tab closed the day after is nobody's activity

ROLLING = """
SELECT change.1 AS day, sum(change.2), sum(change.3), sum(change.4), sum(change.5)
FROM (
    SELECT arraySort(groupUniqArray(toDate(ts, {zone}))) AS days
    FROM events WHERE {where} AND {active} GROUP BY {person}
)
ARRAY JOIN arrayFlatten(arrayMap(
    (d, n) -> [(d, 1, 0, 0, 0), (least(d + 1, n), 0, 1, 0, 0), (least(d + 7, n), 0, 0, 1, 0),
               (least(d + 30, n), 0, 0, 0, 1)],
    days, arrayPushBack(arrayPopFront(days), toDate('2149-06-06'))
)) AS change
GROUP BY day
"""

MONTHS = """
SELECT change.1 AS month, sum(change.2), sum(change.3)
FROM (
    SELECT groupUniqArray(toStartOfMonth(toDate(ts, {zone}))) AS months
    FROM events WHERE {where} AND {active} GROUP BY {person}
)
ARRAY JOIN arrayFlatten(arrayMap(
    m -> [(m, 1, 0), (addMonths(m, 1), 0, toUInt8(NOT has(months, addMonths(m, 1))))], months
)) AS change
GROUP BY month
"""


@dataclass(frozen=True)
class Month:
    active: int
    lost: int  # active in the month before, not in this one


def rolling(dataset: Dataset, first: date, last: date) -> dict[date, dict[str, int]]:
    """`dau`, `wau` and `mau` of each day of [first, last]."""
    begin = first - timedelta(LONGEST - 1)
    rows = _ask(dataset, ROLLING, begin, last)
    days = [begin + timedelta(n) for n in range((last - begin).days + 1)]
    changes = {day: numbers for day, *numbers in rows}
    nothing = [0] * (len(WINDOWS) + 1)
    sums = list(accumulate((changes.get(day, nothing) for day in days), _added))
    return {
        day: {name: came - gone for name, gone in zip(WINDOWS, left, strict=True)}
        for day, (came, *left) in zip(days, sums, strict=True)
        if day >= first
    }


def months(dataset: Dataset, first: date, last: date) -> dict[date, Month]:
    """By first day of the month. `first` lies a month before the first one that is wanted: who was lost needs it."""
    return {month: Month(active, lost) for month, active, lost in _ask(dataset, MONTHS, first, last)}


def _ask(dataset: Dataset, sql: str, first: date, last: date) -> list[tuple[Any, ...]]:
    bound = Parameters()
    filled = (
        sql.replace("{zone}", bound.bind(dataset.zone, "String"))
        .replace("{where}", where(dataset.query(first, last), "events", bound))
        .replace("{active}", f"{ACTIVE} AND user_id != ''" if dataset.only_identified else ACTIVE)
        .replace("{person}", PERSON)
    )
    return ask(dataset.id, filled, bound)


def _added(before: list[int], more: list[int]) -> list[int]:
    return [left + right for left, right in zip(before, more, strict=True)]
