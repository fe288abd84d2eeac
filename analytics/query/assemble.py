"""Answers of the store → Result: parts joined, gaps filled, shares worked out, the comparison beside each number."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from analytics.query.catalogue import METRICS
from analytics.query.compile import Statement
from analytics.query.gaps import axis
from analytics.query.model import Query, Row
from tracking.store import Rows

Keys = tuple[str, ...]
Values = dict[str, float | None]
BySecond = dict[int, Values]  # of each bucket, by its first second


@dataclass
class Groups:
    """What is known of each group, now and before, in the order of the part that chose them. Totals have the key ()."""

    now: dict[Keys, Values] = field(default_factory=dict)
    before: dict[Keys, Values] = field(default_factory=dict)
    count: int = 0


def groups(query: Query, answered: Iterable[tuple[Statement, Rows]]) -> Groups:
    """The parts of one breakdown, joined on their keys. The first part chose the groups; others add no more."""
    joined = Groups(count=query.after.seen if query.after else 0)
    step = 2 if query.compare else 1
    for part, (statement, rows) in enumerate(answered):
        if part == 0 and statement.keys and rows.rows:
            joined.count += rows.rows[0][-1]
        for row in rows.rows:
            keys, values = tuple(row[: statement.keys]), [number(value) for value in row[statement.keys :]]
            if part == 0 or keys in joined.now:
                joined.now.setdefault(keys, {}).update(zip(statement.metrics, values[::step], strict=False))
                joined.before.setdefault(keys, {}).update(zip(statement.metrics, values[1::step], strict=False))
    return joined


def rows(query: Query, found: Groups, everybody: Groups, peers: Groups) -> list[Row]:
    """One for each group. `everybody` are all visitors, `peers` those of each group."""
    return [
        Row(
            keys,
            _complete(query, found.now[keys], everybody.now.get((), {}), peers.now.get(keys, {})),
            _complete(query, found.before[keys], everybody.before.get((), {}), peers.before.get(keys, {}))
            if query.compare
            else None,
        )
        for keys in found.now
    ]


def totals(query: Query, found: Groups, everybody: Groups) -> tuple[Values, Values | None]:
    """Over everything, now and before; empty where they were not asked for."""
    if () not in found.now:
        return {}, None
    row = rows(query, found, everybody, Groups())[0]
    return row.values, row.before


@dataclass
class Series:
    """What is known of each bucket for each group, by its place from 1, and for all others at 0. Without a dimension
    everything is at 0."""

    found: dict[int, BySecond] = field(default_factory=dict)

    @classmethod
    def of(cls, answered: Iterable[tuple[Statement, Rows]]) -> "Series":
        made = cls()
        for statement, answer in answered:
            for row in answer.rows:
                place, values = row[1] if statement.keys > 1 else 0, map(number, row[statement.keys :])
                known = made.found.setdefault(place, {}).setdefault(row[0], {})
                known.update(zip(statement.metrics, values, strict=True))
        return made


@dataclass(frozen=True)
class Populations:
    """All visitors over time, and those of each group."""

    everybody: Series
    peers: Series

    def of(self, place: int) -> tuple[BySecond, BySecond]:
        return self.everybody.found.get(0, {}), self.peers.found.get(place, {})


def buckets(query: Query, found: Series, whole: Populations, groups: tuple[str, ...], now: datetime) -> list[Row]:
    """One row for each bucket, also where nothing happened; the comparison's beside it, first to first. With a
    dimension, as many for each group, the others last if there are any."""
    places = _places(query, now)
    if not query.dimensions:
        return _rows(query, places, found.found.get(0, {}), whole.of(0), ())
    made = []
    for place, group in enumerate(groups, start=1):
        made += _rows(query, places, found.found.get(place, {}), whole.of(place), (group,))
    if 0 in found.found:
        made += _rows(query, places, found.found[0], whole.of(0), ("",), is_other=True)
    return made


@dataclass(frozen=True)
class _Place:
    """A bucket of the period, whatever is counted there."""

    label: Keys
    second: int | None  # its first; None: it has not begun
    earlier: int | None  # of the bucket that is compared with it, if there is one
    is_partial: bool


def _places(query: Query, now: datetime) -> list[_Place]:
    own = axis(query.period, query.interval)
    before = axis(query.compare, query.interval).firsts if query.compare else ()
    return [
        _Place(
            (start.isoformat(),) if query.interval else (),
            None if own.is_ahead(place, now) else own.firsts[place],
            before[place] if place < len(before) else None,
            query.interval is not None and own.is_partial(place, now),
        )
        for place, start in enumerate(own.starts)
    ]


def _rows(
    query: Query,
    places: list[_Place],
    found: BySecond,
    populations: tuple[BySecond, BySecond],
    group: Keys,
    is_other: bool = False,
) -> list[Row]:
    def told(second: int | None) -> Values:
        if second is None:
            return nothing
        return _complete(query, found.get(second, {}), *(each.get(second, {}) for each in populations))

    nothing: Values = dict.fromkeys(query.metrics)
    return [
        Row(
            each.label + group,
            told(each.second),
            told(each.earlier) if query.compare else None,
            each.is_partial,
            is_other,
        )
        for each in places
    ]


def _complete(query: Query, known: Values, everybody: Values, peers: Values) -> Values:
    """All metrics asked for; those of which the store said nothing are empty, those made of two are worked out."""
    values = {name: known.get(name, METRICS[name].empty) for name in query.metrics}
    if "exit_rate" in values:
        values["exit_rate"] = share(known.get("exits", 0), known.get("exit_rate"))
    if "conversion_rate" in values:
        values["conversion_rate"] = share(known.get("conversion_rate", 0), everybody.get("visitors"))
    if "group_conversion_rate" in values:
        values["group_conversion_rate"] = share(known.get("group_conversion_rate", 0), peers.get("visitors"))
    return values


def share(part: float | None, whole: float | None) -> float | None:
    """In percent. At most 100: a visit at the edge of the period may have looked outside it and left inside."""
    return min(100.0, 100 * part / whole) if part is not None and whole else None


def number(value: float) -> float | None:
    """What the engine calls NaN is a rate of nothing."""
    return None if value != value else value
