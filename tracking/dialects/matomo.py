"""Matomo's tracking API: GET or POST /matomo.php?idsite=1&rec=1&url=…, and in bulk {"requests": ["?idsite=…", …]}.

Follows "Tracking HTTP API" of Matomo's documentation. Every installation counts its sites from 1, so `idsite` and the
host of the page are the key together. Answer: an image of one point, 204 with `send_image=0`, and in bulk how many.
"""

import base64
from typing import Any
from urllib.parse import urlsplit

from config.lib.problems import Problem
from tracking import bodies, other_keys, payloads
from tracking.dialects import fields
from tracking.dialects.matomo_actions import event
from tracking.dialects.vendor import VendorDialect, json_answer, refused
from tracking.door import Answer, Sent
from tracking.verdicts import Receipt, status_of

TOOL = other_keys.Tool.MATOMO
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")  # the very one Matomo sends


def of(sent: Sent) -> VendorDialect:
    if _is_bulk(sent):
        return BULK
    return IMAGELESS if _asked(sent).get("send_image") == "0" else IMAGE


def parse(sent: Sent) -> payloads.Payload:
    return _payload(sent, [_asked(sent)])


def parse_bulk(sent: Sent) -> payloads.Payload:
    body = bodies.as_object(bodies.read(sent.body))
    return _payload(sent, [_request(each) for each in fields.listed(body.get("requests"), "requests")])


def answer(receipt: Receipt) -> Answer:
    return Answer(200 if status_of(receipt) == 200 else 400, GIF, "image/gif")


def answer_without_image(receipt: Receipt) -> Answer:
    return Answer(204, b"") if status_of(receipt) == 200 else answer(receipt)


def answer_bulk(receipt: Receipt) -> Answer:
    rejected = [each["index"] for each in refused(receipt)]
    tracked = len(receipt.results) - len(rejected)
    said = {"status": "success", "tracked": tracked, "invalid": len(rejected), "invalid_indices": rejected}
    return json_answer(200, said)


def refusal(problem: Problem) -> Answer:
    return json_answer(problem.status, {"status": "error", "tracked": 0, "invalid": 0, "message": problem.detail})


def _is_bulk(sent: Sent) -> bool:
    return sent.body.lstrip().startswith(b"{")


def _asked(sent: Sent) -> dict[str, str]:
    """The fields of the body stand above those of the address."""
    return dict(sent.query) | (fields.form(sent.body) if sent.body else {})


def _request(written: Any) -> Any:
    """One of a bulk request: a query string, or its fields as an object."""
    if isinstance(written, str):
        return fields.form(written.lstrip("?").encode("utf-8", "surrogatepass"))
    if isinstance(written, dict):
        return {name: str(value) for name, value in written.items() if isinstance(value, str | int | float)}
    return written


def _payload(sent: Sent, asked: list[Any]) -> payloads.Payload:
    keys = {_key(each) for each in asked if isinstance(each, dict)}
    if len(keys) > 1:
        raise Problem(400, "ambiguous_key", "Send the requests of one site at a time.")
    is_server = fields.is_server(sent.environ)
    return payloads.of({"api_key": "".join(keys) or None}, [event(each) for each in asked], is_from_server=is_server)


def _key(asked: dict[str, str]) -> str:
    try:
        host = urlsplit(asked.get("url", "")).hostname or ""
    except ValueError:
        host = ""
    return other_keys.name(TOOL, asked.get("idsite", ""), host)


_shared: dict[str, Any] = {"refusal": refusal, "methods": ("GET", "POST"), "with_cookies": True}
IMAGE = VendorDialect(parse, answer, **_shared)
IMAGELESS = VendorDialect(parse, answer_without_image, **_shared)
BULK = VendorDialect(parse_bulk, answer_bulk, **_shared)
