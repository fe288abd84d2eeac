"""Matomo's tracking API, by address, form and in bulk."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tracking.dialects.matomo import GIF
from tracking.steps.visitor import of_id
from tracking.tests.door import CHROME, NOW_MS, events, post
from workspaces.models import Workspace

PAGE = {
    "idsite": "1",
    "rec": "1",
    "url": "https://www.acme.example/a",
    "action_name": "A",
    "urlref": "https://search.example/",
    "_id": "0123456789abcdef",
    "res": "1440x900",
    "lang": "de-DE",
}

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def site(claimed) -> str:
    return claimed("matomo", "1", "acme.example")


def track(**about: Any) -> Any:
    return Client(headers={"User-Agent": CHROME}).get("/matomo.php", PAGE | about)


def bulk(*requests: Any) -> Any:
    return post({"requests": requests, "token_auth": "t"}, url="/matomo.php")


def test_a_page_view_is_an_image(acme, site):
    answer = track()

    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, GIF, "image/gif")
    (event,) = events(acme.dataset_id())
    assert (event.type, event.url, event.title) == ("page_view", "https://www.acme.example/a", "A")
    assert (event.referrer, event.screen, event.language) == ("https://search.example/", "1440x900", "de-DE")
    assert event.visitor == of_id(acme.dataset_id(), "visitor", "0123456789abcdef")


def test_equal_page_views_are_several(acme, site):
    track(), track()

    assert len(events(acme.dataset_id())) == 2


def test_its_script_posts_forms_and_wants_no_image(acme, site):
    answer = post(
        urlencode(PAGE | {"send_image": "0", "uid": "u-1"}),
        url="/matomo.php",
        content_type="application/x-www-form-urlencoded; charset=utf-8",
        Origin="https://www.acme.example",
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "https://www.acme.example"
    assert [event.user_id for event in events(acme.dataset_id())] == ["u-1"]


@pytest.mark.parametrize(
    ("about", "kind", "name", "props", "value"),
    [
        ({"e_c": "Video", "e_a": "Play", "e_n": "Intro", "e_v": "3"}, "custom", "Play",
         {"category": "Video", "label": "Intro"}, 3),
        ({"search": "shoes", "search_count": "5"}, "search", "search", {"query": "shoes", "results": "5"}, 0),
        ({"link": "https://x.example/"}, "click", "click", {"href": "https://x.example/"}, 0),
        ({"download": "https://acme.example/a.pdf"}, "custom", "download", {"href": "https://acme.example/a.pdf"}, 0),
        ({"idgoal": "3", "revenue": "9.5"}, "goal", "Goal 3", {}, 9.5),
        ({"idgoal": "0", "ec_id": "o-1", "revenue": "20", "ec_tx": "3.8"}, "custom", "order",
         {"order_id": "o-1", "tax": "3.8"}, 20),
        ({"dimension1": "pro", "cvar": '{"1":["Tier","gold"]}'}, "page_view", "page_view",
         {"dimension1": "pro", "Tier": "gold"}, 0),
        ({"ca": "1", "ma_id": "x"}, "custom", "custom_action", {}, 0),
        ({"ping": "1", "pv_id": "abcdef"}, "page_exit", "page_exit", {"page_view_id": "abcdef"}, 0),
    ],
)  # fmt: skip
def test_each_kind_of_request_has_its_event(acme, site, about, kind, name, props, value):
    track(**about)

    (event,) = events(acme.dataset_id())
    assert (event.type, event.name, event.props, event.value) == (kind, name, props, value)


def test_an_order_counts_once(acme, site):
    for n in range(2):
        track(idgoal="0", ec_id="o-1", revenue="20", rand=str(n))

    assert len(events(acme.dataset_id())) == 1


def test_a_bulk_keeps_times_and_says_how_many_it_took(acme, site):
    old = urlencode(PAGE | {"cdt": "2025-01-08 12:00:00"})
    answer = bulk(f"?{old}", PAGE | {"cdt": NOW_MS // 1000 - 60}, urlencode(PAGE | {"cdt": "soon"}))

    said = json.loads(answer.content)
    assert (said["status"], said["tracked"], said["invalid"], said["invalid_indices"]) == ("success", 2, 1, [2])
    assert [event.at_ms for event in events(acme.dataset_id())] == [1_736_337_600_000, NOW_MS - 60_000]


def test_a_nul_is_found_in_what_is_encoded(acme, site):
    answer = bulk(f"?{urlencode(PAGE)}%00", urlencode(PAGE | {"action_name": "a\0"}))

    assert json.loads(answer.content)["invalid"] == 2
    assert events(acme.dataset_id()) == []


def test_two_customers_may_both_have_site_1(acme, globex: Workspace, site, claimed):
    claimed("matomo", "1", "globex.example", workspace=globex)
    track()
    track(url="https://globex.example/")

    assert [event.url for event in events(acme.dataset_id())] == ["https://www.acme.example/a"]
    assert [event.url for event in events(globex.dataset_id())] == ["https://globex.example/"]


@pytest.mark.parametrize(
    ("about", "status"),
    [({"url": "https://evil-acme.example/"}, 401), ({"idsite": "2"}, 401), ({"url": ""}, 401),
     ({"url": "http://["}, 401),
     ({"cdt": "soon"}, 400), ({"cvar": "{"}, 400)],
)  # fmt: skip
def test_what_is_wrong_is_refused(acme, site, about, status):
    assert track(**about).status_code == status
    assert events(acme.dataset_id()) == []


def test_variables_that_cannot_be_read_are_the_fault_of_one_request(acme, site):
    answer = bulk("?" + urlencode(PAGE | {"cvar": "{"}), "?" + urlencode(PAGE))

    assert answer.json() == {"status": "success", "tracked": 1, "invalid": 1, "invalid_indices": [0]}
    assert len(events(acme.dataset_id())) == 1


def test_a_key_of_ours_stands_for_a_site(acme, acme_key):
    assert track(idsite=acme_key, url="https://anywhere.example/").status_code == 200
    assert len(events(acme.dataset_id())) == 1
