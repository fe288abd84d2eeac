"""Segment's tracking API: POST /v1/track, identify, page, screen, group, alias, and /v1/batch of them.

Follows "HTTP Tracking API" and "Spec" of Segment's documentation. The write key stands in Basic authentication or
as `writeKey`. Answer: 200 {"success": true}.
"""

from functools import partial
from typing import Any
from urllib.parse import quote

from config.lib.problems import Problem
from tracking import bodies, other_keys, payloads
from tracking.dialects import fields
from tracking.dialects.vendor import VendorDialect, json_answer, refused
from tracking.door import Answer, Sent
from tracking.events import EventType
from tracking.verdicts import Receipt, status_of

CALLS = ("track", "identify", "page", "screen", "group", "alias")
TOOL = other_keys.Tool.SEGMENT


def key(sent: Sent) -> str:
    return other_keys.name(TOOL, fields.basic_user(sent.environ))


def parse_batch(sent: Sent) -> payloads.Payload:
    text = fields.unpacked(sent.body)
    body = bodies.as_object(bodies.read(text))
    calls = fields.listed(body.get("batch"), "batch")
    shared = fields.mapping(body.get("context"))
    is_server = fields.is_server(sent.environ, _library(shared, calls))
    events = [_event(call, None, shared) for call in calls]
    return payloads.of(_frame(body, is_server), events, text, is_from_server=is_server)


def parse_call(kind: str, sent: Sent) -> payloads.Payload:
    text = fields.unpacked(sent.body)
    body = bodies.as_object(bodies.read(text))
    is_server = fields.is_server(sent.environ, _library({}, [body]))
    return payloads.of(_frame(body, is_server), [_event(body, kind, {})], text, is_from_server=is_server)


def answer(receipt: Receipt) -> Answer:
    """Room for the events that were not taken: a client that knows nothing of `rejected` reads `success`."""
    if status_of(receipt) != 200:
        first = refused(receipt)[0]
        return json_answer(400, {"success": False, "code": first["code"], "message": first["message"]})
    rejected = refused(receipt)
    return json_answer(200, {"success": True} | ({"rejected": rejected} if rejected else {}))


def refusal(problem: Problem) -> Answer:
    return json_answer(problem.status, {"success": False, "code": problem.code, "message": problem.detail})


def _frame(body: dict[str, Any], is_server: bool) -> dict[str, Any]:
    """A server's clock is right, and without the moment of sending it may bring its history."""
    sent_at = None if is_server else fields.moment(body.get("sentAt"))
    return {"api_key": other_keys.name(TOOL, body.get("writeKey")) or None, "sent_at": sent_at}


def _library(shared: dict[str, Any], calls: list[Any]) -> object:
    """The name of the SDK, which each call repeats."""
    first = calls[0] if calls and isinstance(calls[0], dict) else {}
    context = shared or fields.mapping(first.get("context"))
    return fields.mapping(context.get("library")).get("name", "")


def _event(call: Any, kind: str | None, shared: dict[str, Any]) -> Any:
    if not isinstance(call, dict):
        return call
    context = shared | fields.mapping(call.get("context"))
    page = fields.mapping(context.get("page"))
    said = fields.given(
        timestamp=fields.moment(call.get("timestamp") or call.get("originalTimestamp")),
        user_id=fields.text(call.get("userId")),
        visitor_id=fields.text(call.get("anonymousId")),
        url=page.get("url"),
        referrer=page.get("referrer"),
        title=page.get("title"),
    )
    written = kind or call.get("type")
    make = MAKERS.get(written) if isinstance(written, str) else None
    if make is None:
        return said | {"event_type": None}
    return said | fields.named(call.get("messageId")) | make(call, context)


def _track(call: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    return {"event_type": fields.own_name(call.get("event")), "properties": _properties(call, context)}


def _page(call: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    # Not `name`: a workspace that keeps no personal data drops properties of that name.
    written = _properties(call, context)
    if not isinstance(written, dict):
        return {"event_type": EventType.PAGE_VIEW, "properties": written}
    properties = fields.given(page_name=call.get("name"), category=call.get("category")) | written
    size = fields.mapping(context.get("screen"))
    seen = fields.given(language=context.get("locale"), screen=fields.screen(size.get("width"), size.get("height")))
    title = fields.given(title=properties.get("title") or call.get("name"))
    return {"event_type": EventType.PAGE_VIEW, "properties": seen | properties} | title


def _screen(call: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    """A screen of an app is a page at an address of its own, so that page reports show it."""
    made = _page(call, context)
    name = call.get("name")
    return made | ({"url": f"app://app/{quote(name)}"} if isinstance(name, str) else {})


def _identify(call: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    return {"event_type": EventType.IDENTIFY} | fields.given(user_properties=call.get("traits"))


def _group(call: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    account = {"account": call.get("groupId")}
    return {
        "event_type": "group",
        "properties": fields.mapping(call.get("traits")) | account,
        "user_properties": account,
    }


def _alias(call: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    return {"event_type": EventType.IDENTIFY} | fields.given(previous_id=fields.text(call.get("previousId")))


def _properties(call: dict[str, Any], context: dict[str, Any]) -> Any:
    """Those of the call, with the account and the app it speaks of."""
    written = call.get("properties")
    if written is not None and not isinstance(written, dict):
        return written
    app = fields.mapping(context.get("app"))
    about = fields.given(
        account=fields.text(context.get("groupId")),
        app=fields.given(name=app.get("name"), version=app.get("version")),
    )
    return about | (written or {})


MAKERS = {"track": _track, "page": _page, "screen": _screen, "identify": _identify, "group": _group, "alias": _alias}
BATCH = VendorDialect(parse_batch, answer, key=key, refusal=refusal)
CALL = {kind: VendorDialect(partial(parse_call, kind), answer, key=key, refusal=refusal) for kind in CALLS}
