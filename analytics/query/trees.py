"""What stands in a tree of conditions: which filters, and what they look at."""

from collections.abc import Iterable, Iterator

from analytics.query.catalogue import Source, dimension
from analytics.query.model import AllOf, AnyOf, Condition, Did, Filter, Not, Segment


def children(given: Condition) -> tuple[Condition, ...]:
    """The conditions one step below, of the same event. What somebody did, or whether somebody belongs to a cohort, is
    a condition on the person: it has none."""
    match given:
        case AllOf(conditions) | AnyOf(conditions) | Segment(conditions=conditions):
            return conditions
        case Not(condition):
            return (condition,)
    return ()


def filters_in(given: Iterable[Condition]) -> Iterator[Filter]:
    """Every filter on the event or its visit, however deep."""
    for each in given:
        if isinstance(each, Filter):
            yield each
        yield from filters_in(children(each))


def tells(given: Condition, source: Source) -> bool:
    """A row of `source` alone knows whether it fits."""
    return all(getattr(dimension(each.dimension), source) is not None for each in filters_in([given]))


def is_of_events(given: Iterable[Condition]) -> bool:
    """They tell one event of a visit from another."""
    return any(dimension(each.dimension).of_events for each in filters_in(given))


def is_by_period(given: Condition) -> bool:
    """It means other people in another period."""
    return isinstance(given, Did) or any(is_by_period(each) for each in children(given))


def size(given: Iterable[Condition]) -> int:
    """How many conditions there are in all."""
    return sum(1 + size(below(each)) for each in given)


def depth(given: Iterable[Condition]) -> int:
    return max((1 + depth(below(each)) for each in given), default=0)


def below(given: Condition) -> tuple[Condition, ...]:
    return given.conditions if isinstance(given, Did) else children(given)
