"""Where a statement looks: the one place that names the dataset, the periods and the filters.

Both periods are read in one pass. A period bounds `events` by toDate(ts), which the key prunes by, and by ts. It bounds
`sessions` by session_id, which the key prunes by, and by start: the upper half of the id is the second in which the
visit began as far as was known then; a late event can move the start forward by a day, never the id.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from analytics.query.catalogue import OPERATORS, PROPERTY, Source, dimension
from analytics.query.model import Filter, Period, Query, QueryError

DAY_S = 24 * 60 * 60  # no visit is longer (tracking.sessionizer.CAP_MS)


@dataclass
class Parameters:
    """Values on their way into a statement; each gets a name and its ClickHouse type."""

    values: dict[str, Any] = field(default_factory=dict)

    def bind(self, value: Any, kind: str) -> str:
        """The placeholder to write where the value belongs. Equal values share one."""
        for name, known in self.values.items():
            if known == value and name.startswith(f"{kind[0].lower()}_"):
                return f"{{{name}:{kind}}}"
        name = f"{kind[0].lower()}_{len(self.values)}"
        self.values[name] = value
        return f"{{{name}:{kind}}}"

    def frozen(self) -> tuple[tuple[str, Any], ...]:
        """Lists as tuples, so that a statement can be a key."""
        return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in self.values.items())


@dataclass(frozen=True)
class Window:
    """A period in epoch seconds, [start, end)."""

    start: int
    end: int

    @classmethod
    def of(cls, period: Period) -> "Window":
        return cls(int(period.start.timestamp()), int(period.end.timestamp()))


def windows(query: Query) -> list[Window]:
    """The period and, if there is one, its comparison."""
    found = [Window.of(period) for period in (query.period, query.compare) if period]
    if len(found) == 2 and found[1].start < found[0].end and found[0].start < found[1].end:
        raise QueryError(
            "The comparison overlaps the period. Choose one that ends before the period starts.", "compare"
        )
    return found


def within(source: Source, window: Window, bound: Parameters) -> str:
    """The row lies in the window: an event happened in it, a visit began in it."""
    moment = "ts" if source == "events" else "start"
    return f"{moment} >= {_moment(window.start, bound)} AND {moment} < {_moment(window.end, bound)}"


def seen(window: Window, bound: Parameters) -> str:
    """The visit reaches into the window, wherever it began."""
    return f"start < {_moment(window.end, bound)} AND stop >= {_moment(window.start, bound)}"


def where(query: Query, source: Source, bound: Parameters, reaching: bool = False) -> str:
    """All conditions. `reaching`: also visits that began before the period and are seen in it."""
    own = [each for each in query.filters if getattr(dimension(each.dimension), source) is not None]
    foreign = [each for each in query.filters if each not in own]
    ranges = " OR ".join(f"({_range(source, each, bound, reaching)})" for each in _joined(windows(query)))
    conditions = [f"dataset_id = {bound.bind(query.dataset_id, 'UInt32')}", f"({ranges})"]
    conditions += [] if query.bots else ["bot = ''"]
    conditions += [_condition(each, source, bound) for each in own]
    if foreign:
        conditions.append(_visits_with(query, "events" if source == "sessions" else "sessions", foreign, bound))
    return " AND ".join(conditions)


def _range(source: Source, window: Window, bound: Parameters, reaching: bool) -> str:
    if source == "events":
        return f"{_days(window, bound)} AND {within(source, window, bound)}"
    earliest = window.start - DAY_S * reaching
    exactly = seen(window, bound) if reaching else within(source, window, bound)
    return f"{_ids(Window(earliest, window.end + DAY_S), bound)} AND {exactly}"


def _days(window: Window, bound: Parameters) -> str:
    first, last = (datetime.fromtimestamp(second, UTC).date() for second in (window.start, window.end - 1))
    return f"toDate(ts) >= {bound.bind(first, 'Date')} AND toDate(ts) <= {bound.bind(last, 'Date')}"


def _ids(window: Window, bound: Parameters) -> str:
    first, end = (bound.bind(second << 32, "UInt64") for second in (window.start, window.end))
    return f"session_id >= {first} AND session_id < {end}"


def _joined(looked_at: list[Window]) -> list[Window]:
    """Neighbouring windows as one: a plain range prunes better than an OR of two."""
    joined: list[Window] = []
    for each in sorted(looked_at, key=lambda window: window.start):
        if joined and each.start <= joined[-1].end:
            joined[-1] = Window(joined[-1].start, max(each.end, joined[-1].end))
        else:
            joined.append(each)
    return joined


def _condition(given: Filter, source: Source, bound: Parameters) -> str:
    _, template = OPERATORS[given.operator]
    return template.format(
        it=column(given.dimension, source, bound), values=bound.bind(list(given.values), "Array(String)")
    )


def column(name: str, source: Source, bound: Parameters) -> str:
    """The SQL of a dimension. A property's key is a value like any other: bound."""
    expression = getattr(dimension(name), source)
    if name.startswith(PROPERTY):
        return expression.format(key=bound.bind(name.removeprefix(PROPERTY), "String"))
    return expression


def _visits_with(query: Query, source: Source, filters: list[Filter], bound: Parameters) -> str:
    """The visits in which one event, or whose own row, fits all `filters` at once, looked up in the other table.

    Whose period and bots count is decided by the statement around it. Here the period only keeps the scan short: a
    visit of the period may do what is asked for up to a day later, or have begun a day earlier. For events it is a
    hint to the index, which spares reading ts.
    """
    wider = _joined([Window(each.start - DAY_S, each.end + DAY_S) for each in windows(query)])
    if source == "events":
        table, period = "events", f"indexHint({' OR '.join(f'({_days(each, bound)})' for each in wider)})"
    else:
        table, period = "sessions FINAL", f"({' OR '.join(f'({_ids(each, bound)})' for each in wider)})"
    dataset = f"dataset_id = {bound.bind(query.dataset_id, 'UInt32')}"
    conditions = [dataset, period, *(_condition(each, source, bound) for each in filters)]
    return f"session_id IN (SELECT session_id FROM {table} WHERE {' AND '.join(conditions)})"


def _moment(second: int, bound: Parameters) -> str:
    return f"fromUnixTimestamp64Milli({bound.bind(second * 1000, 'Int64')}, 'UTC')"
