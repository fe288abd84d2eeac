"""Statements → rows: those already answered from the cache, the others from the store, several at once."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, TypeVar

from analytics.query import cache, daily, size
from analytics.query.compile import Statement
from analytics.query.costs import limits_of
from analytics.query.daily import Answer
from analytics.query.recording import note
from tracking.store import Limits, Rows, query

# The engine usually shares this machine: more questions at once than it has cores would only wait there.
THREADS = max(2, min(8, os.cpu_count() or 2))

T = TypeVar("T")


@dataclass(frozen=True)
class Answers:
    rows: dict[Statement, Rows]
    cached: frozenset[Statement]

    def to(self, statements: list[Statement]) -> list[tuple[Statement, Rows]]:
        return [(statement, self.rows[statement]) for statement in statements]

    def __or__(self, other: "Answers") -> "Answers":
        return Answers(self.rows | other.rows, self.cached | other.cached)


def ask(statements: list[Statement], ticks: dict[int, int]) -> Callable[[], Answers]:
    """Asks, and gives what waits for the answer to each; equal statements are one.

    All or nothing: waiting raises StoreUnavailable, QueryTimeout, QueryTooLarge.
    """
    keys = {each: cache.key(each, ticks[each.dataset_id]) for each in statements if each.dataset_id in ticks}
    kept = cache.get_many(list(keys.values()))
    known = {each: kept[key] for each, key in keys.items() if key in kept}
    missing = sorted((each for each in dict.fromkeys(statements) if each not in known), key=_length)
    return partial(_answers, known, keys, missing, _begun(missing))


def _answers(
    known: dict[Statement, Rows],
    keys: dict[Statement, str],
    missing: list[Statement],
    answered: Callable[[], list[Answer]],
) -> Answers:
    asked = dict(zip(missing, answered(), strict=True))
    fresh = {each: answer.rows for each, answer in asked.items()}
    cache.put_many({keys[each]: rows for each, rows in fresh.items() if each in keys})
    for each, rows in known.items():
        note(each.sql, dict(each.parameters), rows, is_kept=True)
    for answer in asked.values():
        note(answer.sql, answer.parameters, answer.rows)
    return Answers(known | fresh, frozenset(known))


def _length(statement: Statement) -> tuple[bool, str]:
    """What to begin by, the longest last: it may use both cores. First scans of events, which shall not run on alone at
    the end; last what asks two tables, as it is twice the work of its neighbour."""
    return "IN (SELECT" in statement.sql, statement.source


def _begun(statements: list[Statement]) -> Callable[[], list[Answer]]:
    """What waits for their rows. Of several the work begins now; one alone is asked by who waits."""
    limits = {each.dataset_id: limits_of(each.dataset_id) for each in statements}
    if len(statements) < 2:
        return lambda: [_one(each, _threaded(each, limits[each.dataset_id])) for each in statements]
    # Several at once keep the cores busy by themselves; cutting each up as well costs more than it gives. Only the last
    # one runs on while cores fall free.
    *first, last = statements
    begun = [begin(_one, each, replace(limits[each.dataset_id], max_threads=1)) for each in first]
    begun.append(begin(_one, last, _threaded(last, limits[last.dataset_id])))
    return lambda: [each.result() for each in begun]


def _threaded(statement: Statement, limits: Limits) -> Limits:
    return limits if size.is_large(statement.dataset_id) else replace(limits, max_threads=1)


def _one(statement: Statement, limits: Limits) -> Answer:
    if statement.by_days and (answer := daily.answer(statement.by_days, limits)):
        return answer
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in statement.parameters}
    rows = query(
        statement.sql,
        values,
        dataset_id=statement.dataset_id,
        limits=limits,
        of_visits=statement.source == "sessions",
        of_dictionaries="props[" not in statement.sql,
    )
    return Answer(rows, statement.sql, dict(statement.parameters))


def begin(work: Callable[..., T], *arguments: Any) -> Future[T]:
    """A question outside the engine's words, asked while others are: its answer is waited for where it is needed."""
    # In a copy of this context: it knows who waits (config.lib.askers).
    return _threads(os.getpid()).submit(copy_context().run, work, *arguments)


@lru_cache(maxsize=1)
def _threads(pid: int) -> ThreadPoolExecutor:
    """One pool a process, made on first use: threads do not survive a fork."""
    return ThreadPoolExecutor(THREADS, thread_name_prefix="ask")
