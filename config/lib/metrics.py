"""Counters and timings, named here and nowhere else. GET /metrics prints them in Prometheus' text format.

    from config.lib import metrics
    metrics.EVENTS.labels(result="accepted").inc(count)
    metrics.EVENTS_DROPPED.labels(reason=reason).inc()
    with metrics.INGEST_SECONDS.time(): …

| name here         | printed as                              | labels                               | counted by |
|-------------------|-----------------------------------------|--------------------------------------|------------|
| EVENTS            | metricpal_events_total                  | result: accepted, duplicate, held, dropped | ingest |
| EVENTS_DROPPED    | metricpal_events_dropped_total          | reason: a DropReason                 | ingest     |
| EVENTS_GIVEN_UP   | metricpal_events_given_up_total         | –                                    | ingest     |
| INGEST_SECONDS    | metricpal_ingest_seconds, histogram     | –                                    | collect    |
| WRITER_ROWS       | metricpal_writer_rows_total             | table: events, sessions, identity    | writer     |
| WRITER_DUPLICATES | metricpal_writer_duplicates_total       | –                                    | writer     |
| WRITER_SECONDS    | metricpal_writer_batch_seconds, histogr.| –                                    | writer     |
| WRITER_LAG        | metricpal_writer_lag_seconds, gauge     | shard                                | gauges     |
| QUERY_SECONDS     | metricpal_query_seconds, histogram      | source: page, api, task              | analytics  |
| QUERY_ERRORS      | metricpal_query_errors_total            | code of the error                    | analytics  |
| DELIVERIES        | metricpal_deliveries_total              | kind; result: answered, failed       | forwarding |
| TENANT_EVENTS     | metricpal_analytics_events_total        | tenant, event: a type, source        | ingest     |
| USAGE             | metricpal_usage_count_total             | tenant, metric                       | usage      |
| QUOTA_EXCEEDED    | metricpal_quota_exceeded_total          | tenant, metric                       | usage      |
| ROLLUP_SECONDS    | metricpal_analytics_rollup_duration_seconds, histogram | –                     | usage      |
| USAGE_DIFFERENCE  | metricpal_usage_difference_days, gauge  | –                                    | gauges     |
| SPOOL             | metricpal_spool_requests_total          | result: kept, covered, logged, refused | spool      |
| UNACCOUNTED       | metricpal_unaccounted_events, gauge     | what: undecided, unstored, vanished  | gauges     |

Labels hold words from closed sets only: never a workspace, a URL or anything a visitor can write. The families of
usage name organizations and their own units, as operators ask for: `bounded` keeps each set small.
Gauges are set when they are asked for (config.gauges).
Several processes count. With PROMETHEUS_MULTIPROC_DIR set they share that folder and `render` adds them up. There an
addition costs 1.5 µs: who answers many requests adds up first (`add`, `observe` within a `Gathering`).
"""

import os
import threading
from bisect import bisect_left

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST
FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds
SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds

EVENTS = Counter("metricpal_events", "Analytics events judged at the door.", ["result"])
EVENTS_DROPPED = Counter("metricpal_events_dropped", "Analytics events not kept, by reason.", ["reason"])
EVENTS_GIVEN_UP = Counter("metricpal_events_given_up", "Events that scripts say they could not send.")
INGEST_SECONDS = Histogram("metricpal_ingest_seconds", "One collect request, decoding to durable answer.", buckets=FAST)
WRITER_ROWS = Counter("metricpal_writer_rows", "Rows inserted into the event store.", ["table"])
WRITER_DUPLICATES = Counter("metricpal_writer_duplicates", "Events the writer had stored before, and left out.")
WRITER_SECONDS = Histogram("metricpal_writer_batch_seconds", "One batch, taking to commit.", buckets=SLOW)
WRITER_LAG = Gauge(
    "metricpal_writer_lag_seconds", "Age of the oldest event not stored yet.", ["shard"], multiprocess_mode="mostrecent"
)
QUERY_SECONDS = Histogram(
    "metricpal_query_seconds", "One analytics question, all its queries.", ["source"], buckets=SLOW
)
QUERY_ERRORS = Counter("metricpal_query_errors", "Analytics questions that got no answer.", ["code"])
DELIVERIES = Counter("metricpal_deliveries", "Batches of events sent to destinations.", ["kind", "result"])
TENANT_EVENTS = Counter(
    "metricpal_analytics_events", "Events accepted at the door, by organization.", ["tenant", "event", "source"]
)
USAGE = Counter("metricpal_usage_count", "What organizations counted of their own units.", ["tenant", "metric"])
QUOTA_EXCEEDED = Counter(
    "metricpal_quota_exceeded", "Requests and notices that met a used-up limit.", ["tenant", "metric"]
)
ROLLUP_SECONDS = Histogram(
    "metricpal_analytics_rollup_duration_seconds", "One roll-up of the usage ledger.", buckets=SLOW
)
USAGE_DIFFERENCE = Gauge(
    "metricpal_usage_difference_days",
    "Days of organizations on which counters, ledger and event store disagree.",
    multiprocess_mode="mostrecent",
)
SPOOL = Counter(
    "metricpal_spool_requests",
    "Requests while the ingest log was away: kept on disk, logged later, refused as there was no room.",
    ["result"],
)
UNACCOUNTED = Gauge(
    "metricpal_unaccounted_events",
    "Events of the last days' hours that were received and are neither counted nor refused. Alarm unless 0.",
    ["what"],
    multiprocess_mode="mostrecent",
)
BOUND = 1000
_known: dict[str, set[str]] = {}


class Gathering:
    """Adds up what its thread counts while it is entered; `write` hands it on, each family once."""

    EVERY_S = 0.05  # each writing costs what half a request does

    def __init__(self) -> None:
        self._written_at = float("-inf")
        self.sums: dict[Counter, float] = {}
        self.seconds: dict[Histogram, list[float]] = {}

    def __enter__(self) -> "Gathering":
        _present.gathering = self
        return self

    def __exit__(self, *_: object) -> None:
        _present.gathering = None

    @property
    def is_empty(self) -> bool:
        return not self.sums and not self.seconds

    def turn(self, now_s: float) -> None:
        """Writes where there is something to write, and the last writing was long enough ago."""
        if not self.is_empty and now_s >= self._written_at + self.EVERY_S:
            self._written_at = now_s
            self.write()

    def write(self) -> None:
        sums, seconds = self.sums, self.seconds
        self.sums, self.seconds = {}, {}
        for counter, number in sums.items():
            counter.inc(number)
        for histogram, each in seconds.items():
            _observe_all(histogram, each)


class _Present(threading.local):
    gathering: Gathering | None = None  # None: this thread writes at once


_present = _Present()


def add(counter: Counter, number: float) -> None:
    if (into := _present.gathering) is None:
        counter.inc(number)
    else:
        into.sums[counter] = into.sums.get(counter, 0) + number


def observe(histogram: Histogram, seconds: float) -> None:
    if (into := _present.gathering) is None:
        histogram.observe(seconds)
    else:
        into.seconds.setdefault(histogram, []).append(seconds)


def _observe_all(histogram: Histogram, seconds: list[float]) -> None:
    """As `observe` for each; the library itself takes them one by one only."""
    places = [bisect_left(histogram._upper_bounds, each) for each in seconds]
    for place in set(places):
        histogram._buckets[place].inc(places.count(place))
    histogram._sum.inc(sum(seconds))


def bounded(label: str, value: str) -> str:
    """`value`, while the label has had fewer than BOUND values in this process; from then on "other" for new ones."""
    known = _known.setdefault(label, set())
    if value not in known and len(known) >= BOUND:
        return "other"
    known.add(value)
    return value


def render() -> bytes:
    """The present numbers of all processes, in Prometheus' text format (CONTENT_TYPE)."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
