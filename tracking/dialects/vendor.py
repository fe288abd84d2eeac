"""What every other tool's dialect has beside our own: refusals in its words, and how its pages send."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from config.lib.problems import Problem
from tracking import other_keys, wire
from tracking.dialects.fields import ANY_TYPE
from tracking.door import Answer, Dialect, Sent
from tracking.events import MAX_VENDOR_EVENTS
from tracking.keys import KeyGrant
from tracking.verdicts import Receipt


def json_answer(status: int, body: Any) -> Answer:
    return Answer(status, msgspec.json.encode(body))


def _no_key(sent: Sent) -> str:
    return ""


@dataclass(frozen=True)
class VendorDialect(Dialect):
    """`refusal` puts a Problem into the tool's own form.

    A request that comes again counts once only where its events say so, by an id or a time, as with the tools.

    `methods`: how it may be sent. `with_cookies`: its script asks for an answer that cookies may go with; they mean
    nothing to us, but a browser shows the script no other answer.
    """

    key: Callable[[Sent], str] = _no_key
    grant: Callable[..., KeyGrant] = other_keys.grant
    content_types: frozenset[str] = field(default=ANY_TYPE)
    is_resendable: bool = False
    limits: wire.Limits = wire.VENDORS
    most_events: int = MAX_VENDOR_EVENTS
    refusal: Callable[[Problem], Answer] = lambda problem: json_answer(problem.status, {"error": problem.detail})
    methods: tuple[str, ...] = ("POST",)
    with_cookies: bool = False


def refused(receipt: Receipt) -> list[dict[str, Any]]:
    """The events that were not taken, by their place; for answers whose form leaves room to say so."""
    return [
        {"index": each.i, "code": each.code, "message": each.detail or ""}
        for each in receipt.results
        if each.status == "rejected"
    ]
