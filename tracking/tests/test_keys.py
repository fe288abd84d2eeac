"""Keys at the door: where they may stand, what they may do, and what happens while PostgreSQL is away."""

import base64
import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from config.lib.clock import now
from config.lib.problems import Problem
from tracking import keys
from tracking.tests.door import URL, code, events, post
from workspaces import api_keys

pytestmark = pytest.mark.usefixtures("clock")
EVENT = {"event_type": "x"}


def everywhere(raw: str) -> list[dict[str, Any]]:
    """One request for each place a key may stand in."""
    return [
        {"body": EVENT, "headers": {"X-API-Key": raw}},
        {"body": EVENT, "headers": {"Authorization": f"Bearer {raw}"}},
        {"body": EVENT, "query": f"?k={raw}"},
        {"body": EVENT, "query": f"?api_key={raw}"},
        {"body": {"api_key": raw, "events": [EVENT]}},
        {"body": {"api_key": raw, **EVENT}},
        {"body": {"customerObject": {"apiKey": raw}, "events": [EVENT]}},
    ]


def send(body: Any, headers: Any = None, query: str = "") -> Any:
    return Client().post(URL + query, json.dumps(body), content_type="application/json", headers=headers or {})


def test_a_key_opens_the_door_wherever_it_stands(acme_key):
    assert [send(**place).status_code for place in everywhere(acme_key)] == [200] * 7


def test_two_different_keys_are_refused_and_the_same_key_twice_is_not(acme_key, acme_secret):
    both: dict[str, Any] = {"headers": {"X-API-Key": acme_key}, "body": {"api_key": acme_secret, **EVENT}}
    assert (send(**both).status_code, code(send(**both))) == (400, "ambiguous_key")
    assert send(EVENT, {"X-API-Key": acme_key, "Authorization": f"Bearer {acme_secret}"}).status_code == 400
    assert send({"api_key": acme_key, **EVENT}, {"X-API-Key": acme_key}).status_code == 200


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "nonsense",
        "mp_live_",
        "mp_live_" + "0" * 32,
        "sk_live_" + "0" * 32,
        "x" * 5000,
        "schlüssel",
        "mp_live_\u2028",
    ],
)
@pytest.mark.django_db
def test_every_key_that_is_none_gets_the_same_answer(raw):
    answer = post({"api_key": raw, "events": []})

    assert answer.status_code == 401
    body = json.loads(answer.content)
    assert (body["code"], body["detail"]) == (
        "unknown_key",
        "Send the API key of a workspace, as X-API-Key or as `api_key` in the body.",
    )


def test_a_revoked_key_is_refused_like_an_unknown_one(acme, owner):
    key, raw = api_keys.issue(acme, name="Old", actor=owner, now=now())
    assert post(EVENT, raw).status_code == 200

    api_keys.revoke(key, actor=owner, now=now())

    assert post(EVENT, raw).status_code == 401


def test_an_expired_key_is_refused(acme, owner, clock):
    _, raw = api_keys.issue(acme, name="Short", actor=owner, now=now(), expires_at=now() + timedelta(seconds=2))
    assert post(EVENT, raw).status_code == 200

    clock.shift(3)

    assert post(EVENT, raw).status_code == 401


def test_a_key_that_may_only_read_writes_nothing(acme, owner):
    _, raw = api_keys.issue(acme, name="Report", actor=owner, now=now(), kind="secret", permissions=["read"])

    assert (post(EVENT, raw).status_code, code(post(EVENT, raw))) == (403, "scope")
    assert events(acme.dataset_id()) == []


def test_a_secret_key_in_a_web_page_is_refused(acme, acme_secret):
    answer = post(EVENT, acme_secret, Origin="https://acme.example")

    assert (answer.status_code, code(answer)) == (403, "secret_key_in_browser")
    assert post(EVENT, acme_secret).status_code == 200


ORIGINS = [
    ("https://good.com", 200),
    ("http://GOOD.com", 200),
    ("https://good.com.", 200),
    ("https://good.com:443", 200),
    ("https://shop.other.org", 200),
    ("http://dev.good.com:8000", 200),
    ("https://xn--bcher-kva.example", 200),
    ("", 200),  # no page: a server
    ("null", 403),
    ("file://", 403),
    ("https://good.com.evil.com", 403),
    ("https://evilgood.com", 403),
    ("https://good.com@evil.com", 403),
    ("https://good.com:444", 403),
    ("https://www.good.com", 403),
    ("https://other.org", 403),
    ("https://[::1", 403),
    ("https://good.com:99999", 403),
]


@pytest.mark.parametrize(("origin", "status"), ORIGINS)
def test_only_listed_hosts_may_send(acme, acme_key, origin, status):
    acme.allowed_hosts = ["good.com", "*.other.org", "dev.good.com:8000", "xn--bcher-kva.example"]
    acme.save()
    api_keys.forget()

    assert post(EVENT, acme_key, **({"Origin": origin} if origin else {})).status_code == status


def test_basic_authentication_is_no_key(acme_key):
    basic = base64.b64encode(f"{acme_key}:".encode()).decode()

    assert post(EVENT, Authorization=f"Basic {basic}").status_code == 401


def without_database(ask):
    """The result of `ask` in a thread whose database answers nobody."""
    found = []
    away = connections.settings["default"] | {"HOST": "127.0.0.1", "PORT": "1", "OPTIONS": {"connect_timeout": 1}}

    def run() -> None:
        before = connections.settings["default"]
        connections.settings["default"] = away
        try:
            found.append(ask())
        except Problem as problem:
            found.append(problem)
        finally:
            connections.settings["default"] = before

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    keys._database_away_until = 0.0
    return found[0]


def test_without_postgresql_known_keys_go_on_and_unknown_ones_wait(acme, acme_key, clock):
    known = keys.grant(acme_key, now())
    api_keys.forget()

    assert without_database(lambda: keys.grant(acme_key, now())) == known
    refused = without_database(lambda: keys.grant("mp_live_" + "1" * 32, now()))
    assert (refused.status, refused.code) == (503, "keys_unavailable")
    assert int(refused.headers["Retry-After"]) >= 1


def test_what_was_revoked_before_postgresql_went_away_stays_revoked(acme, acme_key, owner):
    keys.grant(acme_key, now())
    api_keys.revoke(acme.api_keys.get(), actor=owner, now=now())
    with pytest.raises(Problem):
        keys.grant(acme_key, now())

    assert isinstance(without_database(lambda: keys.grant(acme_key, now())), Problem)


def test_a_key_expires_without_postgresql_too(acme, owner, clock):
    _, raw = api_keys.issue(acme, name="Short", actor=owner, now=now(), expires_at=now() + timedelta(seconds=2))
    keys.grant(raw, now())
    clock.shift(3)
    api_keys.forget()

    assert without_database(lambda: keys.grant(raw, now())).status == 401


@pytest.fixture
def frozen(settings, monkeypatch):
    """A look-up that answers nothing until `frozen.set()`: then that there is no such key any more."""
    settings.ASK_IN_TIME = True
    monkeypatch.setattr(keys, "SEEN_S", 0.05)
    monkeypatch.setattr(keys, "UNSEEN_S", 0.05)
    monkeypatch.setattr(keys, "_silent_until", 0.0)
    monkeypatch.setattr(keys, "_database_away_until", 0.0)
    thaws = threading.Event()
    yield thaws
    thaws.set()


def test_nobody_waits_for_a_postgresql_that_is_frozen(acme, acme_key, frozen, settings):
    settings.ASK_IN_TIME = False
    known = keys.grant(acme_key, now())
    settings.ASK_IN_TIME = True
    api_keys.forget()

    def silent(raw, moment):
        frozen.wait(30)

    assert keys.grant(acme_key, now(), silent) == known
    with pytest.raises(Problem) as refused:
        keys.grant("mp_live_" + "1" * 32, now(), silent)
    assert (refused.value.status, refused.value.code) == (503, "keys_unavailable")

    frozen.set()  # the answer comes late, and holds for the next request
    end = time.monotonic() + 10
    while keys.is_remembered(acme_key) and time.monotonic() < end:
        time.sleep(0.01)
    assert not keys.is_remembered(acme_key)
