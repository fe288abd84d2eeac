"""Umami's collect API, as its Node package and its script write it."""

import json
from typing import Any

import pytest

from tracking.tests.door import CHROME, NOW_MS, events, post

SITE = "94db1cb1-74f4-4a40-ad6c-962362670409"
PAYLOAD = {
    "website": SITE,
    "hostname": "acme.example",
    "url": "/pricing?ref=x",
    "referrer": "https://search.example/",
    "title": "Pricing",
    "language": "de-DE",
    "screen": "1440x900",
}

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def site(claimed) -> str:
    return claimed("umami", SITE)


def send(kind: str = "event", **about: Any) -> Any:
    return post({"type": kind, "payload": PAYLOAD | about}, url="/api/send", User_Agent=CHROME)


def test_a_page_view_is_answered_as_published(acme, site):
    answer = send()

    assert answer.status_code == 200
    assert set(json.loads(answer.content)) == {"cache", "sessionId", "visitId"}
    (event,) = events(acme.dataset_id())
    assert (event.type, event.url, event.title) == ("page_view", "https://acme.example/pricing?ref=x", "Pricing")
    assert (event.referrer, event.language, event.screen) == ("https://search.example/", "de-DE", "1440x900")
    assert event.at_ms == NOW_MS


def test_a_name_makes_it_an_event_with_data(acme, site):
    send(name="signup", data={"plan": "pro"}, tag="b", id="u-1", timestamp=NOW_MS // 1000 - 60)

    (event,) = events(acme.dataset_id())
    assert (event.name, event.props, event.user_id) == ("signup", {"plan": "pro", "tag": "b"}, "u-1")
    assert event.at_ms == NOW_MS - 60_000


def test_identify_sets_what_is_so_of_a_person(acme, site):
    send("identify", id="u-1", data={"plan": "pro"})

    (event,) = events(acme.dataset_id())
    assert (event.type, event.user_id, event.traits) == ("identify", "u-1", {"plan": "pro"})


def test_a_batch_says_how_many_were_processed(acme, site):
    good = {"type": "event", "payload": PAYLOAD}
    answer = post([good, {"type": "nonsense", "payload": PAYLOAD}, "x", good], url="/api/batch")

    said = json.loads(answer.content)
    assert (answer.status_code, said["size"], said["processed"], said["errors"]) == (200, 4, 2, 2)
    assert [each["index"] for each in said["details"]] == [1, 2]
    assert len(events(acme.dataset_id())) == 2


@pytest.mark.parametrize(
    ("about", "message"),
    [({"website": "11111111-74f4-4a40-ad6c-962362670409"}, "Website not found."),
     ({"website": None}, "Website not found."),
     ({"data": 5, "name": "x"}, "Expected `object | null`, got `int`.")],
)  # fmt: skip
def test_what_is_wrong_is_said_in_umamis_form(site, about, message):
    answer = send(**about)

    assert (answer.status_code, json.loads(answer.content)["error"]["message"]) == (400, message)
