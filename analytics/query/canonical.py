"""One way to write a question: what asks the same becomes the same statement, and shares its answer in the cache."""

from collections.abc import Iterable
from dataclasses import replace

from analytics.query.model import AllOf, AnyOf, Cohort, Condition, Did, Filter, Not, Query, Segment


def canonical(query: Query) -> Query:
    return replace(query, filters=_all(query.filters))


def _all(given: Iterable[Condition]) -> tuple[Condition, ...]:
    """In one order, each once; groups within a group of the same kind are part of it."""
    found: list[Condition] = []
    for each in map(_one, given):
        found += each.conditions if isinstance(each, AllOf) else [each]
    return tuple(sorted(dict.fromkeys(found), key=repr))


def _one(given: Condition) -> Condition:
    match given:
        case Filter():
            return replace(given, values=tuple(sorted(set(given.values))))
        case AllOf(conditions) | Segment(conditions=conditions):
            inner = _all(conditions)
            return inner[0] if len(inner) == 1 else AllOf(inner)
        case AnyOf(conditions):
            return _any(conditions)
        case Not(Not(condition)):
            return _one(condition)
        case Not(condition):
            return Not(_one(condition))
        case Did(conditions) | Cohort(conditions=conditions):
            return replace(given, conditions=_all(conditions))


def _any(conditions: tuple[Condition, ...]) -> Condition:
    found: list[Condition] = []
    for each in map(_one, conditions):
        found += each.conditions if isinstance(each, AnyOf) else [each]
    inner = tuple(sorted(dict.fromkeys(found), key=repr))
    return inner[0] if len(inner) == 1 else AnyOf(inner)
