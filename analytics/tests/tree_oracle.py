"""Nested conditions and people, decided the slow way: one event at a time, by recursion."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from analytics.query.catalogue import dimension
from analytics.query.model import AllOf, AnyOf, Cohort, Condition, Did, Filter, Not, Period, Segment
from analytics.tests.oracle import Oracle, Row, fits
from analytics.tests.world import Stored


@dataclass
class TreeOracle(Oracle):
    """`lists` holds the people of frozen cohorts by their number."""

    stored: Stored
    lists: dict[int, set[int]] = field(default_factory=dict)
    known: dict[tuple[Did, Period], set[Any]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        super().__init__(self.stored)

    def count(self, period: Period, given: tuple[Condition, ...]) -> dict[str, int]:
        """Visitors and visits by events, of people and bots alike."""
        chosen = [
            each
            for each in self.events
            if _inside(each["ts"], period) and all(self.fits(each, one, period) for one in given)
        ]
        begun = {key for key, visit in self.visits.items() if _inside(visit["start"], period)}
        own = {key: [each for each in self.events if each["session_id"] == key] for key in begun}
        visits = [
            key for key, events in own.items() if any(all(self.fits(e, one, period) for one in given) for e in events)
        ]
        return {"events": len(chosen), "visits": len(visits)}

    def fits(self, event: Row, given: Condition, period: Period) -> bool:
        match given:
            case Filter():
                row = event if dimension(given.dimension).events else self.visits[event["session_id"]]
                return fits(row, given)
            case AllOf(conditions) | Segment(conditions=conditions):
                return all(self.fits(event, each, period) for each in conditions)
            case AnyOf(conditions):
                return any(self.fits(event, each, period) for each in conditions)
            case Not(condition):
                return not self.fits(event, condition, period)
            case Did():
                return event["person_id"] in self.who_did(given, period)
            case Cohort():
                return event["person_id"] in self.members(given)

    def who_did(self, given: Did, period: Period) -> set[Any]:
        """Worked out once: a deed within a deed within a deed is asked of each event for each event for each event."""
        start = period.start if given.days is None else period.end - timedelta(given.days)
        span = Period("", start, period.end)
        if (given, span) not in self.known:
            self.known[given, span] = self._found(given, span)
        return self.known[given, span]

    def _found(self, given: Did, span: Period) -> set[Any]:
        times: dict[Any, int] = {}
        for each in self.events:
            if _inside(each["ts"], span) and all(self.fits(each, one, span) for one in given.conditions):
                times[each["person_id"]] = times.get(each["person_id"], 0) + 1
        return {person for person, count in times.items() if count >= given.times}

    def members(self, given: Cohort) -> set[Any]:
        if given.period is None:
            return self.lists[given.list_id or 0]
        return self.who_did(Did(given.conditions), given.period)


def _inside(at_ms: float, period: Period) -> bool:
    return period.start.timestamp() * 1000 <= at_ms < period.end.timestamp() * 1000
