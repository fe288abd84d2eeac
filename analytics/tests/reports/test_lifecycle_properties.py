"""Lifecycle by week and month against plain Python, wherever in its week or month the period begins and ends."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.query.model import Filter
from analytics.reports import lifecycle
from analytics.tests.reports.raw import Seen, asked, keep, new_dataset
from config.lib.clock import day_start

ACTIVE = lifecycle.Lifecycle((Filter("event", "is", ("a",)),))
PLACES = [("Europe/Berlin", date(2025, 3, 17)), ("America/New_York", date(2025, 10, 20)), ("UTC", date(2024, 2, 5))]
lives = st.lists(
    st.tuples(st.integers(1, 5), st.integers(-50, 60), st.integers(0, 23), st.sampled_from("aab")),
    min_size=5,
    max_size=40,
)
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def unit(day: date, interval: str) -> int:
    """The number of the calendar's week or month."""
    return (day.toordinal() - 1) // 7 if interval == "week" else day.year * 12 + day.month


def expected(days: dict[int, set[date]], row: date, first: date, end: date, interval: str) -> Counter[str]:
    here, counted = unit(row, interval), Counter[str]()
    for active in days.values():
        known = {unit(each, interval) for each in active if each < end}
        in_days = any(unit(each, interval) == here and first <= each < end for each in active)
        state = "returning" if here - 1 in known else "new" if not any(n < here for n in known) else "resurrected"
        if here in known:
            counted[state] += in_days
        elif here - 1 in known:
            counted["dormant"] += 1
    return counted


@pytest.mark.usefixtures("event_store")
@quick
@given(
    place=st.sampled_from(PLACES),
    life=lives,
    into=st.integers(0, 31),
    length=st.integers(1, 40),
    interval=st.sampled_from(["week", "month"]),
)
def test_a_unit_is_compared_with_the_whole_one_before(place, life, into, length, interval):
    zone, origin = place
    first = origin + timedelta(into)
    end = first + timedelta(length)
    days: dict[int, set[date]] = {}
    seen = []
    for person, day, hour, name in life:
        at = origin + timedelta(day)
        seen.append(Seen(person, int((day_start(at, zone) + timedelta(hours=hour)).timestamp()) * 1000, name))
        if name == "a":
            days.setdefault(person, set()).add(
                datetime.fromtimestamp(seen[-1].ms / 1000, day_start(at, zone).tzinfo).date()
            )
    dataset = new_dataset()
    keep(dataset, seen)
    start, stop = day_start(first, zone), day_start(end, zone)

    found = lifecycle.answer(ACTIVE, asked(dataset, start, stop, zone), interval, stop + timedelta(days=1))

    for bucket in found.buckets:
        counted = expected(days, bucket.start.date(), first, end, interval)
        assert bucket.people == {state: counted[state] for state in lifecycle.STATES}
    cut = [unit(each, interval) == unit(each - timedelta(1), interval) for each in (first, end)]
    clipped = [cut[0]] + [False] * (len(found.buckets) - 1)
    clipped[-1] |= cut[1]
    assert [each.clipped for each in found.buckets] == clipped
