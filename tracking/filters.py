"""What a workspace's rules make of a request and its events: taken, taken without ids, or refused with a reason.

A script that told its signals has acted on them already, and the visitor's own word on that site stands above both;
so a header counts only where no script spoke, and what the script limited stays limited.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from config.lib.addresses import client_address
from tracking.events import Accepted, EventType
from tracking.keys import KeyGrant
from tracking.payloads import Frame
from tracking.rules import NOTHING, Rules, is_excluded_host, is_excluded_page, is_within
from tracking.steps.urls import split
from tracking.trees import Rejected
from tracking.usage import SAID, DropReason

IDENTIFYING = frozenset({EventType.IDENTIFY, EventType.AUTO_IDENTIFY})


def refusal(reason: DropReason) -> Rejected:
    return Rejected(reason, SAID[reason])


class Treatment(NamedTuple):
    """How the events of one request are treated: all refused for a reason, or taken, perhaps without ids."""

    refused: DropReason | None = None
    is_limited: bool = False


AS_USUAL = Treatment()


def of_request(environ: Mapping[str, Any], frame: Frame, grant: KeyGrant, country: str) -> Treatment:
    """A customer's server speaks for itself, not for a visitor: of the rules only the pause concerns it."""
    rules = grant.rules
    if rules.is_paused:
        return Treatment(DropReason.PAUSED)
    if grant.is_secret:
        return AS_USUAL
    if rules.excluded_networks and is_within(client_address(environ), rules.excluded_networks):
        return Treatment(DropReason.EXCLUDED_ADDRESS)
    if country in rules.excluded_countries:
        return Treatment(DropReason.EXCLUDED_COUNTRY)
    reason = _of_signals(rules, environ, frame)
    return Treatment(reason, reason is None and rules.on_gpc == "limit" and is_limited(environ, frame))


def _of_signals(rules: Rules, environ: Mapping[str, Any], frame: Frame) -> DropReason | None:
    consent = frame.about("consent")
    if consent in ("denied", "pending") or rules.needs_consent and consent != "granted":
        return DropReason.NO_CONSENT
    if rules.respects_dnt and frame.about("dnt") is None and environ.get("HTTP_DNT") == "1":
        return DropReason.DNT
    return DropReason.GPC if rules.on_gpc == "refuse" and is_limited(environ, frame) else None


def is_limited(environ: Mapping[str, Any], frame: Frame) -> bool:
    """Whether Global Privacy Control speaks, and no visitor's own word on this site against it."""
    if (said := frame.about("gpc")) is not None:
        return said == 1 and frame.about("cookieless") == 1
    return environ.get("HTTP_SEC_GPC") == "1"


def check_page(rules: Rules, url: str) -> None:
    """Raises Rejected for a host or page that the workspace excludes."""
    if not (rules.excluded_hosts or rules.excluded_pages is not NOTHING) or not url:
        return
    parts = split(url)
    if is_excluded_host(parts.host, rules.excluded_hosts):
        raise refusal(DropReason.EXCLUDED_HOST)
    if is_excluded_page(parts.path, rules.excluded_pages):
        raise refusal(DropReason.EXCLUDED_PAGE)


def without_ids(event: Accepted) -> None:
    """Leaves what happened, and nothing of who did it. Raises Rejected where that was all there was."""
    if event.type in IDENTIFYING:
        raise refusal(DropReason.GPC)
    event.visitor = event.session = 0
    event.user_id, event.previous = "", []
    event.traits, event.traits_once = {}, {}
    event.props["gpc"] = "true"  # what is forwarded elsewhere has to know
