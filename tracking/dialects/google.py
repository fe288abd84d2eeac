"""Google Analytics 4's Measurement Protocol: POST /mp/collect?measurement_id=…&api_secret=…

Follows "Measurement Protocol (Google Analytics 4)". The measurement id (of an app: firebase_app_id) is the key; in the
place of `api_secret` a key of ours may stand. Answer: 204, with no words of what was taken; what was not is said here.
"""

from typing import Any

from config.lib.problems import Problem
from tracking import bodies, other_keys, payloads
from tracking.dialects import fields
from tracking.dialects.vendor import VendorDialect, json_answer, refused
from tracking.door import Answer, Sent
from tracking.events import EventType
from tracking.verdicts import Receipt

TOOL = other_keys.Tool.GOOGLE
NAMES: dict[str, str] = {
    "view_search_results": EventType.SEARCH,
    "form_start": EventType.FORM_INTERACTION,
    "user_engagement": EventType.PAGE_EXIT,
}
# Theirs to ours, where a property of ours has a column or a meaning.
PARAMS: dict[str, dict[str, str]] = {
    EventType.SCROLL: {"percent_scrolled": "scroll_depth"},
    EventType.SEARCH: {"search_term": "query"},
    EventType.PAGE_EXIT: {"engagement_time_msec": "time_on_page"},
    EventType.PAGE_VIEW: {"language": "language", "screen_resolution": "screen"},
}
OURS = ("page_location", "page_title", "page_referrer", "session_id")
DEVICES = {"mobile": "phone", "desktop": "desktop", "tablet": "tablet", "smart tv": "tv"}


def key(sent: Sent) -> str:
    own = sent.query.get("api_secret", "")
    named = sent.query.get("measurement_id") or sent.query.get("firebase_app_id", "")
    return own if own.startswith(other_keys.OWN_PREFIX) else other_keys.name(TOOL, named)


def parse(sent: Sent) -> payloads.Payload:
    body = bodies.as_object(bodies.read(sent.body))
    category = fields.mapping(body.get("device")).get("category")
    around = {
        "visitor_id": fields.text(body.get("client_id") or body.get("app_instance_id")),
        "user_id": fields.text(body.get("user_id")),
        "context": {"device": DEVICES.get(category)} if isinstance(category, str) else None,
    }
    traits, moment = _traits(body.get("user_properties")), body.get("timestamp_micros")
    events = [_event(each, moment, traits) for each in fields.listed(body.get("events"), "events")]
    return payloads.of(around, events, sent.body, is_from_server=fields.is_server(sent.environ))


def answer(receipt: Receipt) -> Answer:
    rejected = refused(receipt)
    if not rejected:
        return Answer(204, b"")
    messages = [_message(each["code"], f"events[{each['index']}]: {each['message']}") for each in rejected]
    return json_answer(400, {"validationMessages": messages})


def refusal(problem: Problem) -> Answer:
    return json_answer(problem.status, {"validationMessages": [_message(problem.code, problem.detail)]})


def _message(code: str, text: str) -> dict[str, str]:
    return {"description": text, "validationCode": code.upper()}


def _event(tree: Any, moment: Any, traits: dict[str, Any]) -> Any:
    if not isinstance(tree, dict):
        return tree
    written, params = tree.get("name"), tree.get("params") or {}
    kind = NAMES.get(written, fields.own_name(written)) if isinstance(written, str) else written
    if not isinstance(params, dict):
        return {"event_type": kind, "properties": params}
    order = params.get("transaction_id") if written == "purchase" else None
    return (
        {"event_type": kind, "properties": _properties(kind, params)}
        | fields.given(
            timestamp=_milliseconds(tree.get("timestamp_micros", moment)),
            session_id=fields.text(params.get("session_id")),
            url=params.get("page_location"),
            title=params.get("page_title"),
            referrer=params.get("page_referrer"),
            user_properties=traits,
        )
        | fields.named(order, "purchase")
    )


def _properties(kind: Any, params: dict[str, Any]) -> dict[str, Any]:
    names = PARAMS.get(kind, {}) if isinstance(kind, str) else {}
    return {names.get(name, name): value for name, value in params.items() if name not in OURS}


def _traits(written: Any) -> dict[str, Any]:
    """{"plan": {"value": "pro"}} to {"plan": "pro"}."""
    said = fields.mapping(written)
    return {name: each.get("value") for name, each in said.items() if isinstance(each, dict)}


def _milliseconds(micros: Any) -> Any:
    if isinstance(micros, str) and micros.isascii() and micros.isdigit() and len(micros) < 20:
        micros = int(micros)
    return micros // 1000 if type(micros) is int else micros


COLLECT = VendorDialect(parse, answer, key=key, refusal=refusal)
