"""Conditions as a person would say them: "Country is Germany or France", "did Goal is signup at least 3 times"."""

from collections.abc import Iterable

from analytics import countries
from analytics.query.catalogue import OPERATORS, dimension
from analytics.query.model import AllOf, AnyOf, Cohort, Condition, Did, Filter, Not, Segment


def said(given: Condition) -> str:
    match given:
        case Filter(name, operator, values):
            shown = " or ".join(shown_value(name, value) for value in values)
            return f"{dimension(name).label} {OPERATORS[operator][0]} {shown}"
        case AllOf(conditions):
            return _joined(conditions, " and ")
        case AnyOf(conditions):
            return _joined(conditions, " or ")
        case Not(Did() as did):
            return said(did).replace("did ", "did not do ", 1)
        case Not(condition):
            return f"not ({said(condition)})"
        case Did():
            return _did(given)
        case Segment():
            return f"Segment {given.name}"
        case Cohort():
            return f"Cohort {given.name}"


def all_said(given: Iterable[Condition]) -> str:
    return " and ".join(said(each) for each in given)


def _joined(conditions: tuple[Condition, ...], word: str) -> str:
    return word.join(f"({said(each)})" if isinstance(each, AllOf | AnyOf) else said(each) for each in conditions)


def _did(given: Did) -> str:
    what = " and ".join(_deed(each) for each in given.conditions) or "anything"
    often = f" at least {given.times} times" if given.times > 1 else ""
    when = "in the period" if given.days is None else "today" if given.days == 1 else f"in the last {given.days} days"
    return f"did {what}{often} {when}"


def _deed(given: Condition) -> str:
    """ "signup" rather than "Event is signup"."""
    if isinstance(given, Filter) and (given.dimension, given.operator) in (("event", "is"), ("goal", "is")):
        return " or ".join(given.values)
    return said(given)


def shown_value(name: str, value: str) -> str:
    """A dimension's value as people read it: countries by name, and a word for nothing."""
    if value == "":
        return dimension(name).empty
    return countries.name_of(value) if name == "country" else value
