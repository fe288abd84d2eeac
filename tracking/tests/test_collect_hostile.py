"""Whoever tries to hurt the door, or to count for somebody else: bombs, forged senders, odd texts, clocks that jump."""

import gzip
import json
import time
import tracemalloc
import uuid
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from tracking import store
from tracking.steps import privacy
from tracking.tests.door import NOW_MS, code, envelopes, events, post, verdicts
from tracking.writer import Writer

pytestmark = pytest.mark.usefixtures("clock", "each_door")


@cache
def bomb(layers: int) -> bytes:
    """100 MB of blanks in 100 KB, and less in each further layer."""
    packed = gzip.compress(b" " * (100 << 20), compresslevel=1, mtime=0)
    for _ in range(layers):
        packed = gzip.compress(packed, mtime=0)
    return packed


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_a_bomb_costs_neither_memory_nor_time(acme_key, layers):
    """A22. The unpacked limit is 5 MB; a bomb within a bomb is unpacked once."""
    packed = bomb(layers)
    post({"event_type": "x"}, acme_key)  # what is imported at the first request is no part of it
    tracemalloc.start()
    began = time.process_time()
    answer = post(packed, acme_key, Content_Encoding="gzip")
    seconds, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert answer.status_code in (400, 413)
    assert (seconds < 1, peak < 20 << 20) == (True, True)


TEXTS = {
    "escapes of plain letters": ("\\u0041b", "Ab"),  # A30
    "right to left override": ("\\u202eevil", "\u202eevil"),  # A31
    "zero width": ("a\\u200bb", "a\u200bb"),
    "combining marks": ("e\\u0301", "e\u0301"),
    "four bytes": ("\\ud83d\\ude80", "\U0001f680"),  # A32
    "noncharacter": ("\\uffff", "\uffff"),
    "private use": ("\\ue000", "\ue000"),
    "line separator": ("a\\u2028b", "a\u2028b"),
    "a formula": ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    "a template": ("{{7*7}}", "{{7*7}}"),
    "a script": ("<script>x</script>", "<script>x</script>"),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_texts_come_back_as_they_were_written(acme, acme_key, writer: Writer, kind):
    written, expected = TEXTS[kind]
    body = f'{{"event_type": "x", "title": "{written}", "properties": {{"said": "{written}"}}}}'
    assert verdicts(post(body, acme_key)) == [("accepted", None)]
    assert writer.store_next(0)

    rows = store.query("SELECT title, props['said'] FROM events", dataset_id=acme.dataset_id()).rows
    assert rows == [(expected, expected)]


def test_ten_thousand_combining_marks_are_too_long_a_name(acme_key):
    assert code(post({"event_type": "e" + "\u0301" * 10_000}, acme_key)) in ("name_too_long", "string_too_long")


FORGED = ["X_Real_IP", "CF_Connecting_IP", "True_Client_IP", "X_Client_IP", "X_Cluster_Client_IP", "Forwarded", "Via"]


@pytest.mark.parametrize("header", FORGED)
def test_only_the_trusted_proxies_header_names_a_sender(acme, acme_key, header):
    """P01: every other header is the sender's own invention."""
    plain, forged = {"event_type": "x", "n": 1}, {"event_type": "x", "n": 2}
    post(plain, acme_key)
    post(forged, acme_key, **{header: "for=8.8.8.8" if header == "Forwarded" else "8.8.8.8"})

    first, second = envelopes(acme.dataset_id())
    assert first.client == second.client


def test_a_public_key_uses_up_none_of_the_server_s_ids(acme, acme_key, acme_secret):
    """C09: whoever has the key of the page knows order numbers, too."""
    order = {"event_type": "order", "insert_id": "order-4711"}
    assert verdicts(post(order, acme_key)) == verdicts(post(order, acme_secret)) == [("accepted", None)]

    assert len({event.event_id for event in events(acme.dataset_id())}) == 2


@pytest.mark.parametrize("back", [timedelta(minutes=2), timedelta(days=1)])
def test_a_server_clock_that_steps_back_loses_and_doubles_nothing(acme, acme_key, writer: Writer, clock, back):
    """B12: ids and places in the log are not taken from the clock."""
    again = {"id": str(uuid.uuid4()), "event_type": "again"}
    post({"events": [again, {"event_type": "before"}]}, acme_key)
    assert writer.store_next(0)
    clock.shift(-back)
    post({"events": [{"event_type": "after"}], "n": 1}, acme_key)
    post({"events": [again], "n": 2}, acme_key)
    while writer.store_next(0):
        pass

    rows = store.query("SELECT name FROM events ORDER BY name", dataset_id=acme.dataset_id()).rows
    assert rows == [("after",), ("again",), ("before",)]


NUMBERS = [
    (2**63 - 1, str(2**63 - 1)),
    (-(2**63), str(-(2**63))),
    (0.1 + 0.2, "0.30000000000000004"),
    (-0.0, "0"),
    (5e-324, "5e-324"),
    (True, "true"),
    (1.0, "1"),
]


@pytest.mark.parametrize(("number", "text"), NUMBERS)
def test_numbers_at_the_edges_are_kept_exactly(acme, acme_key, number, text):
    """A07, A10: neither cut to fit nor taken for one another."""
    post({"event_type": "x", "properties": {"n": number}}, acme_key)

    assert events(acme.dataset_id())[0].props == {"n": text}


PERSONAL = {
    "an e-mail address in a link": ("url", "https://shop.example.com/?to=ann%40example.com", "ann"),
    "a card number in a title": ("title", "Pay with 4242 4242 4242 4242", "4242 4242"),
    "a token in a referrer": ("referrer", "https://a.example/?t=eyJhbGciOi.eyJzdWIiOi.c2ln", "eyJ"),
    "a social security number": ("title", "078-05-1120", "078-05"),
    "an IBAN": ("title", "DE89 3704 0044 0532 0130 00", "3704"),
}


@pytest.mark.parametrize("kind", PERSONAL)
def test_personal_values_never_reach_the_log(acme, acme_key, kind):
    """A34: by value, whatever the field is called, also in what a schema or a person's properties carry."""
    field, value, secret = PERSONAL[kind]
    body: dict[str, Any] = {"event_type": "page_view", field: value, "properties": {"note": [value]}}
    post(body | {"user_properties": {"said": value}}, acme_key)

    (envelope,) = envelopes(acme.dataset_id())
    assert secret not in json.dumps([envelope.events[0].url, envelope.events[0].title, envelope.events[0].referrer])
    assert secret not in str(envelope)


def test_an_answer_takes_as_long_for_an_unknown_key_as_for_a_revoked_one(acme_key):
    """D01: by the work that is done, as clocks lie on a busy machine."""

    def seconds(key: str) -> float:
        began = time.process_time()
        for _ in range(10):
            assert post({"event_type": "x"}, key).status_code == 401
        return time.process_time() - began

    unknown, malformed = (seconds(key) for key in ("mp_live_" + "0" * 32, "x" * 40))
    assert abs(unknown - malformed) / 10 < 0.02


def test_times_far_ahead_on_a_sender_s_clock_do_not_move_other_events(acme, acme_key):
    ahead = {"event_type": "x", "timestamp": NOW_MS + 3_600_000}
    post({"events": [ahead, {"event_type": "y"}]}, acme_key)

    assert [event.at_ms for event in events(acme.dataset_id())] == [NOW_MS, NOW_MS]


def test_a_name_that_is_personal_is_not_kept(acme, acme_key):
    post({"event_type": "ann@example.com signed up"}, acme_key)

    assert events(acme.dataset_id())[0].name == privacy.redacted("ann@example.com signed up")
    assert "ann@" not in events(acme.dataset_id())[0].name


def test_a_whole_amount_beside_which_no_cent_would_count_stays_a_property(acme, acme_key):
    post({"event_type": "goal", "properties": {"value": 2**63 - 1, "currency": "EUR"}}, acme_key)

    (event,) = events(acme.dataset_id())
    assert (event.value, event.props) == (0.0, {"value": str(2**63 - 1)})


def test_an_amount_that_no_sum_could_hold_stays_a_property(acme, acme_key):
    post({"event_type": "goal", "properties": {"value": 1e308}}, acme_key)

    (event,) = events(acme.dataset_id())
    assert (event.value, event.props) == (0.0, {"value": "1e+308"})
