"""What no honest sender sends. Every refusal has a status, a code, and is JSON; nothing of it reaches the log."""

import gzip
import json
import time
from typing import Any

import pytest

from tracking.events import MAX_DECODED_BYTES, MAX_WIRE_BYTES
from tracking.tests.door import NOW_MS, code, events, post, verdicts

pytestmark = pytest.mark.usefixtures("clock", "each_door")


def one(**fields: Any) -> dict[str, Any]:
    return {"event_type": "x", **fields}


def nested(depth: int) -> Any:
    """A value of so many objects and lists inside each other."""
    value: Any = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def with_size(size: int) -> bytes:
    """A valid body of exactly so many bytes: events of 60 KB and a last one that fills up."""
    events = [one(properties={f"k{i}": "x" * 8000 for i in range(7)}) for _ in range(size // 57_000)]
    body = json.dumps({"events": events, "pad": [""]})
    missing = size - len(body)
    pads = ["y" * 8000] * (missing // 8004)
    rest = missing - 8004 * len(pads)
    body = json.dumps({"events": events, "pad": [*pads, "y" * rest]})
    return body[:-1].encode() + b" " * (size - len(body)) + b"}"


MALFORMED = [
    (b"", 415, "content_type"),  # a request without a body has no type either
    (b" \n ", 400, "empty"),
    (b"null", 400, "not_an_object"),
    (b'""', 400, "not_an_object"),
    (b"[]", 400, "not_an_object"),
    (b"0", 400, "not_an_object"),
    (b"true", 400, "not_an_object"),
    (b"{}", 422, "name"),
    (b'{"events": []}', 422, "no_events"),
    (b'{"events": {}}', 400, "type"),
    (b'{"events": null}', 400, "type"),
    (b'{"events": [], "batch": []}', 400, "two_lists"),
    (b'{"events": [1, "x", null, []]}', 422, "type"),
    (b'{"event_type": "x"', 400, "malformed"),
    (b'{"event_type": "x"} {}', 400, "malformed"),
    (b'{"event_type": "x", "properties": {"a": NaN}}', 400, "malformed"),
    (b'{"event_type": "x", "properties": {"a": Infinity}}', 400, "malformed"),
    (b'{"event_type": "x", "properties": {"a": -Infinity}}', 400, "malformed"),
    (b'{"event_type": "x", "properties": {"a": 1e400}}', 400, "number_range"),
    (b'{"event_type": "x", "properties": {"a": %d}}' % 2**63, 422, "number_range"),
    (b'{"event_type": "x", "properties": {"a": [%d]}}' % 2**64, 422, "number_range"),
    (b'{"event_type": "x", "properties": {"a": %d}}' % (-(2**63) - 1), 422, "number_range"),
    (b'{"event_type": "x", "properties": {"a": %d}}' % 10**30, 422, "number_range"),
    (b'{"event_type": "x", "properties": {"a": ' + b"1" * 5000 + b"}}", 400, "number_range"),
    (b'{"event_type": "x", "name": "a", "name": "b"}', 400, "duplicate_key"),
    (b'{"event_type": "x", "name" : "a", "name" : "b"}', 400, "duplicate_key"),
    (b'{"event_type": "x", "properties": {"a": 1, "\\u0061": 2}}', 400, "duplicate_key"),
    (b'{"event_type": "x", "events": [{"event_type": "y", "event_type": "z"}]}', 400, "duplicate_key"),
    (b'{"events": [{"event_type": "y"}], "events": []}', 400, "duplicate_key"),
    (b'{"events": [{"event_type": "x"}], "context": {"a": {"b": 1, "b": 1}}}', 400, "duplicate_key"),
    (b'{"event_type": "x", "properties": {"a": "\\":", "b": 1, "b": 2}}', 400, "duplicate_key"),
    (b'{"event_type": "\\u0000x"}', 422, "nul"),
    (b'{"event_type": "x", "properties": {"a\\u0000": 1}}', 422, "nul"),
    (b'{"event_type": "x", "user_id": "a\\u0000"}', 422, "nul"),
    (b'{"url": "a\\u0000", "events": [{"event_type": "x"}]}', 400, "nul"),
    (b'{"event_type": "x", "properties": {"a": "\\ud800"}}', 400, "surrogate"),
    (b'{"event_type": "x", "properties": {"a": "\\udc00x"}}', 400, "surrogate"),
    (b'{"event_type": "\xff"}', 400, "encoding"),
    (b'\xef\xbb\xbf{"event_type": "x"}', 400, "encoding"),
    ('{"event_type": "x"}'.encode("utf-16"), 400, "encoding"),
    ('{"event_type": "x"}'.encode("utf-32-be"), 400, "malformed"),
    (b'{"a":' * 100_000, 400, "too_deep"),
    (b"[" * 500 + b"]" * 500, 400, "not_an_object"),
    (b"[" * 990 + b"]" * 990, 400, "too_deep"),
    (b'{"events": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "too_deep"),
]


@pytest.mark.parametrize(("body", "status", "expected"), MALFORMED, ids=lambda value: str(value)[:50])
def test_malformed_bodies_are_refused(acme, acme_key, body, status, expected):
    started = time.process_time()
    answer = post(body, acme_key)

    assert (answer.status_code, code(answer)) == (status, expected)
    assert time.process_time() - started < 1
    assert events(acme.dataset_id()) == []


REJECTED = [
    (one(properties=nested(15)), None),  # the event and 15 levels in it
    (one(properties=nested(16)), "too_deep"),
    (one(properties=nested(500)), "too_deep"),
    (one(unknown=nested(500)), "too_deep"),
    (one(properties={f"k{i}": 1 for i in range(200)}), None),
    (one(properties={f"k{i}": 1 for i in range(257)}), "too_many_keys"),
    (one(properties={"a": {f"k{i}": 1 for i in range(200)}, "b": {f"k{i}": 1 for i in range(100)}}), "too_many_keys"),
    (one(properties={f"k{i}": 1 for i in range(40_000)}), "too_many_keys"),
    (one(properties={"k" * 200: 1}), None),
    (one(properties={"k" * 201: 1}), "key_too_long"),
    (one(properties={"é" * 101: 1}), "key_too_long"),
    (one(properties={"a": "x" * 8192}), None),
    (one(properties={"a": "x" * 8193}), "string_too_long"),
    (one(properties={"a": ["é" * 4097]}), "string_too_long"),
    (one(properties={f"k{i}": "x" * 8000 for i in range(9)}), "event_too_large"),
    (one(event_type=""), "name"),
    (one(event_type="   "), "name"),
    (one(event_type="a\nb"), "name"),
    (one(event_type="\x7f"), "name"),
    (one(event_type="n" * 200), None),
    (one(event_type="n" * 201), "name_too_long"),
    (one(event_type="$pageview"), "name_reserved"),
    (one(event_type=None), "name"),
    (one(event_type=True), "type"),
    (one(event_type=1), "type"),
    (one(user_id=1), "type"),
    (one(user_id=True), "type"),
    (one(session_id={}), "type"),
    (one(url=["x"]), "type"),
    (one(properties="x"), "type"),
    (one(properties=[]), "type"),
    (one(timestamp=True), "type"),
    (one(timestamp={}), "type"),
    (one(id="1"), "event_id"),
    (one(id="00000000-0000-0000-0000-000000000000"), "event_id"),
    (one(id="62f7ff8a-e54c-11f1-b9bd-0242ac120002"), "event_id"),
    (one(id="c8da6a39-2832-443e-b835-4d1fb1a2c3d4"), None),
    (one(id="DB1F63C7-12E1-492F-BE32-0A1B2C3D4E5F"), None),
    (one(id="455a5139-7973-4180-9fa2-0a1b2c3d4e5f\n"), "event_id"),
    (one(event_id="0199aa00-0000-7000-8000-000000000001"), None),
]


@pytest.mark.parametrize(("event", "expected"), REJECTED, ids=lambda value: str(value)[:50])
def test_events_beyond_the_limits_are_refused_by_code(acme_key, event, expected):
    answer = post(event, acme_key)

    assert (answer.status_code, code(answer)) == (422 if expected else 200, expected)


TIMES = [
    ("2026-03-10T12:00:00Z", None, 0),
    ("2026-03-10T13:00:00+01:00", None, 0),
    ("2026-03-10t11:59:59.5z", None, -500),
    ("2026-03-10T11:59:59.123456789012Z", None, -877),
    (NOW_MS - 1000, None, -1000),
    (NOW_MS - 1000.4, None, -1001),
    ("2026-03-10T12:01:00Z", None, 60_000),  # a minute ahead is the clock's fault and kept
    ("2026-03-10T12:01:01Z", None, 0),  # more is now
    ("2026-03-11T12:00:00Z", None, 0),
    ("2026-03-11T12:00:01Z", "time_range", 0),
    ("2026-03-03T12:00:00Z", None, -7 * 86_400_000),
    ("2026-03-03T11:59:59Z", None, -7 * 86_400_000 - 1000),
    ("2024-03-10T12:00:00Z", None, -730 * 86_400_000),  # history is welcome
    ("2021-03-11T12:00:00Z", None, -5 * 365 * 86_400_000),
    ("2021-03-11T11:59:59Z", "too_old", 0),
    ("2024-02-30T00:00:00Z", "time_format", 0),
    ("0001-01-01T00:00:00Z", "time_range", 0),
    ("1969-12-31T23:59:59Z", "time_range", 0),
    ("2262-04-12T00:00:00Z", "time_range", 0),
    ("9999-12-31T23:59:59Z", "time_range", 0),
    ("10000-01-01T00:00:00Z", "time_format", 0),
    ("2026-03-10T12:00:00+99:99", "time_format", 0),
    ("2026-03-10T12:00:00Z0", "time_format", 0),
    ("2026-03-10T12:00:00,5Z", "time_format", 0),
    ("2026-03-10T12:00:00", "time_format", 0),
    ("2026-03-10", "time_format", 0),
    ("2026-W10-2", "time_format", 0),
    ("20260310", "time_format", 0),
    ("2026-069", "time_format", 0),
    ("2023-02-29T00:00:00Z", "time_format", 0),
    ("2100-02-29T00:00:00Z", "time_format", 0),
    ("2026-02-30T00:00:00Z", "time_format", 0),
    (str(NOW_MS), "time_format", 0),
    ("", "time_format", 0),
    (NOW_MS // 1000, "time_format", 0),
    (NOW_MS * 1000, "time_format", 0),
    (NOW_MS * 1_000_000, "time_format", 0),
    (-1, "time_format", 0),
    (0, "time_format", 0),
    (1e300, "time_format", 0),
]


@pytest.mark.parametrize(("written", "expected", "offset_ms"), TIMES)
def test_a_time_is_read_exactly_or_refused(acme, acme_key, written, expected, offset_ms):
    answer = post(one(timestamp=written), acme_key)

    assert code(answer) == expected
    if expected is None:
        assert events(acme.dataset_id())[0].at_ms == NOW_MS + offset_ms


HOUR = 3_600_000
SKEWS = [
    ("its clock is an hour fast", HOUR, HOUR - 5000, -5000),
    ("three years slow", -3 * 365 * 24 * HOUR, -3 * 365 * 24 * HOUR - 5000, -5000),
    ("four seconds are the network's", -4000, -5000, -5000),
    ("sent before it happened: another clock", -HOUR, 0, 0),
]


@pytest.mark.parametrize(("why", "sent_offset_ms", "at_offset_ms", "expected_offset_ms"), SKEWS)
def test_a_wrong_clock_is_corrected_by_when_it_says_it_sent(
    acme, acme_key, why, sent_offset_ms, at_offset_ms, expected_offset_ms
):
    post({"sent_at": NOW_MS + sent_offset_ms, "events": [one(timestamp=NOW_MS + at_offset_ms)]}, acme_key)

    assert events(acme.dataset_id())[0].at_ms == NOW_MS + expected_offset_ms, why


def test_a_sender_that_tells_its_clock_has_no_events_older_than_its_queue(acme_key):
    week_old = [one(timestamp=NOW_MS - 7 * 24 * HOUR - late) for late in (0, 1)]

    assert verdicts(post({"sent_at": NOW_MS, "events": week_old}, acme_key)) == [
        ("accepted", None),
        ("rejected", "too_old"),
    ]


def test_a_clock_that_was_never_set_corrects_nothing(acme_key):
    answer = post({"sent_at": "1970-01-01T00:00:05Z", "events": [one(timestamp="1970-01-01T00:00:01Z")]}, acme_key)

    assert code(answer) == "time_range"


def test_a_body_may_be_as_long_as_the_limit(acme_key):
    answers = [post(with_size(MAX_WIRE_BYTES + more), acme_key) for more in (-1, 0, 1)]

    assert [answer.status_code for answer in answers] == [200, 200, 413]
    assert code(answers[2]) == "body_too_large"


def test_an_unpacked_body_may_be_as_long_as_the_limit(acme_key):
    def send(size: int) -> Any:
        body = b'{"event_type": "x"' + b" " * (size - 19) + b"}"
        return post(gzip.compress(body), acme_key, Content_Encoding="gzip").status_code

    assert (send(MAX_DECODED_BYTES), send(MAX_DECODED_BYTES + 1)) == (200, 413)


PLAIN = b'{"event_type": "x"}'
PACKED = gzip.compress(PLAIN, mtime=0)  # the time would make every process name the cases differently
ENCODED = [
    (PACKED, "gzip", 200, None),
    (PACKED, " GZIP ", 200, None),
    (gzip.compress(b" " * (64 << 20), mtime=0), "gzip", 413, "body_too_large"),
    (gzip.compress(PACKED, mtime=0), "gzip", 400, "malformed"),
    (PACKED + b"x", "gzip", 400, "gzip"),
    (PACKED + PACKED, "gzip", 400, "gzip"),
    (PACKED[:-9], "gzip", 400, "gzip"),
    (PLAIN, "gzip", 400, "gzip"),
    (PACKED, "identity", 400, "malformed"),
    (PLAIN, "br", 415, "content_encoding"),
    (PLAIN, "zstd", 415, "content_encoding"),
    (PLAIN, "deflate", 415, "content_encoding"),
    (PACKED, "gzip, gzip", 415, "content_encoding"),
]


@pytest.mark.parametrize(("body", "encoding", "status", "expected"), ENCODED, ids=lambda value: str(value)[:30])
def test_compressed_bodies(acme_key, body, encoding, status, expected):
    answer = post(body, acme_key, Content_Encoding=encoding)

    assert (answer.status_code, code(answer)) == (status, expected)


CONTENT_TYPES = [
    ("application/json", 200, None),
    ("application/json; charset=UTF-8", 200, None),
    ("text/plain;charset=utf-8", 200, None),
    ("TEXT/PLAIN", 200, None),
    ("application/json; charset=utf-7", 415, "charset"),
    ("application/json; charset=latin-1", 415, "charset"),
    ("text/plain; charset=rot13", 415, "charset"),
    ("text/plain; charset=", 415, "charset"),
    ("application/x-www-form-urlencoded", 415, "content_type"),
    ("multipart/form-data; boundary=x", 415, "content_type"),
    ("text/html", 415, "content_type"),
    ("nonsense", 415, "content_type"),
]


@pytest.mark.parametrize(("content_type", "status", "expected"), CONTENT_TYPES)
def test_content_types(acme_key, content_type, status, expected):
    answer = post(PLAIN, acme_key, content_type=content_type)

    assert (answer.status_code, code(answer)) == (status, expected)


def test_a_body_of_unknown_length_is_refused(acme_key):
    answer = post(PLAIN, acme_key, Transfer_Encoding="chunked")

    assert (answer.status_code, code(answer)) == (411, "length_required")
