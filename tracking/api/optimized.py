"""POST /api/v1/collect/optimized: what a visitor did, as a log of actions around which visitor and session stand once.

{"customerObject": {"apiKey": …}, "userObject": {"uuid": …, "sessionData": {"id": …}},
 "actionLog": [{"timestamp": …, "action_type": "enter-page", "url": …}]}
"""

from typing import Any

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from config.lib.problems import Problem
from tracking import bodies, payloads
from tracking.api import described
from tracking.api.door import Door
from tracking.door import Answer, Dialect, Sent
from tracking.events import EventType
from tracking.verdicts import Receipt, status_of

# Every event type goes by its own name too; any other action is an event of that name.
ACTIONS: dict[str, str] = {
    "enter-page": EventType.PAGE_VIEW,
    "onclick": EventType.CLICK,
    "onsubmit": EventType.FORM_SUBMIT,
    "onsearch": EventType.SEARCH,
    "scroll-depth": EventType.SCROLL,
    "end-session": EventType.SESSION_END,
}
# What an action's `value` is, where the event has a word for it.
VALUES = {EventType.SCROLL: "scroll_depth", EventType.SEARCH: "query", EventType.IDENTIFY: "email"}
FIELDS = ("id", "event_id", "timestamp", "url", "title", "referrer", "page_view_id")


def parse(sent: Sent) -> payloads.Payload:
    body = bodies.as_object(bodies.read(sent.body))
    customer, user = _object(body, "customerObject"), _object(body, "userObject")
    session = _object(user, "sessionData", "/userObject/sessionData")
    log = body.get("actionLog")
    if not isinstance(log, list):
        raise Problem(400, "type", "Send a list of actions.", pointer="/actionLog")
    around = {
        "api_key": customer.get("apiKey"),
        "visitor_id": user.get("uuid"),
        "session_id": session.get("id"),
        "sent_at": body.get("sent_at"),
        "context": body.get("context"),
    }
    shared = _rest(customer, "apiKey") | _rest(user, "uuid", "sessionData")
    return payloads.of(around, [_event(action, shared) for action in log], sent.body)


def answer(receipt: Receipt) -> Answer:
    processed = receipt.accepted + receipt.duplicates
    status = "success" if not receipt.rejected else "partial" if processed else "rejected"
    said = {"status": status, "events_processed": processed} | msgspec.to_builtins(receipt)
    return Answer(status_of(receipt), msgspec.json.encode(said))


def _event(action: Any, shared: dict[str, Any]) -> Any:
    if not isinstance(action, dict):
        return action
    kind = action.get("action_type", action.get("event_type"))
    written = ACTIONS.get(kind, kind) if isinstance(kind, str) else kind
    properties = shared | _rest(action, "action_type", "event_type", *FIELDS)
    if isinstance(written, str) and written in VALUES and "value" in properties:
        properties.setdefault(VALUES[EventType(written)], properties.pop("value"))
    return {"event_type": written, "properties": properties} | {name: action[name] for name in FIELDS if name in action}


def _object(parent: dict[str, Any], name: str, pointer: str = "") -> dict[str, Any]:
    found = parent.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Problem(400, "type", "Send an object.", pointer=pointer or f"/{name}")
    return found


def _rest(fields: dict[str, Any], *without: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in without}


class OptimizedView(Door):
    dialect = Dialect(parse, answer)

    @extend_schema(**described.OPTIMIZED)
    def post(self, request: Request) -> HttpResponse:
        return self.take_in(request)
