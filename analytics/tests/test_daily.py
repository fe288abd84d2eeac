"""Long questions by days: the same numbers as from the rows, whatever is kept; nothing that is not true any more."""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache

from analytics.query import run, size
from analytics.query.daily import kept
from analytics.query.daily.making import keep_wanted
from analytics.query.model import Filter, Period, Query, Result
from analytics.query.recording import recorded
from analytics.tests.world import Sent, goal, page_view, store_events
from config.lib.clock import day_start
from config.testing.world import NOW
from tracking import store
from tracking.store import aggregates
from workspaces.models import Workspace

TODAY = NOW.date()
ZONES = ("Asia/Kolkata", "America/New_York")  # half an hour off; clocks that moved on March 8


def a_month_of_visits() -> list[Sent]:
    """400 visits of 60 visitors from February 9 to today, some over midnight, of three countries."""
    drawn = random.Random(7)
    sent = []
    for number in range(400):
        visitor = drawn.randrange(1, 61)
        at = NOW - timedelta(seconds=drawn.randrange(29 * 86_400))
        client = {"country": "DEFRUS"[visitor % 3 * 2 :][:2], "browser": drawn.choice(["Firefox", "Chrome"])}
        for step in range(drawn.randrange(1, 4)):
            moment = f"{at + timedelta(minutes=20 * step):%Y-%m-%dT%H:%M:%S}"
            sent.append(Sent(moment, path=f"/{drawn.randrange(5)}", visitor=visitor, client=client))
        if number % 7 == 0:
            sent.append(goal(moment, "signup", visitor=visitor))
    return sent


@pytest.fixture
def busy(event_store: Any, acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    store_events(acme.dataset_id(), a_month_of_visits())
    monkeypatch.setattr(size, "EXACT_UP_TO", 0)
    monkeypatch.setattr(kept, "BYTES_FOR_AN_EVENT", 1_000_000)
    size._events.cache_clear()
    yield acme.dataset_id()
    size._events.cache_clear()


def period(first: int, end: int, zone: str = "UTC") -> Period:
    """From so many days ago to so many days ago, [first, end)."""
    return Period("custom", *(day_start(TODAY - timedelta(days), zone) for days in (first, end)))


def asked(dataset_id: int, *metrics: str, zone: str = "UTC", **more: Any) -> Query:
    return Query(**{"dataset_id": dataset_id, "zone": zone, "period": period(27, -1, zone), "metrics": metrics} | more)


def by_days(query: Query) -> tuple[Result, str]:
    """Its result when it is asked for the third time, and the statements."""
    for _ in range(2):
        run(query, NOW)
    keep_wanted()  # as the worker does
    with recorded() as ran:
        result = run(query, NOW)
    return result, " ".join(each.sql for each in ran)


def from_rows(query: Query, monkeypatch: pytest.MonkeyPatch) -> Result:
    with monkeypatch.context() as patch:
        patch.setattr(kept, "is_worth", lambda *_: False)
        return run(query, NOW)


def same(one: Result, other: Result) -> bool:
    told: list[Callable[[Result], Any]] = [lambda r: r.rows, lambda r: r.totals, lambda r: r.totals_before]
    return all(tell(one) == tell(other) for tell in [*told, lambda r: r.group_count, lambda r: r.population])


CARDS = ("visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration", "conversion_rate")
QUESTIONS: list[dict[str, Any]] = [
    {"metrics": CARDS},
    {"metrics": ("visitors", "visits", "bounce_rate"), "interval": "day"},
    {"metrics": ("visitors", "pageviews"), "interval": "week"},
    {"metrics": ("visitors", "visits", "exit_rate"), "dimensions": ("page",), "limit": 3},
    {"metrics": ("visitors", "bounce_rate", "pageviews"), "dimensions": ("country",), "limit": 2},
    {"metrics": ("visitors", "visits"), "dimensions": ("country", "browser"), "limit": 4, "offset": 1},
    {"metrics": ("visits", "visitors"), "dimensions": ("entry_page",), "order_by": ("visitors", "asc")},
    {"metrics": ("visitors",), "dimensions": ("country",), "interval": "day", "limit": 2},
    {"metrics": ("events", "completions"), "filters": (Filter("country", "is", ("DE", "FR")),)},
    {"metrics": ("pageviews", "visitors"), "dimensions": ("page",), "filters": (Filter("page", "is_not", ("/1",)),)},
    {"metrics": ("group_conversion_rate",), "dimensions": ("page",), "filters": (Filter("type", "is", ("click",)),)},
]


@pytest.mark.parametrize("zone", ZONES)
def test_a_question_by_days_has_the_same_answer_to_the_last_digit(
    busy: int, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = itertools.cycle((None, period(54, 27, zone), period(47, 28, zone)))
    for question, compare in zip(QUESTIONS, compared, strict=False):
        query = asked(busy, zone=zone, compare=compare, **question)
        result, ran = by_days(query)
        assert "daily_aggregates" in ran, question
        assert same(result, from_rows(query, monkeypatch)), (question, compare)
        assert result.exact is False


def test_a_period_may_end_in_the_middle_of_a_day(busy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = period(20, 0)
    query = asked(busy, "visitors", "visits", "events", period=replace(whole, end=NOW - timedelta(hours=7)))
    result, ran = by_days(query)
    assert "daily_aggregates" in ran
    assert same(result, from_rows(query, monkeypatch))


@pytest.mark.parametrize(
    "question",
    [
        {"metrics": ("visit_duration_median",)},  # would keep every visit's
        {"metrics": ("visitors",), "interval": "hour", "period": period(20, 10), "totals": False},
        {"metrics": ("visits",), "filters": (Filter("page", "is", ("/1",)),)},  # the visit's own row does not tell
        {"metrics": ("visitors",), "profile": "ga4"},
        {"metrics": ("visitors",), "period": period(6, -1)},  # five days that are over
    ],
)
def test_what_days_cannot_tell_is_counted_from_the_rows(busy: int, question: dict[str, Any]) -> None:
    _, ran = by_days(asked(busy, **question))
    assert "daily_aggregates" not in ran


def test_periods_of_the_same_moments_have_the_days_of_their_zones(busy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    store_events(busy, [page_view("2025-06-30T23:30")])  # July in London, whose winter is that of UTC
    for zone, months in (("UTC", [1, 0]), ("Europe/London", [0, 1])):
        year = Period("custom", *(day_start(date(each, 2, 1), zone) for each in (2025, 2026)))
        query = asked(busy, "visits", zone=zone, period=year, interval="month")
        result, ran = by_days(query)
        assert "daily_aggregates" in ran
        assert [row.values["visits"] for row in result.rows[4:6]] == months
        assert same(result, from_rows(query, monkeypatch))


def test_all_time_may_be_longer_than_a_series_can_draw(busy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    query = asked(busy, "visitors", "visits", period=period(1500, 0))
    result, ran = by_days(query)
    assert "daily_aggregates" in ran
    assert same(result, from_rows(query, monkeypatch))


def test_nothing_is_kept_of_a_question_that_comes_once(busy: int) -> None:
    run(asked(busy, "visits"), NOW)
    keep_wanted()
    assert kept_days(busy) == 0
    run(asked(busy, "visits"), NOW)
    keep_wanted()
    assert kept_days(busy) == 26  # of 28: today and yesterday may change


def kept_days(dataset_id: int) -> int:
    return int(store.query("SELECT count() FROM daily_aggregates FINAL", dataset_id=dataset_id).rows[0][0])


def test_a_day_that_changed_is_counted_anew(busy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    query = asked(busy, "visits", "events", "visitors")
    before, _ = by_days(query)
    late = NOW - timedelta(days=12)
    store_events(busy, [page_view(f"{late:%Y-%m-%dT03:00}", visitor=1000)])
    store.insert("changed_days", {"dataset_id": [busy], "day": [int(late.timestamp()) // 86_400]}, token="late")
    result, ran = by_days(query)
    assert "daily_aggregates" in ran
    assert [(result.totals[each] or 0) - (before.totals[each] or 0) for each in ("visits", "events")] == [1, 1]
    assert same(result, from_rows(query, monkeypatch))
    monkeypatch.setattr(kept, "MARGIN", timedelta(0))
    cache.clear()  # some minutes later
    assert same(by_days(query)[0], result)


def test_states_that_are_larger_than_what_they_save_are_left_alone(busy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "BYTES_FOR_AN_EVENT", 0)
    _, ran = by_days(asked(busy, "visitors"))
    assert "daily_aggregates" not in ran


def test_when_rows_go_all_that_was_made_of_them_goes(busy: int) -> None:
    query = asked(busy, "visits")
    by_days(query)
    aggregates.forget(busy)
    assert kept_days(busy) == 0
    _, ran = by_days(query)
    assert "daily_aggregates" not in ran
