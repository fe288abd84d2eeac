"""Web reports: numbers one can check by head."""

import pytest

from analytics.reports.web import web_report
from analytics.reports.web.model import VIEWS, rating
from analytics.tests.world import Sent, page, page_view, store_events
from config.testing.world import NOW

pytestmark = pytest.mark.usefixtures("event_store")


def event(at, kind, path="/", visitor=1, name="", **fields):
    return Sent(at, kind, path, visitor, name or kind, fields=fields)


def of(workspace, name, limit=100, offset=0):
    found = web_report(page(workspace).query(), name, limit, offset, NOW)
    return {row.key: row.values for row in found.rows}


def test_engaged_time_is_shared_by_the_views_of_a_page(acme):
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00"),
            event("10:01", "page_exit", engaged_ms=30_000),
            page_view("11:00"),
            page_view("12:00", "/b"),
        ],
    )

    assert of(acme, "engagement") == {
        "/": {"pageviews": 2, "visitors": 1, "engaged_time": 15, "engaged_total": 30},
        "/b": {"pageviews": 1, "visitors": 1, "engaged_time": 0, "engaged_total": 0},
    }


def test_scroll_depth_takes_each_visitors_deepest_point(acme):
    store_events(
        acme.dataset_id(),
        [
            event("10:00", "scroll", scroll=25),
            event("10:01", "scroll", scroll=100),
            event("10:02", "scroll", "/", 2, scroll=50),
        ],
    )

    assert of(acme, "scroll") == {"/": {"visitors": 2, "depth": 75, "to_end": 50}}


def test_searches_are_one_whatever_their_capitals(acme):
    store_events(
        acme.dataset_id(),
        [event("10:00", "search", props={"query": "Blue Mug"}),
         event("10:01", "search", "/b", 2, props={"query": "blue mug "}),
         event("10:02", "search", props={"query": ""})],
    )  # fmt: skip

    assert of(acme, "search") == {"blue mug": {"searches": 2, "visitors": 2, "pages": 2}}


def test_links_away_and_files_are_told_apart(acme):
    out, file = {"link": "outbound", "href": "https://a.example/"}, {"link": "download", "href": "/price.pdf"}
    store_events(acme.dataset_id(), [event("10:00", "click", props=out), event("10:01", "click", props=file),
                                     event("10:02", "click", props={"href": "/inside"})])  # fmt: skip

    assert of(acme, "outbound") == {"https://a.example/": {"clicks": 1, "visitors": 1}}
    assert of(acme, "downloads") == {"/price.pdf": {"clicks": 1, "visitors": 1}}


def test_pages_that_are_not_there_say_who_links_to_them(acme):
    fields = {"props": {"status": "404"}, "referrer": "https://other.example/links"}
    store_events(acme.dataset_id(), [page_view("10:00"), event("11:00", "page_view", "/gone", 2, **fields)])

    assert of(acme, "not_found") == {"/gone": {"views": 1, "visitors": 1, "from": "other.example/links"}}


def test_vitals_tell_the_third_quarter_and_nothing_where_nothing_was_measured(acme):
    measured = [
        event(f"10:0{n}", "custom", "/", n, "web_vitals", props={"lcp": str(1000 * n), "cls": "0.1"})
        for n in (1, 2, 3, 5)
    ]
    store_events(acme.dataset_id(), measured)

    values = of(acme, "vitals")["/"]

    assert values == {"views": 4, "lcp": 3500, "inp": None, "cls": 0.1, "fcp": None, "ttfb": None}
    assert [rating("lcp", each) for each in (2500, 3500, 4001, None)] == ["good", "fair", "poor", ""]


@pytest.mark.parametrize("sent", ["nan", "inf", "-inf", "fast", ""])
def test_a_measurement_that_is_no_number_spoils_no_other(acme, sent):
    told = [("web_vitals", {"lcp": each}) for each in ("1000", "3000", sent)]
    told += [("api_request", {"route": "/a", "method": "GET", "status": "200", "duration_ms": each})
             for each in ("10", "30", sent)]  # fmt: skip
    events = [event(f"10:0{n}", "custom", "/", 1, name, props=props) for n, (name, props) in enumerate(told)]
    store_events(acme.dataset_id(), events)

    assert of(acme, "vitals")["/"]["lcp"] == 2500
    assert of(acme, "endpoints")["GET /a"]["p50"] == 20


@pytest.mark.parametrize("name", VIEWS)
def test_no_view_shows_anything_of_a_neighbour_or_of_nothing(acme, globex, name):
    everything = {"query": "q", "link": "outbound", "href": "h", "status": "404", "lcp": "1"}
    kinds = ("page_view", "page_exit", "search", "click", "scroll")
    sent = [event("10:00", kind, props=everything, scroll=50) for kind in kinds]
    store_events(globex.dataset_id(), [*sent, event("10:01", "custom", "/", 1, "web_vitals", props=everything)])

    assert of(acme, name) == {}


def test_pages_of_a_long_list_neither_repeat_nor_leave_out(acme):
    store_events(acme.dataset_id(), [page_view("10:00", f"/{n}", n) for n in range(1, 6)])

    paths = [key for offset in (0, 2, 4) for key in of(acme, "engagement", 2, offset)]

    assert paths == ["/1", "/2", "/3", "/4", "/5"]


def test_api_requests_tell_how_often_how_fast_and_how_well_endpoints_answer(acme):
    def request(at, status, duration_ms, key="k1", route="/api/v1/orders"):
        facts = {"route": route, "method": "GET", "status": str(status), "duration_ms": str(duration_ms),
                 "key_id": key, "api_version": "v1"}  # fmt: skip
        return event(at, "custom", name="api_request", props=facts)

    slow = [request("10:00", 200, 10), request("10:01", 404, 20), request("10:02", 503, 30), request("10:03", 200, 40)]
    store_events(acme.dataset_id(), [*slow, request("10:04", 200, 5, "k2", "/api/v1/users")])

    assert of(acme, "endpoints") == {
        "GET /api/v1/orders": {
            "requests": 4, "p50": 25, "p95": 38.5, "p99": pytest.approx(39.7), "client_errors": 25,
            "server_errors": 25},
        "GET /api/v1/users": {
            "requests": 1, "p50": 5, "p95": 5, "p99": 5, "client_errors": 0, "server_errors": 0},
    }  # fmt: skip
    assert {key: row["requests"] for key, row in of(acme, "api_keys").items()} == {"k1": 4, "k2": 1}
    assert of(acme, "api_versions")["v1"]["requests"] == 5
