"""What goes into a read and what comes out of it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """The most one read may cost. Past it the engine stops: QueryTimeout or QueryTooLarge."""

    max_execution_time: float = 10  # seconds
    max_memory_usage: int = 1_000_000_000  # bytes
    max_rows_to_read: int = 500_000_000
    max_threads: int = 2


DEFAULT = Limits()
# An export lasts as long as its reader takes; its memory does not grow with it.
EXPORT = Limits(max_execution_time=600, max_rows_to_read=0, max_threads=1)


@dataclass(frozen=True)
class Rows:
    """An answer. Values by ClickHouse type:

    String, LowCardinality(String)  str           UInt*, Int*         int
    Float*                          float         Bool                bool
    DateTime, DateTime64            datetime, aware, in the column's zone (UTC where the column names none)
    Date                            date          UUID                uuid.UUID
    FixedString                     bytes         Array, Tuple, Map   list, tuple, dict
    Nullable(…)                     None or the value; an average of nothing is float("nan"), not None
    """

    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    rows_read: int  # rows the engine went through
    engine_ms: float  # time inside the engine, without the way there and back
