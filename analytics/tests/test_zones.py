"""Every time on a page is that of the workspace's zone: here Tokyo, nine hours ahead of UTC."""

import re

import pytest
from django.urls import reverse

from analytics.tests.world import page_view, store_events

pytestmark = pytest.mark.usefixtures("event_store", "clock")
NOW_THERE = "21:00:00"  # NOW is 12:00 UTC


@pytest.fixture
def person(acme):
    """Who saw a page at 23:30 UTC: half past eight in the morning of the next day there."""
    acme.timezone = "Asia/Tokyo"
    acme.save()
    stored = store_events(acme.dataset_id(), [page_view("2026-03-08T23:30", "/a", 1)])
    return str(stored.events["person_id"][0])


def times(html: str) -> list[str]:
    return re.findall(r"<time[^>]*>([^<]*)</time>", html)


@pytest.mark.parametrize("page", ["?period=7d", "reports/trends/?period=7d", "reports/funnel/?period=7d"])
def test_a_page_says_in_the_workspace_s_zone_how_fresh_it_is(person, as_analyst, page):
    html = as_analyst.get(f"/w/acme/{page}").content.decode()

    assert f">{NOW_THERE}</time> (Asia/Tokyo)" in html
    assert f'datetime="2026-03-10T{NOW_THERE}+09:00"' in html


def test_events_and_visits_stand_at_the_time_and_day_they_had_there(person, as_analyst):
    events = as_analyst.get("/w/acme/reports/events/?period=7d").content.decode()
    story = as_analyst.get(reverse("person", args=["acme", person])).content.decode()

    assert "08:30:00" in times(events) and "Mon 9 Mar 2026" in events
    assert "9 Mar 2026, 08:30" in story and "08:30:00" in times(story)


def test_a_receipt_walks_through_a_visit_at_the_times_it_had_there(person, as_analyst):
    html = as_analyst.get("/w/acme/receipt/?metric=visitors&period=7d").content.decode()

    assert times(html) == ["08:30:00"] and "of 9 Mar 2026" in html
