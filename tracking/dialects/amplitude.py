"""Amplitude's HTTP V2 API: POST /2/httpapi, /batch, and /identify with /groupidentify.

Follows "HTTP V2 API", "Batch Event Upload API" and "Identify API" of Amplitude's documentation. The key is `api_key`
in the body. Answer: 200 with `events_ingested`, or 400 that names the events at fault: Amplitude's SDKs then drop those
and send the others again, which count once by their `insert_id`.
"""

from typing import Any

import msgspec

from config.lib import clock
from config.lib.problems import Problem
from tracking import bodies, other_keys, payloads
from tracking.dialects import fields
from tracking.dialects.amplitude_events import event
from tracking.dialects.vendor import VendorDialect, json_answer
from tracking.door import Answer, Sent
from tracking.usage import DropReason
from tracking.verdicts import Receipt

TOOL = other_keys.Tool.AMPLITUDE
MISSING = frozenset({DropReason.NAME})


def parse(sent: Sent) -> payloads.Payload:
    text = fields.unpacked(sent.body)
    body = bodies.as_object(bodies.read(text))
    return _payload(sent, body.get("api_key"), fields.listed(body.get("events"), "events"), body, text)


def parse_identify(sent: Sent) -> payloads.Payload:
    """A form with `identification`, or JSON of the same names: one user's properties, or a list of them."""
    return _parse_form(sent, "identification", "$identify")


def parse_groups(sent: Sent) -> payloads.Payload:
    return _parse_form(sent, "identification", "$groupidentify")


def answer(receipt: Receipt) -> Answer:
    """The invalid ones by field and place, so that a sender knows which to leave out."""
    refused = [each for each in receipt.results if each.status == "rejected"]
    if not refused:
        taken = receipt.accepted + receipt.duplicates
        now_ms = int(clock.now().timestamp() * 1000)
        return json_answer(200, {"code": 200, "events_ingested": taken, "server_upload_time": now_ms})
    missing: dict[str, list[int]] = {}
    invalid: dict[str, list[int]] = {}
    for each in refused:
        pointer = "" if each.pointer is msgspec.UNSET else each.pointer
        field = pointer.strip("/").partition("/")[0] or str(each.code)
        (missing if each.code in MISSING else invalid).setdefault(_theirs(field), []).append(each.i)
    said = {
        "code": 400,
        "error": f"{len(refused)} of the events cannot be taken: {refused[0].detail}",
        "events_with_missing_fields": missing,
        "events_with_invalid_fields": invalid,
    }
    return json_answer(400, said)


def refusal(problem: Problem) -> Answer:
    """A wrong key is a 400 with these words: the SDKs look for them, and stop."""
    if problem.status == 401:
        return json_answer(400, {"code": 400, "error": "Invalid API key: add it in MetricPal's settings, Other tools."})
    return json_answer(problem.status, {"code": problem.status, "error": problem.detail})


def _parse_form(sent: Sent, name: str, kind: str) -> payloads.Payload:
    text = fields.unpacked(sent.body)
    if text.lstrip().startswith(b"{"):
        body = bodies.as_object(bodies.read(text))
        written = body.get(name)
        events = fields.listed(written) if isinstance(written, list) else [written]
        key = body.get("api_key")
    else:
        form = fields.form(text)
        text, key = form.get(name, "").encode(), form.get("api_key")
        events = fields.one_or_many(text)
    typed = [each | {"event_type": kind} if isinstance(each, dict) else each for each in events]
    return _payload(sent, key, typed, {}, text)


def _payload(sent: Sent, key: Any, events: list[Any], body: dict[str, Any], text: bytes) -> payloads.Payload:
    first = fields.mapping(events[0]) if events else {}
    is_server = fields.is_server(sent.environ, first.get("library"))
    around = {
        "api_key": other_keys.name(TOOL, key) or None,
        "sent_at": None if is_server else fields.moment(body.get("client_upload_time")),
    }
    return payloads.of(around, [event(each) for each in events], text, is_from_server=is_server)


def _theirs(field: str) -> str:
    return {"timestamp": "time", "properties": "event_properties", "visitor_id": "device_id"}.get(field, field)


EVENTS = VendorDialect(parse, answer, refusal=refusal)
IDENTIFY = VendorDialect(parse_identify, answer, refusal=refusal)
GROUPS = VendorDialect(parse_groups, answer, refusal=refusal)
