"""A question and its answer, as values. Whatever asks (pages, API, exports, alerts) builds a Query and gets a Result.

A period is [start, end). All moments are aware; `start` and `end` carry the workspace's zone.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Operator = Literal["is", "is_not", "contains", "contains_not"]
Interval = Literal["minute", "hour", "day", "week", "month"]


class QueryError(Exception):
    """The question cannot be answered as asked; the message says what to write instead. `field` names the part,
    `on_pages` says it to people who write no parameters."""

    def __init__(self, message: str, field: str = "", on_pages: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.on_pages = on_pages or message


class Kept(Protocol):
    """What is left of the events (analytics.query.deleted)."""

    @property
    def since(self) -> datetime | None: ...


@dataclass(frozen=True)
class Period:
    key: str  # "28d", "day", "custom" …: the preset it came from
    start: datetime
    end: datetime
    kept: "Kept | None" = field(default=None, compare=False, repr=False)  # None: nobody needs to know

    @property
    def deleted_before(self) -> datetime | None:
        """What happened before is deleted, and the period reaches there. None: all of it is kept.

        All time begins with the first event that is left, and means more.
        """
        since = self.kept.since if self.kept else None
        return since if since and (self.start < since or self.key == "all") else None


@dataclass(frozen=True)
class Filter:
    """`page is /docs or /blog`: several values are alternatives."""

    dimension: str
    operator: Operator
    values: tuple[str, ...]


@dataclass(frozen=True)
class AllOf:
    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True)
class AnyOf:
    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True)
class Not:
    condition: "Condition"


@dataclass(frozen=True)
class Did:
    """People with at least `times` events that each fit all conditions: in the query's period, or in the last `days`
    calendar days up to its end. `Not(Did(…))` are the people who did not."""

    conditions: "tuple[Condition, ...]" = ()
    times: int = 1
    days: int | None = None


@dataclass(frozen=True)
class Segment:
    """A saved set of conditions, all of which hold."""

    uid: str
    name: str = field(compare=False)
    conditions: "tuple[Condition, ...]" = ()


@dataclass(frozen=True)
class Cohort:
    """A saved set of people. Frozen: those on the stored list. Living: who in `period` did what `conditions` say."""

    uid: str
    name: str = field(compare=False)
    list_id: int | None = None
    period: Period | None = None
    conditions: "tuple[Condition, ...]" = ()


Condition = Filter | AllOf | AnyOf | Not | Did | Segment | Cohort


@dataclass(frozen=True)
class After:
    """Where a list of groups goes on: behind this row, wherever it stands by now."""

    value: float | str | None  # by which the rows are ordered: a number, a key, or None for a rate of nothing
    keys: tuple[str, ...]
    seen: int  # rows up to and with it


@dataclass(frozen=True)
class Query:
    dataset_id: int
    zone: str  # IANA name; days and hours are cut in it
    period: Period
    metrics: tuple[str, ...]
    dimensions: tuple[str, ...] = ()
    filters: tuple[Condition, ...] = ()  # all hold, of one event of the visit
    interval: Interval | None = None  # given: a series, one row for each bucket, gaps filled with zeros
    groups: tuple[str, ...] | None = None  # of one dimension: these and all others together, not the `limit` largest
    compare: Period | None = None
    order_by: tuple[str, Literal["asc", "desc"]] | None = None  # a metric or dimension; first metric, largest first
    limit: int = 10
    offset: int = 0
    after: After | None = None  # in place of an offset: the rows that follow
    bots: bool = False  # include traffic of known bots
    totals: bool = True  # also over all groups or buckets; pages that know them already save the statement
    profile: str = ""  # visits cut as another tool cuts them (analytics.query.profiles); "": as they were stored
    usual: tuple[Condition, ...] = ()  # filters that most visits fit from the beginning: how to answer, not what


@dataclass(frozen=True)
class Row:
    """`keys` in the order of the query's dimensions; in a series after the bucket's start, ISO 8601 in the zone."""

    keys: tuple[str, ...]
    values: dict[str, float | None]  # None: nothing to say (a rate of nothing), shown as "–"
    before: dict[str, float | None] | None = None  # the same in the comparison period
    partial: bool = False  # a bucket that is not over yet
    is_other: bool = False  # all groups together that have no rows of their own


@dataclass(frozen=True)
class Result:
    query: Query
    rows: list[Row]
    totals: dict[str, float | None]
    totals_before: dict[str, float | None] | None
    group_count: int  # groups there are in all, before limit
    # All visitors of the period, whatever they did: the denominator of conversion_rate, where that was asked for.
    population: float | None
    population_before: float | None
    rows_read: int
    engine_ms: float
    as_of: datetime  # every event acknowledged before this is counted
    exact: bool = True
    # What the last of the groups was ordered by: of a rate worked out afterwards, what stands above the line.
    last: float | None = None
    cached: bool = field(default=False, compare=False)
