"""The engine's answers worked out again, the slow way: loops over the rows, no SQL, no cleverness."""

import math
from collections.abc import Iterator
from typing import Any

from analytics.query.catalogue import dimension
from analytics.query.model import Filter, Period
from analytics.tests.world import Stored

CLOSING = ("page_exit", "session_end")
Row = dict[str, Any]


def as_rows(columns: dict[str, Any]) -> list[Row]:
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


class Oracle:
    def __init__(self, stored: Stored) -> None:
        self.visits = {row["session_id"]: row for row in as_rows(dict(stored.sessions))}
        self.events = as_rows(dict(stored.events))

    def numbers(self, period: Period, filters: tuple[Filter, ...]) -> dict[str, float | None]:
        events = [each for each in self.events if _in(each["ts"], period) and self._event_fits(each, filters)]
        fitting = [each for each in self.visits.values() if self._visit_fits(each, filters)]
        visits = [each for each in fitting if _in(each["start"], period)]
        seen = [each for each in fitting if _ms(period.start) <= each["stop"] and each["start"] < _ms(period.end)]
        if any(dimension(each.dimension).of_events for each in filters):
            seen = [each for each in events if each["type"] not in CLOSING]
        viewed = [each for each in visits if each["pageviews"]]
        calls = [each for each in events if each["name"] == "api_request"]
        return {
            "visitors": len({each["visitor_id"] for each in seen}),
            "visits": len(visits),
            "pageviews": sum(each["type"] == "page_view" for each in events),
            "events": len(events),
            "bounce_rate": _mean([100 * each["bounce"] for each in viewed]),
            "visit_duration": _mean([(each["stop"] - each["start"]) / 1000 for each in visits]),
            "engaged_time": _mean([each["engaged_ms"] / 1000 for each in visits]),
            "api_requests": len(calls),
            "api_server_errors": _mean([100 * (each["props"]["status"] >= "500") for each in calls]),
            "api_latency_p95": _quantile(0.95, [float(each["props"]["duration_ms"]) for each in calls]),
        }

    def values(self, name: str) -> Iterator[str]:
        """Every value a dimension takes anywhere."""
        rows = self.events if dimension(name).events else self.visits.values()
        yield from sorted({value(row, name) for row in rows})

    def _event_fits(self, event: Row, filters: tuple[Filter, ...]) -> bool:
        return all(
            fits(event if dimension(each.dimension).events else self.visits[event["session_id"]], each)
            for each in filters
        )

    def _visit_fits(self, visit: Row, filters: tuple[Filter, ...]) -> bool:
        of_visit = [each for each in filters if not dimension(each.dimension).of_events]
        of_events = [each for each in filters if dimension(each.dimension).of_events]
        its_events = [each for each in self.events if each["session_id"] == visit["session_id"]]
        did = any(all(fits(event, each) for each in of_events) for event in its_events)
        return all(fits(visit, each) for each in of_visit) and (did or not of_events)


def value(row: Row, name: str) -> str:
    """What `row` has for the dimension."""
    if name.startswith("prop:"):
        return str(row["props"].get(name.removeprefix("prop:"), ""))
    if name == "goal":
        return str(row["name"]) if row["type"] == "goal" else ""
    if name == "endpoint":
        is_call = row["name"] == "api_request"
        return f"{row['props']['method']} {row['props']['route']}" if is_call else ""
    if name.endswith("_version"):
        product = name.removesuffix("_version")
        return f"{row[product]} {row[name]}" if row[name] else str(row[product])
    return str(row[{"page": "path", "event": "name"}.get(name, name)])


def fits(row: Row, given: Filter) -> bool:
    its = value(row, given.dimension)
    if given.operator.startswith("contains"):
        found = any(each.lower() in its.lower() for each in given.values)
    else:
        found = its in given.values
    return found != given.operator.endswith("not")


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _quantile(share: float, values: list[float]) -> float | None:
    """Between the two values around it, in proportion."""
    if not values:
        return None
    place = share * (len(values) - 1)
    below, above = sorted(values)[math.floor(place)], sorted(values)[math.ceil(place)]
    return below + (above - below) * (place % 1)


def _ms(moment: Any) -> float:
    return float(moment.timestamp() * 1000)


def _in(at_ms: float, period: Period) -> bool:
    return _ms(period.start) <= at_ms < _ms(period.end)
