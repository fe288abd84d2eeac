"""Receipts of reports and of single numbers: the number is the one on the page, what is shown is what ran."""

import csv
import html
import io
import re

import pytest
from django.test import Client

from analytics.tests.test_api import key_of
from analytics.tests.world import goal, page_view, store_events
from analytics.views.exports.sources import REPORTS

pytestmark = pytest.mark.usefixtures("event_store", "clock")
API = "/api/v1/analytics/receipt"
FUNNEL = "period=yesterday&step=is,event,page_view&step=is,event,signup"
SEVEN = {"bot_events": 1, "late_events": 0, "events": 7}
NONE = {"bot_events": 0, "late_events": 0, "events": 0}
EXCLUDED = {"realtime": NONE}  # of the last 30 minutes, in which nothing happened
STEPS = {"funnel": "&step=is,event,page_view&step=is,event,signup"}  # its page has some without


@pytest.fixture
def as_key(acme, owner):
    return Client(headers={"X-API-Key": key_of(acme, owner, permissions=("read", "admin"))})


@pytest.fixture
def busy(acme):
    """Three people of whom two sign up, the second a day ago from Germany; one bot."""
    germany = {"country": "DE"}
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00"), page_view("10:01", "/pricing"), goal("10:02", "signup"),
            page_view("11:00", "/pricing", 2, client=germany), goal("11:05", "signup", 2),
            page_view("12:00", visitor=3), page_view("12:00", visitor=4, client={"bot": "Googlebot"}),
        ],
    )  # fmt: skip
    return acme


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report_has_a_receipt_over_the_api_and_as_a_page(busy, as_owner, name):
    found = as_owner.get(f"{API}/{name}?workspace={busy.slug}&period=yesterday{STEPS.get(name, '')}").json()
    assert found["description"] and found["unit"] and found["version"] == "1"
    assert found["excluded"] == EXCLUDED.get(name, SEVEN)
    assert found["statements"] or name == "business"  # those numbers are kept in PostgreSQL
    assert all("FROM" in each["sql"] for each in found["statements"])
    page = as_owner.get(f"/w/{busy.slug}/reports/{name}/receipt/?period=yesterday")
    assert page.status_code == 200 and "As it was asked" in page.content.decode()
    assert (
        f"/reports/{name}/receipt/" in as_owner.get(f"/w/{busy.slug}/reports/{name}/?period=yesterday").content.decode()
    )


def test_the_receipt_of_real_time_is_about_the_last_30_minutes_whatever_period_is_chosen(busy, as_owner):
    """At noon on 10 March the 30th minute is that of 12:00; yesterday's busy people are no part of it."""
    just_now = [page_view(f"2026-03-10T11:{minute}", f"/at-{minute}", 9) for minute in (30, 31, 45)]
    store_events(busy.dataset_id(), [*just_now, page_view("2026-03-10T11:50", visitor=8, client={"bot": "Googlebot"})])
    for chosen in ("yesterday", "28d", "7d&compare=year"):
        found = as_owner.get(f"{API}/realtime?workspace={busy.slug}&period={chosen}").json()
        page = as_owner.get(f"/w/{busy.slug}/reports/realtime/receipt/?period={chosen}").content.decode()

        assert found["excluded"] == {"bot_events": 1, "late_events": 0, "events": 3}
        assert (found["period"]["start"], found["period"]["end"]) == (
            "2026-03-10T11:31:00+00:00",
            "2026-03-10T12:01:00+00:00",
        )
        assert [each["path"] for each in found["example"]["steps"]] == ["/at-31", "/at-45"]
        assert "<dd>10 Mar, 11:31 – 12:01, days cut in UTC</dd>" in page
        assert "/at-45" in page and "/pricing" not in page


def test_a_number_of_a_funnel_says_what_it_is_and_walks_through_somebody(busy, as_key):
    found = as_key.get(f"{API}/funnel?{FUNNEL}&row=1&column=3").json()
    assert (found["column"], found["value"]) == ("people", 2)
    assert found["row"].startswith("(everybody), B")
    assert [(each["name"], each["marks"]) for each in found["example"]["steps"]] == [
        ("page_view", "A"),
        ("signup", "B"),
    ]
    assert found["rows_read"] == sum(each["rows_read"] for each in found["statements"]) > 0


@pytest.mark.parametrize(
    "address",
    ["trends/?period=yesterday&interval=hour&",
     "lifecycle/?period=7d&", "stickiness/?period=7d&", "retention/?period=7d&",
     "web/?period=yesterday&", "attribution/?period=yesterday&goal=signup&", "paths/?period=yesterday&",
     f"funnel/?{FUNNEL}&"],
)  # fmt: skip
def test_every_linked_number_is_the_cell_of_the_csv_that_its_receipt_names(busy, as_owner, address):
    report, _, state = address.partition("/?")
    page = as_owner.get(f"/w/{busy.slug}/reports/{address}").content.decode().replace("&amp;", "&")
    lines = list(csv.reader(io.StringIO(as_owner.get(f"/w/{busy.slug}/reports/{report}.csv?{state}").content.decode())))
    linked = re.findall(r'href="([^"]*/receipt/[^"]*&row=(\d+)&column=(\d+))"[^>]*>([^<]*)<', page)
    assert linked
    for href, row, column, shown in linked[-6:]:
        made = as_owner.get(href, headers={"HX-Target": "receipt-place"}).content.decode()
        value = lines[int(row) + 1][int(column)]
        heading = lines[0][int(column)]
        said = re.search(rf"<h2>{re.escape(heading[:1].upper() + heading[1:])}: ([^<]+)</h2>", html.unescape(made))
        assert said, href
        assert said[1] == (_figure(value) or "–"), href
        if shown.strip().isdecimal():
            assert float(shown) == float(value)


def _figure(text: str) -> str:
    """1,234.57 of the CSV's 1234.5678; words as they are."""
    try:
        return f"{float(text):,.2f}".rstrip("0").rstrip(".")
    except ValueError:
        return text


def test_the_rows_of_the_overview_open_receipts_of_their_own_numbers(busy, as_viewer):
    page = as_viewer.get(f"/w/{busy.slug}/?period=yesterday&compare=off").content.decode().replace("&amp;", "&")
    linked = dict(re.findall(r'href="([^"]*/receipt/[^"]*by=[^"]*)" data-receipt>([^<]*)<', page))
    (href,) = [each for each in linked if "by=page&value=/pricing" in each and "metric=pageviews" in each]
    assert linked[href] == "2"
    assert "Page views: 2" in as_viewer.get(href).content.decode()


@pytest.mark.parametrize("metric", ["visitors", "visits", "pageviews", "exit_rate", "conversion_rate"])
def test_the_receipt_of_a_row_has_the_number_of_the_row(busy, as_key, metric):
    question = {"metrics": [metric], "dimensions": ["page"], "period": "yesterday"}
    rows = as_key.post("/api/v1/analytics/query", question, "application/json").json()["rows"]
    for row in rows:
        asked = {"metric": metric, "period": "yesterday", "by": "page", "value": row["keys"][0]}
        assert as_key.get(API, asked).json()["value"] == row["values"][metric]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (f"funnel?{FUNNEL}&row=900&column=3", "Open its receipt again"),
        (f"funnel?{FUNNEL}&row=x&column=3", "whole numbers"),
        ("nothing", "choose"),
        ("funnel?steps=is,event,signup", "Name each step: step=is,event,page_view&step=is,event,signup."),
        (f"funnel?{FUNNEL}&order=sideways", "order"),
    ],
)
def test_what_cannot_be_told_says_why(busy, as_key, address, says):
    assert says in as_key.get(f"{API}/{address}").json()["detail"]


def test_receipts_need_the_right_to_what_they_are_of(busy, as_viewer, as_analyst):
    assert as_viewer.get(f"/w/{busy.slug}/reports/funnel/receipt/").status_code == 403
    assert as_analyst.get(f"{API}/funnel?workspace={busy.slug}&{FUNNEL}").status_code == 200
    assert as_viewer.get(f"{API}/people?workspace={busy.slug}").status_code == 403


def test_a_neighbour_has_no_part_in_a_receipt_and_a_stranger_gets_none(busy, globex, as_stranger):
    assert as_stranger.get(f"{API}/trends?workspace={busy.slug}").status_code == 404
    theirs = as_stranger.get(f"{API}/trends?workspace={globex.slug}&period=yesterday&row=0&column=1").json()
    assert (theirs["value"], theirs["excluded"]["events"], theirs["example"]) == (0, 0, None)
