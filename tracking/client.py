"""What a request tells of who sent it, as events.Client: the only place that reads address and user agent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.lib.addresses import client_address
from tracking.events import Client
from tracking.keys import KeyGrant
from tracking.payloads import Frame
from tracking.rules import is_within
from tracking.steps import agent, bots, geo, visitor

INTERNAL = "Internal traffic"
DEVICES = frozenset({"desktop", "phone", "tablet", "tv", "console"})


def of_request(
    environ: Mapping[str, Any],
    frame: Frame,
    grant: KeyGrant,
    now: datetime,
    is_from_server: bool = False,
    is_named: bool = False,
) -> Client:
    """`is_named`: every event says whose it is. Then nothing is made of address and browser, nor is it logged."""
    address, user_agent = client_address(environ), environ.get("HTTP_USER_AGENT", "")
    ip = grant.rules.used_address(address)
    today, yesterday = (0, 0) if is_named else visitor.without_id(grant.dataset_id, ip, user_agent, now.date())
    if grant.is_secret or is_from_server:  # a server's place and program say nothing of the visitor
        return Client(visitor=today, visitor_before=yesterday, device=_device(frame))
    browser = agent.read(user_agent)
    return Client(
        today,
        yesterday,
        *geo.locate(ip),
        *browser[:4],
        device=_device(frame) or browser.device,
        bot=_bot(user_agent, frame, grant) or _internal(address, grant),
    )


def _device(frame: Frame) -> str:
    """The script's word: it can tell an iPad, whose user agent claims to be a Mac."""
    said = frame.about("device")
    return said if isinstance(said, str) and said in DEVICES else ""


def _internal(address: str, grant: KeyGrant) -> str:
    """The customer's own people are kept and marked: reports leave them out as they leave out bots."""
    networks = grant.rules.internal_networks
    return INTERNAL if networks and is_within(address, networks) else ""


def _bot(user_agent: str, frame: Frame, grant: KeyGrant) -> str:
    """Test data is often sent by automated browsers, which is what they are for: there only crawlers are marked."""
    named = bots.name(user_agent)
    if grant.environment == "test":
        return "" if "headless" in named.lower() else named
    signs = frame.about("bot")
    is_automated = isinstance(signs, int) and signs > 0
    return named or (bots.AUTOMATED if is_automated else "")
