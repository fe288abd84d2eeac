"""Periods and values on their way into SQL.

A period bounds `events` by ts alone. The key holds toDate(ts), and the engine prunes by it from a condition on ts; were
toDate(ts) written down as well, it would be worked out for each row, which more than doubles what a count costs. It
bounds `sessions` by session_id, which the key prunes by, and by start: the upper half of the id is the second in which
the visit began as far as was known then; a late event can move the start forward by a day, never the id.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from analytics.query.catalogue import Source
from analytics.query.model import Period

MOMENT: dict[Source, str] = {"events": "ts", "sessions": "start"}
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


def within(source: Source, window: Window, bound: Parameters) -> str:
    """The row lies in the window: an event happened in it, a visit began in it."""
    return f"{since(source, window, bound)} AND {MOMENT[source]} < {_moment(window.end, bound)}"


def since(source: Source, window: Window, bound: Parameters) -> str:
    """The row lies in the window or after it."""
    return f"{MOMENT[source]} >= {_moment(window.start, bound)}"


def seen(window: Window, bound: Parameters) -> str:
    """The visit reaches into the window, wherever it began."""
    return f"start < {_moment(window.end, bound)} AND stop >= {_moment(window.start, bound)}"


def ids(window: Window, bound: Parameters) -> str:
    first, end = (bound.bind(second << 32, "UInt64") for second in (window.start, window.end))
    return f"session_id >= {first} AND session_id < {end}"


def joined(looked_at: list[Window]) -> list[Window]:
    """Neighbouring windows as one: a plain range prunes better than an OR of two."""
    found: list[Window] = []
    for each in sorted(looked_at, key=lambda window: window.start):
        if found and each.start <= found[-1].end:
            found[-1] = Window(found[-1].start, max(each.end, found[-1].end))
        else:
            found.append(each)
    return found


def _moment(second: int, bound: Parameters) -> str:
    return bound.bind(f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M:%S}", "DateTime64(3, 'UTC')")
