"""Keeping the days of a question that comes again: a worker makes them, because the states of many days cost more than
the one answer that somebody waits for."""

import time
from collections.abc import Iterator
from typing import Any

import msgspec
import redis
from django.core.cache import cache

from analytics.query.bounds import Parameters
from analytics.query.costs import limits_of
from analytics.query.daily.kept import Known, is_light, runs, written
from analytics.query.daily.question import Daily, Day, states
from config.lib.redis_clients import cache_client
from tracking.store import aggregates

AT_ONCE = 31  # days made with one statement
AGAIN_SECONDS = 86_400  # a question that comes twice within a day is worth it
BEING_MADE_SECONDS = 600
FOR_SECONDS = 50  # the next round comes a minute later
WANTED, MOST_WANTED = "daily:wanted", 1000

_MAKING = """
SELECT {dataset:UInt32}, {question:UInt64}, day, now64(3),
  groupArrayIf(groups, states != []), groupArrayIf(states, states != [])
FROM (
  SELECT arrayJoin({days:Array(UInt32)}) AS day, []::Array(String) AS groups, []::Array(String) AS states
  UNION ALL %s
)
WHERE day IN {days:Array(UInt32)} GROUP BY day
"""


def ask_for(asked: Daily, known: Known) -> None:
    """Has the missing days made, if the question came before and nobody is at it."""
    days = sorted(asked.over - known.days)
    try:
        if days and is_light(asked, known) and _is_due(asked, days):
            wanted = cache_client()
            wanted.rpush(WANTED, msgspec.json.encode((asked.query.dataset_id, list(making(asked, days)))))
            wanted.ltrim(WANTED, -MOST_WANTED, -1)
    except redis.RedisError:
        return  # this answer comes from the rows as well, and the next one asks again


def _is_due(asked: Daily, days: list[Day]) -> bool:
    if cache.add(f"daily:asked:{asked.id}", 1, AGAIN_SECONDS):
        return False
    return bool(cache.add(f"daily:made:{asked.id}:{days[0][0]}:{days[-1][0]}", 1, BEING_MADE_SECONDS))


def making(asked: Daily, days: list[Day]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Statements of one row for each day, also where nothing happened, with their values."""
    for run in runs(days):
        for first in range(0, len(run), AT_ONCE):
            part = run[first : first + AT_ONCE]
            named = {"dataset": asked.query.dataset_id, "question": asked.id, "days": [day[0] for day in part]}
            bound = Parameters(named)
            sql = _MAKING % written(asked, states(asked, part, bound))
            yield sql, bound.values


def keep_wanted() -> None:
    """Makes what was asked for, for a while. Raises as a question does, and goes on with the next when called again."""
    until = time.monotonic() + FOR_SECONDS
    while time.monotonic() < until and (found := cache_client().lpop(WANTED)):
        dataset_id, made = msgspec.json.decode(found)
        for sql, values in made:
            aggregates.keep(dataset_id, sql, values, limits_of(dataset_id))
