"""Pages of a breakdown over the API: every row once, whatever it is ordered by, also while new events arrive."""

import pytest

from analytics.tests.world import click, page_view, store_events

pytestmark = pytest.mark.usefixtures("event_store", "clock")
URL = "/api/v1/analytics/query"
DAY = {"from": "2026-03-09", "to": "2026-03-09"}


@pytest.fixture
def busy(acme):
    """Seven pages of which some are seen equally often, by visitors who stay for 0 to 30 seconds."""
    sent = []
    for visitor in range(1, 12):
        client = {"country": "DEFRIT"[visitor % 3 * 2 :][:2], "browser": f"B{visitor % 4}"}
        sent += [
            page_view(f"{visitor + 5:02}:00:00", f"/{visitor % 7}", visitor, client=client),
            click(f"{visitor + 5:02}:00:{visitor % 4 * 10:02}", f"/{visitor % 7}", visitor),
        ]
    store_events(acme.dataset_id(), sent)
    store_events(acme.dataset_id(), [click("21:00", visitor=99)])  # a visit without a page view: no bounce rate
    return acme


def ask(client, acme, **question):
    found = client.post(f"{URL}?workspace={acme.slug}", {"period": DAY} | question, "application/json")
    return found.json()


def pages(client, acme, **question):
    """All rows, two at a time, and what each page said of how many there are."""
    rows, counts, asked = [], set(), question | {"limit": 2}
    while asked.get("cursor", "") is not None:
        answer = ask(client, acme, **asked)
        rows += answer["rows"]
        counts.add(answer["group_count"])
        asked["cursor"] = answer["next_cursor"]
    return rows, counts


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize(
    ("metrics", "dimensions", "by"),
    [
        (["visitors"], ["page"], "visitors"),
        (["visitors"], ["page"], "page"),
        (["pageviews", "conversion_rate"], ["page"], "conversion_rate"),
        (["visits", "bounce_rate"], ["browser"], "bounce_rate"),
        (["visit_duration", "events"], ["country", "browser"], "visit_duration"),
        (["visits"], ["country", "browser"], "browser"),
    ],
)
def test_the_pages_together_are_the_whole_list_in_its_order(busy, as_owner, metrics, dimensions, by, direction):
    question = {"metrics": metrics, "dimensions": dimensions, "order_by": [by, direction]}
    whole = ask(as_owner, busy, limit=1000, **question)
    rows, counts = pages(as_owner, busy, **question)
    assert rows == whole["rows"] and len(rows) > 3
    assert counts == {len(rows)} and whole["next_cursor"] is None


@pytest.mark.parametrize("rate", ["exit_rate", "group_conversion_rate", "conversion_rate"])
def test_a_share_that_stands_first_orders_by_what_stands_above_its_line(busy, as_owner, rate):
    question = {"metrics": [rate], "dimensions": ["page"], "filters": [["is", "type", ["page_view"]]]}
    rows, counts = pages(as_owner, busy, **question)
    assert rows == ask(as_owner, busy, limit=1000, **question)["rows"]
    assert counts == {len(rows)} and len(rows) > 3


def test_compared_pages_too(busy, as_owner):
    question = {"metrics": ["visitors"], "dimensions": ["page"], "compare": "previous"}
    assert pages(as_owner, busy, **question)[0] == ask(as_owner, busy, limit=100, **question)["rows"]


def test_ordered_by_a_dimension_new_events_neither_repeat_nor_hide_a_row(busy, as_owner):
    question = {"metrics": ["visitors"], "dimensions": ["page"], "order_by": ["page", "asc"], "limit": 3}
    first = ask(as_owner, busy, **question)
    store_events(busy.dataset_id(), [page_view("22:00", path, visitor=200) for path in ("/0a", "/6", "/6a")])
    second = ask(as_owner, busy, **question | {"limit": 100}, cursor=first["next_cursor"])
    assert [row["keys"][0] for row in (*first["rows"], *second["rows"])] == [
        "/", "/0", "/1", "/2", "/3", "/4", "/5", "/6", "/6a",
    ]  # fmt: skip
    assert second["next_cursor"] is None


def test_the_period_stays_that_of_the_first_page(busy, as_owner, clock):
    question = {"metrics": ["visitors"], "dimensions": ["page"], "period": "yesterday", "limit": 2}
    first = ask(as_owner, busy, **question)
    clock.shift(24 * 3600)
    assert ask(as_owner, busy, **question, cursor=first["next_cursor"])["period"] == first["period"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"metrics": ["visits"]}, "another question"),
        ({"filters": [["is", "country", ["DE"]]]}, "another question"),
        ({"offset": 2}, "leave out offset"),
        ({"interval": "day", "dimensions": []}, "leave out offset"),
        ({"cursor": "made-up"}, "another list"),
    ],
)
def test_a_cursor_of_something_else_is_refused(busy, as_owner, change, says):
    question = {"metrics": ["visitors"], "dimensions": ["page"], "limit": 2}
    cursor = ask(as_owner, busy, **question)["next_cursor"]
    assert says in ask(as_owner, busy, **question | {"cursor": cursor} | change)["detail"]


def test_a_cursor_says_nothing_in_another_workspace(busy, globex, as_owner, as_stranger):
    question = {"metrics": ["visitors"], "dimensions": ["page"], "limit": 2}
    cursor = ask(as_owner, busy, **question)["next_cursor"]
    assert ask(as_stranger, globex, **question, cursor=cursor)["code"] == "invalid_query"
