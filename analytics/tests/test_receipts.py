"""The receipt of a number: page, dialog and API say how it came about."""

import pytest
from django.test import Client

from analytics.tests.test_api import key_of
from analytics.tests.world import Sent, click, page_view, store_events

pytestmark = pytest.mark.usefixtures("event_store", "clock")
API = "/api/v1/analytics/receipt"


@pytest.fixture
def as_key(acme, owner):
    return Client(headers={"X-API-Key": key_of(acme, owner)})


@pytest.fixture
def world(acme):
    """A visit of two pages and a click from Germany; a bounce; and two page views of a bot."""
    germany, bot = {"country": "DE"}, {"bot": "Googlebot"}
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", client=germany), page_view("10:02", "/pricing", client=germany), click("10:03"),
            page_view("09:00", visitor=2), page_view("09:00", visitor=3, client=bot),
            page_view("09:01", visitor=3, client=bot),
        ],
    )  # fmt: skip
    return acme


def test_a_receipt_names_definition_value_and_what_was_left_out(world, as_key):
    found = as_key.get(API, {"metric": "bounce_rate", "period": "yesterday"}).json()

    assert (found["value"], found["definition"]["unit"], found["version"]) == (50.0, "percent", "1")
    assert found["excluded"] == {"bot_events": 2, "late_events": 0, "events": 6}
    assert (found["exact"], found["bound_percent"], found["timezone"]) == (True, None, "UTC")
    assert found["rows_read"] > 0


def test_one_visit_is_walked_through(world, as_key):
    found = as_key.get(API, {"metric": "bounce_rate", "period": "yesterday"}).json()

    assert [(each["type"], each["path"]) for each in found["example"]["steps"]] == [
        ("page_view", "/"), ("page_view", "/pricing"), ("click", "/"),
    ]  # fmt: skip
    assert found["why"] == "It is no bounce: 2 page views, 0 seconds of attention."


def test_the_statement_is_shown_as_it_ran_with_its_values_beside_it(world, as_key):
    (run,) = as_key.get(API, {"metric": "visits", "period": "yesterday", "f": "is,country,DE"}).json()["statements"]

    assert "FROM sessions FINAL" in run["sql"]
    assert "DE" not in run["sql"]
    assert ["DE"] in run["parameters"].values()


@pytest.mark.parametrize("metric", ["visits", "group_conversion_rate"])
def test_the_receipt_of_a_row_shows_the_statements_of_that_row(world, as_key, metric):
    asked = {"metric": metric, "period": "yesterday", "by": "country", "value": "DE", "f": "is,type,click"}

    ran = as_key.get(API, asked).json()["statements"]

    assert any(["DE"] in run["parameters"].values() for run in ran)
    assert any("events" in run["sql"] for run in ran)


@pytest.mark.parametrize("metric", ["visitors", "visits", "pageviews", "visit_duration", "events", "completions"])
def test_every_metric_has_a_reason(world, as_key, metric):
    assert as_key.get(API, {"metric": metric, "period": "yesterday"}).json()["why"].startswith("It ")


def test_a_period_without_visits_says_so(world, as_key):
    found = as_key.get(API, {"metric": "visits", "from": "2026-01-01", "to": "2026-01-01"}).json()

    assert (found["value"], found["example"], found["why"]) == (0, None, "No visit of the period fits.")


def test_a_metric_without_a_receipt_says_what_to_ask(as_key):
    assert as_key.get(API, {"metric": "exit_rate"}).json()["detail"].endswith("add by=page and the page as value.")


def test_the_page_opens_it_as_a_dialog_and_as_a_page_of_its_own(world, as_viewer):
    state = "?period=yesterday&metric=visits&c=is,country,DE"

    dialog = as_viewer.get(f"/w/acme/receipt/{state}", headers={"HX-Target": "receipt-place"}).content.decode()
    page = as_viewer.get(f"/w/acme/receipt/{state}").content.decode()
    overview = as_viewer.get("/w/acme/?period=yesterday&metric=visits&compare=off").content.decode()

    assert "<html" not in dialog
    assert "Visits: 1" in dialog
    assert "Country is Germany" in dialog
    assert "Visits: 1" in page
    assert "/w/acme/receipt/?period=yesterday&amp;compare=off&amp;metric=visits" in overview


def test_a_neighbour_has_no_part_in_it(world, globex, stranger):
    theirs = Client(headers={"X-API-Key": key_of(globex, stranger)})
    store_events(globex.dataset_id(), [Sent("10:00", "page_view", "/theirs")])

    found = theirs.get(API, {"metric": "events", "period": "yesterday"}).json()

    assert (found["value"], found["excluded"]["events"]) == (1, 1)
    assert [each["path"] for each in found["example"]["steps"]] == ["/theirs"]
