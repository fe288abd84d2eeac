"""How much a tree of conditions may hold: enough for any honest question, too little to keep the engine busy."""

from typing import Any

from analytics.query.model import Condition, QueryError
from analytics.query.trees import depth, size

MAX_FILTERS = 20
MAX_SIZE = 60  # conditions in all, groups included
MAX_DEPTH = 5
MAX_TIMES = 10_000
MAX_DAYS = 400


def checked_tree(given: tuple[Condition, ...]) -> tuple[Condition, ...]:
    if len(given) > MAX_FILTERS:
        raise QueryError(
            f"At most {MAX_FILTERS} filters; several values of one dimension fit into one filter.", "filters"
        )
    if size(given) > MAX_SIZE or depth(given) > MAX_DEPTH:
        raise QueryError(f"Filters nest at most {MAX_DEPTH} deep, with {MAX_SIZE} conditions in all.", "filters")
    return given


def not_empty(word: str, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    if not conditions:
        raise QueryError(f"Give {word!r} at least one condition.", "filters")
    return conditions


def checked_times(given: Any) -> int:
    return _whole(given, MAX_TIMES, "How often somebody did it")


def checked_days(given: Any) -> int:
    return _whole(given, MAX_DAYS, "In how many days somebody did it")


def _whole(given: Any, most: int, what: str) -> int:
    text = "" if isinstance(given, bool) else str(given)
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most):
        raise QueryError(f"{what} is a whole number from 1 to {most}.", "filters")
    return int(text)
