"""Plausible's events API over plain HTTP; its script is in test_browser_sdks."""

import json
from typing import Any

import pytest
from django.test import Client

from tracking import store
from tracking.tests.door import CHROME, events, post

EVENT = {"n": "pageview", "u": "https://acme.example/a?utm_source=x", "d": "acme.example", "r": None, "w": 1280}

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def domain(claimed) -> str:
    return claimed("plausible", "https://Acme.example/")


def send(**about: Any) -> Any:
    return post(EVENT | about, url="/api/event", content_type="text/plain", User_Agent=CHROME)


def test_a_page_view_is_answered_as_published(acme, domain):
    answer = send(r="https://search.example/")

    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (202, b"ok", "text/plain")
    (event,) = events(acme.dataset_id())
    assert (event.type, event.url) == ("page_view", "https://acme.example/a?utm_source=x")
    assert (event.referrer, event.props) == ("https://search.example/", {})


def test_equal_page_views_are_several(acme, domain):
    send(), send()

    assert len(events(acme.dataset_id())) == 2


@pytest.mark.parametrize(
    "about",
    [{"p": '{"plan":"pro"}', "$": '{"currency":"EUR","amount":"9.50"}'},
     {"m": {"plan": "pro"}, "revenue": {"currency": "EUR", "amount": 9.5}},
     {"props": {"plan": "pro"}, "revenue": {"currency": "EUR", "amount": 9.5}}],
)  # fmt: skip
def test_properties_and_revenue_as_text_or_objects(acme, domain, about):
    send(n="Purchase", **about)

    (event,) = events(acme.dataset_id())
    assert (event.name, event.props, event.value, event.currency) == ("Purchase", {"plan": "pro"}, 9.5, "EUR")


@pytest.mark.parametrize("amount", ["nan", "-NaN", "inf", "1e400"])
def test_an_amount_that_is_no_number_spoils_no_sum(acme, domain, arrived, amount):
    send(n="Purchase", revenue={"currency": "EUR", "amount": amount})
    send(n="Purchase", revenue={"currency": "EUR", "amount": "9.50"})

    assert [event.value for event in arrived()] == [0.0, 9.5]
    assert store.query("SELECT sum(value) FROM events", dataset_id=acme.dataset_id()).rows == [(9.5,)]
    assert store.query("SELECT sum(value) FROM sessions FINAL", dataset_id=acme.dataset_id()).rows == [(9.5,)]


def test_engagement_is_the_leaving_of_a_page(acme, domain):
    send(n="engagement", e=4200, sd=60)

    (event,) = events(acme.dataset_id())
    assert (event.type, event.engaged_ms, event.scroll) == ("page_exit", 4200, 60)


def test_of_a_site_and_its_roll_up_the_site_counts(acme, domain):
    assert send(d="acme.example,all.example").status_code == 202
    assert len(events(acme.dataset_id())) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [({"d": "nobody.example"}, "domain"), ({"d": ""}, "domain"), ({"n": 5}, "type"), ({"p": "{"}, "malformed"),
     ({"n": ""}, "name")],
)  # fmt: skip
def test_what_is_wrong_is_said_in_plausibles_form(domain, body, field):
    answer = send(**body)

    assert answer.status_code == 400
    assert list(json.loads(answer.content)["errors"]) == [field]


@pytest.mark.usefixtures("db")
def test_any_page_may_ask_first():
    preflight = Client().options(
        "/api/event", headers={"Origin": "https://acme.example", "Access-Control-Request-Method": "POST"}
    )

    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
