"""Whatever is sent to the addresses of other tools is answered: no 5xx, no HTML, and to any page."""

import gzip
import json
import time
import zlib
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracking.tests.door import events

POSTED = [
    "/v1/track", "/v1/identify", "/v1/page", "/v1/screen", "/v1/group", "/v1/alias", "/v1/batch", "/batch/",
    "/capture/", "/e/", "/i/v0/e/", "/track", "/import", "/engage", "/groups", "/2/httpapi", "/batch", "/identify",
    "/groupidentify", "/api/event", "/api/send", "/api/batch", "/matomo.php", "/mp/collect",
]  # fmt: skip
QUIET = ["/flags/", "/decide/", "/array/k/config", "/array/k/config.js", "/v1/projects/k/settings"]
# Names that these tools know, so that what is tried gets past the first look.
NAMES = st.sampled_from(
    ["api_key", "batch", "events", "event", "event_type", "type", "properties", "distinct_id", "$set", "$unset",
     "writeKey", "timestamp", "time", "userId", "anonymousId", "traits", "context", "page", "url", "groupId", "name",
     "params", "client_id", "payload", "website", "data", "requests", "token", "user_properties", "$append",
     "$transactions", "$add", "d", "n", "u", "p", "$", "groups", "$groups", "messageId", "insert_id", "$insert_id",
     "library", "session_id", "cvar"]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12),
    st.sampled_from(["track", "event", "identify", "$identify", "$autocapture", "pageview", "{",
                     "\ud800"]),
)  # fmt: skip
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=14
)
LENIENT = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True
)


CLIENT = Client()  # one for all: each of them would look at every static file first


def post(body: Any, url: str, kind: str = "application/json", **headers: str) -> Any:
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return CLIENT.generic(
        "POST", url, data, kind, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


def refused_well(answer: Any) -> bool:
    """In few words, and never as a page."""
    kind = answer.headers["Content-Type"]
    return answer.status_code < 500 and not kind.startswith("text/html") and len(answer.content) < 2000


def with_key(url: str, key: str) -> str:
    return f"{url}?{urlencode({'measurement_id': key, 'idsite': key})}"


def keyed(tree: Any, key: str) -> Any:
    """The key wherever one of the tools looks for it."""
    if isinstance(tree, list):
        return [keyed(each, key) for each in tree]
    if not isinstance(tree, dict):
        return tree
    within = {name: tree[name] for name in ("properties", "payload") if isinstance(tree.get(name), dict)}
    inner = {name: each | {"token": key, "website": key} for name, each in within.items()}
    return tree | {"api_key": key, "writeKey": key, "domain": key, "$token": key} | inner


@pytest.mark.usefixtures("clock", "db")
@pytest.mark.parametrize("url", POSTED)
def test_any_json_is_answered(url, acme_key):
    statuses: set[int] = set()

    @LENIENT
    @given(TREES)
    def send(tree: Any) -> None:
        answer = post(json.dumps(keyed(tree, acme_key)), with_key(url, acme_key), Origin="https://acme.example")
        statuses.add(answer.status_code)
        assert refused_well(answer), (answer.status_code, answer.content[:200])

    send()
    assert statuses - {401}


BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "deep": b"[" * 5000,
    "not UTF-8": b'{"event": "\xff"}',
    "NUL": b'{"event": "a\\u0000"}',
    "names twice": b'{"event": "a", "event": "b"}',
    "large number": b'{"event": 1e999, "n": 99999999999999999999999}',
    "a form of nothing": b"data=",
    "a form of rubbish": b"data=%25%25%25&verbose=1",
    "a form of many": b"&".join(b"a%d=1" % n for n in range(500)),
    "half of gzip": gzip.compress(b"{}")[:-5],
    "a bomb": gzip.compress(b"[" + b" " * (6 << 20) + b"]"),
    "zlib": zlib.compress(b"{}"),
    "an array": b"[[[]]]",
}


@pytest.mark.usefixtures("clock", "db")
@pytest.mark.parametrize("url", POSTED)
def test_any_bytes_are_answered(url, acme, acme_key):
    for what, body in BODIES.items():
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain", "image/png"):
            answer = post(body, f"{url}?measurement_id={acme_key}&compression=lz64", kind=kind)
            assert refused_well(answer), (what, kind, answer.status_code, answer.content[:200])
            assert answer.status_code >= 400 or answer.content == b"0" or b'"status":0' in answer.content, what
    assert events(acme.dataset_id()) == []


MANY = b"[" + b",".join([b"{}"] * 1_000_000) + b"]"
LISTS = {
    "/v1/batch": b'{"batch": %s}',
    "/e/": b"%s",
    "/batch/": b'{"events": %s}',
    "/2/httpapi": b'{"events": %s}',
    "/identify": b'{"identification": %s}',
    "/track": b"%s",
    "/api/batch": b"%s",
    "/matomo.php": b'{"requests": %s}',
    "/mp/collect": b'{"events": %s}',
}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("url", LISTS)
def test_a_million_events_in_a_small_body_are_refused_unread(url):
    body = gzip.compress(LISTS[url] % MANY)
    began = time.process_time()
    answer = post(body, url, Content_Encoding="gzip")

    assert answer.status_code == 413
    assert time.process_time() - began < 4  # and not the ten seconds that a million events take


@pytest.mark.usefixtures("db")
def test_a_page_may_ask_and_read_the_refusal():
    asked = {"Origin": "https://acme.example", "Access-Control-Request-Method": "POST"}
    for url in POSTED + QUIET:
        preflight = CLIENT.options(url, headers=asked)
        answer = post("{}", url=url, Origin="https://acme.example")

        assert preflight.status_code == 204, url
        for each in (preflight, answer):
            assert each.headers["Access-Control-Allow-Origin"] in ("*", "https://acme.example"), url
        assert "POST" in preflight.headers["Access-Control-Allow-Methods"], url


@pytest.mark.usefixtures("clock", "db")
def test_a_head_is_no_event(acme_key):
    assert {CLIENT.head(with_key(url, acme_key)).status_code for url in POSTED} == {405}


@pytest.mark.usefixtures("clock")
def test_a_workspace_s_hosts_hold_here_too(acme, claimed):
    acme.allowed_hosts = ["acme.example"]
    acme.save()
    body = {"api_key": claimed("posthog", "phc_ForAcme"), "event": "x", "distinct_id": "u"}

    assert post(body, url="/e/", Origin="https://elsewhere.example").status_code == 403
    assert post(body, url="/e/", Origin="https://acme.example").status_code == 200


@pytest.mark.usefixtures("clock")
def test_a_key_of_another_tool_opens_no_other_door(acme, claimed):
    key = claimed("posthog", "phc_ForAcme")

    assert post({"event": "x"}, "/api/v1/collect", X_API_Key=key).status_code == 401
    assert post({"api_key": key, "events": [{"event_type": "x"}]}, url="/2/httpapi").status_code == 400
    assert post({"event": "x", "userId": "u", "writeKey": key}, url="/v1/track").status_code == 401
    assert events(acme.dataset_id()) == []


NEW = "0190e0c0-0000-7000-8000-%012d"
AT_ONCE: dict[str, tuple[str, Any, Any]] = {
    "Amplitude": (
        "/2/httpapi",
        lambda key, n: {"api_key": key, "events": [{"event_type": "a", "device_id": "d"} for _ in range(n)]},
        lambda said: said["events_ingested"],
    ),
    "Mixpanel": (
        "/import",
        lambda key, n: [
            {
                "event": "a",
                "properties": {"token": key, "distinct_id": "d", "time": 1_773_144_000 - i, "$insert_id": str(i)},
            }
            for i in range(n)
        ],
        lambda said: said["num_records_imported"],
    ),
    "Segment": (
        "/v1/batch",
        lambda key, n: {
            "writeKey": key,
            "batch": [{"type": "track", "event": "a", "userId": "u", "messageId": str(i)} for i in range(n)],
        },
        lambda said: said["success"] and 2000,
    ),
    "PostHog": (
        "/batch/",
        lambda key, n: {
            "api_key": key,
            "batch": [{"event": "a", "properties": {"distinct_id": "d"}, "uuid": NEW % i} for i in range(n)],
        },
        lambda said: said["status"] * 2000,
    ),
    "Matomo": (
        "/matomo.php",
        lambda key, n: {"requests": [f"?idsite={key}&rec=1&url=https://acme.example/{i}" for i in range(n)]},
        lambda said: said["tracked"],
    ),
}


@pytest.mark.usefixtures("clock", "db")
@pytest.mark.parametrize(("url", "written", "taken"), AT_ONCE.values(), ids=AT_ONCE)
def test_as_many_events_at_once_as_their_sdks_send_are_taken(acme, acme_key, url, written, taken):
    body = gzip.compress(json.dumps(written(acme_key, 2000)).encode())
    answer = post(body, url, Content_Encoding="gzip")

    assert (answer.status_code, taken(json.loads(answer.content))) == (200, 2000)
    assert len(events(acme.dataset_id())) == 2000


@pytest.mark.usefixtures("clock", "db")
def test_what_is_wrong_far_behind_is_named_by_its_own_place_and_counts_once(acme, acme_key):
    sent = [{"event_type": "a", "device_id": "d", "insert_id": str(i % 1000)} for i in range(1200)]
    sent[1100] = {"device_id": "d"}
    answer = json.loads(post({"api_key": acme_key, "events": sent}, "/2/httpapi").content)

    assert answer["events_with_missing_fields"] == {"event_type": [1100]}
    assert len(events(acme.dataset_id())) == 1000


@pytest.mark.usefixtures("clock", "db")
@pytest.mark.parametrize("size", [2 << 20, (10 << 20) + 1], ids=["2 MB", "10 MB and one"])
def test_as_many_bytes_as_they_send_are_taken(acme_key, size):
    padded = json.dumps([{"event": "a", "properties": {"token": acme_key, "time": 1_773_144_000}}]).ljust(size)
    answer = post(padded, "/import")

    assert (answer.status_code, json.loads(answer.content)["code"]) == ((200, 200) if size < 10 << 20 else (413, 413))


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("url", ["/2/httpapi", "/batch/", "/i/v0/e/"])
def test_who_sends_as_much_as_their_servers_take_can_read_that_it_is_too_much(live_site, url):
    """20 MB by their documents. A sender whose body nobody takes meets a broken connection, and sends it all again."""
    sender = HTTPConnection(live_site.removeprefix("http://"), timeout=30)
    sender.request("POST", url, b"{" + b" " * 20_000_000 + b"}", {"Content-Type": "application/json"})
    answer = sender.getresponse()
    said = json.loads(answer.read())
    sender.close()

    assert answer.status == 413
    assert 413 in said.values() or said["code"] == "body_too_large"


@pytest.mark.usefixtures("db")
def test_a_million_values_are_refused_before_they_are_looked_at(acme_key):
    body = gzip.compress(b'{"event": "a", "api_key": "k", "properties": {"x": [' + b"1," * 4_000_000 + b"1]}}")
    began = time.process_time()

    assert post(body, "/e/", Content_Encoding="gzip").status_code == 413
    assert time.process_time() - began < 0.5


@pytest.mark.usefixtures("db")
def test_json_for_an_address_that_is_nobody_s_is_refused_as_json():
    answer = post({"event": "a"}, "/v2/track")

    assert (answer.status_code, json.loads(answer.content)["code"]) == (404, "not_found")
