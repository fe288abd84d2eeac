"""What changed, and who brought it."""

import pytest

from analytics.mails.digest import contributors, digest, sentence
from analytics.tests.world import page, page_view, store_events


def test_a_rise_is_told_by_what_rose_the_most_first():
    now, before = {"Google": 150, "News": 30, "Bing": 5}, {"Google": 100, "News": 40, "Reddit": 3}

    assert contributors(now, before, 40) == [("Google", 50), ("Bing", 5)]


def test_what_went_away_is_part_of_a_fall():
    assert contributors({"Google": 10}, {"Google": 12, "Ads": 80}, -82) == [("Ads", -80), ("Google", -2)]


def test_where_the_whole_stayed_both_directions_are_told():
    assert contributors({"a": 5, "b": 1, "c": 2}, {"a": 1, "b": 5, "c": 2}, 0) == [("a", 4), ("b", -4)]


@pytest.mark.parametrize(
    "now, before, expected",
    [
        (112, 100, "Visitors rose from 100 to 112 (+12\u202f%)."),
        (90, 100, "Visitors fell from 100 to 90 (−10\u202f%)."),
        (7, 7, "Visitors stayed at 7."),
        (7, 0, "Visitors rose from 0 to 7."),
    ],
)
def test_the_whole_in_a_sentence(now, before, expected):
    assert sentence(now, before) == expected


def test_through_the_store(event_store, acme):
    before = [page_view(f"2026-03-01T10:0{n}", "/a", n) for n in (1, 2)]
    now = [page_view(f"2026-03-08T10:0{n}", "/b" if n > 1 else "/a", n) for n in (1, 2, 3, 4)]
    store_events(acme.dataset_id(), before)
    store_events(acme.dataset_id(), now)
    week = page(acme, "period=custom&from=2026-03-02&to=2026-03-08&compare=previous")

    found = digest(week)

    assert found.sentence == "Visitors rose from 2 to 4 (+100\u202f%)."
    assert {part.label: part.text for part in found.parts}["Page"] == "/b +3"
