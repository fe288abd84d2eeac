"""Google Analytics 4's Measurement Protocol over plain HTTP."""

import json
from typing import Any

import pytest

from tracking.steps.visitor import of_id
from tracking.tests.door import NOW_MS, events, post

ID = "G-ACME123456"
BODY = {
    "client_id": "client-1",
    "user_id": "u-1",
    "timestamp_micros": str((NOW_MS - 1000) * 1000),
    "user_properties": {"plan": {"value": "pro"}},
    "events": [
        {
            "name": "purchase",
            "params": {
                "transaction_id": "T-1",
                "value": 99.99,
                "currency": "USD",
                "session_id": "1234",
                "items": [{"item_id": "SKU"}],
            },
        }
    ],
}

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def stream(claimed) -> str:
    return claimed("google", ID)


def send(query: str = f"measurement_id={ID}&api_secret=s", **about: Any) -> Any:
    return post(BODY | about, url=f"/mp/collect?{query}")


def event(name: str, **params: Any) -> Any:
    return send(events=[{"name": name, "params": params}])


def test_a_purchase_counts_once(acme, stream):
    answers = [send(), send(timestamp_micros=NOW_MS * 1000)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b""), (204, b"")]
    (bought,) = events(acme.dataset_id())
    assert (bought.name, bought.value, bought.currency, bought.user_id) == ("purchase", 99.99, "USD", "u-1")
    assert bought.visitor == of_id(acme.dataset_id(), "visitor", "client-1")
    assert bought.session == of_id(acme.dataset_id(), "session", "1234")
    assert bought.props == {"transaction_id": "T-1", "items": '[{"item_id":"SKU"}]'}
    assert (bought.at_ms, bought.traits) == (NOW_MS - 1000, {"plan": "pro"})


def test_a_page_view_has_its_place(acme, stream):
    event("page_view", page_location="https://acme.example/a", page_title="A", page_referrer="https://s.example/")

    (view,) = events(acme.dataset_id())
    assert (view.type, view.url, view.title) == ("page_view", "https://acme.example/a", "A")
    assert (view.referrer, view.props) == ("https://s.example/", {})


def test_what_it_measures_finds_its_column(acme, stream):
    event("scroll", percent_scrolled=90)
    event("user_engagement", engagement_time_msec=4200)
    event("view_search_results", search_term="shoes")

    scroll, left, search = events(acme.dataset_id())
    assert (scroll.type, scroll.scroll) == ("scroll", 90)
    assert (left.type, left.engaged_ms) == ("page_exit", 4200)
    assert (search.type, search.props) == ("search", {"query": "shoes"})


@pytest.mark.parametrize("key", ["measurement_id={}", "measurement_id=G-1&api_secret={}", "firebase_app_id={}"])
def test_a_key_of_ours_stands_where_theirs_stood(acme, acme_key, key):
    assert send(key.format(acme_key)).status_code == 204
    assert len(events(acme.dataset_id())) == 1


@pytest.mark.parametrize(
    ("query", "about", "status", "code"),
    [
        ("measurement_id=G-NOBODYS", {}, 401, "UNKNOWN_KEY"),
        ("", {}, 401, "UNKNOWN_KEY"),
        (f"measurement_id={ID}", {"events": {}}, 400, "TYPE"),
        (f"measurement_id={ID}", {"events": [{"params": {}}]}, 400, "NAME"),
        (f"measurement_id={ID}", {"timestamp_micros": "soon"}, 400, "TIME_FORMAT"),
    ],
)
def test_what_is_wrong_is_said(acme, stream, query, about, status, code):
    answer = send(query, **about)

    assert answer.status_code == status
    assert [each["validationCode"] for each in json.loads(answer.content)["validationMessages"]] == [code]
    assert events(acme.dataset_id()) == []
