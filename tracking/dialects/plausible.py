"""Plausible's events API: POST /api/event, with short names as its script writes them, or long ones.

Follows "Events API reference" of Plausible's documentation. The site's `domain` is the key. Answer: 202 ok.
"""

from typing import Any

from config.lib.problems import Problem
from tracking import bodies, other_keys, payloads
from tracking.dialects import fields
from tracking.dialects.vendor import VendorDialect, json_answer, refused
from tracking.door import Answer, Sent
from tracking.events import EventType
from tracking.verdicts import Receipt

TOOL = other_keys.Tool.PLAUSIBLE
LONG = {"n": "name", "u": "url", "d": "domain", "r": "referrer", "p": "props", "m": "props", "$": "revenue"}
NAMES: dict[str, str] = {"pageview": EventType.PAGE_VIEW, "engagement": EventType.PAGE_EXIT}


def parse(sent: Sent) -> payloads.Payload:
    body = bodies.as_object(bodies.read(sent.body))
    said = {LONG.get(name, name): value for name, value in body.items()}
    domains = said.get("domain")
    if not isinstance(domains, str) or not domains:
        raise Problem(400, "domain", "can't be blank", pointer="/domain")
    # Several domains are one site and its roll-ups with them: the same event, which counts once here.
    domain = domains.partition(",")[0].strip().lower()
    key = other_keys.name(TOOL, domain)
    is_server = fields.is_server(sent.environ)
    return payloads.of({"api_key": key}, [_event(said)], sent.body, is_from_server=is_server)


def answer(receipt: Receipt) -> Answer:
    rejected = refused(receipt)
    if rejected:
        return json_answer(400, {"errors": {rejected[0]["code"]: [rejected[0]["message"]]}})
    return Answer(202, b"ok", "text/plain")


def refusal(problem: Problem) -> Answer:
    """A site nobody has added is the domain's fault."""
    if problem.status == 401:
        detail = "is not known: add it in MetricPal's settings, Other tools"
        return json_answer(400, {"errors": {"domain": [detail]}})
    return json_answer(problem.status, {"errors": {problem.code: [problem.detail]}})


def _event(said: dict[str, Any]) -> dict[str, Any]:
    written = said.get("name")
    kind = NAMES.get(written, fields.own_name(written)) if isinstance(written, str) else written
    return {"event_type": kind, "properties": _properties(kind, said)} | fields.given(
        url=said.get("url"), referrer=said.get("referrer")
    )


def _properties(kind: Any, said: dict[str, Any]) -> Any:
    """Its script writes objects within the object as text."""
    props = _object(said.get("props"))
    if not isinstance(props, dict):
        return props
    revenue = fields.mapping(_object(said.get("revenue")))
    if kind == EventType.PAGE_EXIT:
        return props | fields.given(time_on_page=said.get("e"), final_scroll_depth=said.get("sd"))
    return props | fields.given(value=_amount(revenue.get("amount")), currency=revenue.get("currency"))


def _object(written: Any) -> Any:
    if not isinstance(written, str):
        return written or {}
    return bodies.read(written.encode("utf-8", "surrogatepass")) if written.strip() else {}


def _amount(written: Any) -> Any:
    try:
        return float(written) if isinstance(written, str) else written
    except ValueError:
        return written


EVENT = VendorDialect(parse, answer, refusal=refusal)
