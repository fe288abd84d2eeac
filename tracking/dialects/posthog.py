"""PostHog's capture API: POST /batch/, /capture/, /e/, /i/v0/e/, in every packing its SDKs have used.

Follows "Capture and batch API endpoints" of PostHog's documentation. The project's key stands in the body as
`api_key` or `token`, or in the events. Answer: 200 {"status": 1}. What SDKs ask besides: tracking.api.quiet.
"""

from typing import Any

from config.lib.problems import Problem
from tracking import bodies, other_keys, payloads
from tracking.dialects import fields, lz
from tracking.dialects.posthog_events import event
from tracking.dialects.vendor import VendorDialect, json_answer, refused
from tracking.door import Answer, Sent
from tracking.events import MAX_VENDOR_BYTES
from tracking.verdicts import Receipt, status_of

TOOL = other_keys.Tool.POSTHOG


def parse(sent: Sent) -> payloads.Payload:
    text = unpacked(sent)
    tree = bodies.read(text)
    around, events = _take_apart(tree)
    first = fields.mapping(events[0]) if events else {}
    properties = fields.mapping(first.get("properties"))
    key = around.get("api_key") or around.get("token") or first.get("api_key") or properties.get("token")
    is_server = properties.get("$is_server") is True or fields.is_server(sent.environ, properties.get("$lib"))
    frame = {
        "api_key": other_keys.name(TOOL, key) or None,
        "sent_at": None if is_server else fields.moment(around.get("sent_at")),
    }
    return payloads.of(frame, [event(each) for each in events], text, is_from_server=is_server)


def unpacked(sent: Sent) -> bytes:
    """The JSON, however it was packed: gzip, a form's `data`, base64, LZ-String. Raises Problem 400."""
    body = sent.body or sent.query.get("data", "").encode()
    if body.startswith(b"data="):
        body = fields.form(body).get("data", "").encode()
    if body.startswith(fields.GZIP):
        return fields.unpacked(body)
    if body.lstrip()[:1] in (b"{", b"[", b""):
        return body
    written = body.decode("latin-1")
    if sent.query.get("compression") == "lz64":
        return lz.from_base64(written, MAX_VENDOR_BYTES).encode("utf-8", "surrogatepass")
    return fields.unpacked(fields.from_base64(written))


def answer(receipt: Receipt) -> Answer:
    rejected = refused(receipt)
    if status_of(receipt) != 200:
        return json_answer(400, _error("validation_error", "invalid_payload", rejected[0]["message"]))
    return json_answer(200, {"status": 1} | ({"rejected": rejected} if rejected else {}))


def refusal(problem: Problem) -> Answer:
    if problem.status == 401:
        detail = "Project API key invalid. Add it in MetricPal's settings, Other tools, or send a MetricPal key."
        return json_answer(401, _error("authentication_error", "invalid_api_key", detail))
    kind = "throttled_error" if problem.status == 429 else "validation_error"
    return json_answer(
        problem.status, _error("server_error" if problem.status >= 500 else kind, problem.code, problem.detail)
    )


def _error(kind: str, code: str, detail: str) -> dict[str, Any]:
    return {"type": kind, "code": code, "detail": detail, "attr": None}


def _take_apart(tree: Any) -> tuple[dict[str, Any], list[Any]]:
    """(what stands around the events, the events)."""
    if isinstance(tree, list):
        return {}, fields.listed(tree)
    body = bodies.as_object(tree)
    if "batch" in body:
        return body, fields.listed(body["batch"], "batch")
    return body, [body]


CAPTURE = VendorDialect(parse, answer, refusal=refusal, methods=("GET", "POST"))
