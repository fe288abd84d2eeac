"""Umami's collect API: POST /api/send for one, /api/batch for a list of them.

    {"type": "event", "payload": {"website": "…", "hostname": …, "url": "/a", "name": …, "data": {…}}}

Follows "Sending stats" of Umami's documentation. The website's id is the key. Answer: 200 with `cache`, `sessionId` and
`visitId`, which its script only gives back.
"""

from typing import Any

from config.lib.problems import Problem
from tracking import bodies, other_keys, payloads
from tracking.dialects import fields
from tracking.dialects.vendor import VendorDialect, json_answer, refused
from tracking.door import Answer, Sent
from tracking.events import EventType
from tracking.verdicts import Receipt

TOOL = other_keys.Tool.UMAMI
MEASURES = ("lcp", "inp", "cls", "fcp", "ttfb")


def parse(sent: Sent) -> payloads.Payload:
    return _payload(sent, [bodies.as_object(bodies.read(sent.body))])


def parse_batch(sent: Sent) -> payloads.Payload:
    return _payload(sent, fields.listed(bodies.read(sent.body)))


def answer(receipt: Receipt) -> Answer:
    rejected = refused(receipt)
    if rejected:
        return json_answer(400, _error(400, rejected[0]["code"], rejected[0]["message"]))
    number = receipt.receipt
    return json_answer(200, {"cache": number, "sessionId": number, "visitId": number})


def answer_batch(receipt: Receipt) -> Answer:
    rejected = refused(receipt)
    details = [{"index": each["index"], "response": _error(400, each["code"], each["message"])} for each in rejected]
    size = len(receipt.results)
    said = {"size": size, "processed": size - len(rejected), "errors": len(rejected), "details": details}
    return json_answer(200, said)


def refusal(problem: Problem) -> Answer:
    if problem.status == 401:
        return json_answer(400, _error(400, "bad-request", "Website not found."))
    return json_answer(problem.status, _error(problem.status, problem.code, problem.detail))


def _error(status: int, code: str, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "code": code, "status": status}}


def _payload(sent: Sent, trees: list[Any]) -> payloads.Payload:
    sites = {site.lower() for tree in trees if isinstance(site := _said(tree).get("website"), str)}
    if len(sites) > 1:
        raise Problem(400, "ambiguous_key", "Send the events of one website at a time.")
    key = other_keys.name(TOOL, sites.pop()) if sites else ""
    is_server = fields.is_server(sent.environ)
    return payloads.of({"api_key": key or None}, [_event(each) for each in trees], sent.body, is_from_server=is_server)


def _said(tree: Any) -> dict[str, Any]:
    return fields.mapping(fields.mapping(tree).get("payload"))


def _event(tree: Any) -> Any:
    if not isinstance(tree, dict) or not isinstance(tree.get("payload"), dict):
        return {"event_type": None, "properties": tree} if isinstance(tree, dict) else tree
    said = _said(tree)
    about = fields.given(
        url=_url(said),
        referrer=said.get("referrer"),
        title=said.get("title"),
        user_id=fields.text(said.get("id")),
        timestamp=fields.milliseconds(said.get("timestamp")),
    )
    return about | _what(tree.get("type"), said)


def _what(kind: Any, said: dict[str, Any]) -> dict[str, Any]:
    data = said.get("data") or {}
    if kind == "identify":
        return {"event_type": EventType.IDENTIFY} | fields.given(user_properties=data)
    if kind == "performance":
        return {"event_type": "performance", "properties": {name: said[name] for name in MEASURES if name in said}}
    if kind != "event":
        return {"event_type": None}
    if not isinstance(data, dict):
        return {"event_type": said.get("name"), "properties": data}
    data = data | fields.given(tag=said.get("tag"))
    if said.get("name"):
        return {"event_type": fields.own_name(said["name"]), "properties": data}
    seen = fields.given(screen=said.get("screen"), language=said.get("language"))
    return {"event_type": EventType.PAGE_VIEW, "properties": data | seen}


def _url(said: dict[str, Any]) -> Any:
    """Its script writes the path alone, and the host beside it."""
    url, host = said.get("url"), said.get("hostname")
    if isinstance(url, str) and url.startswith("/") and isinstance(host, str) and host:
        return f"https://{host}{url}"
    return url


SEND = VendorDialect(parse, answer, refusal=refusal)
BATCH = VendorDialect(parse_batch, answer_batch, refusal=refusal)
