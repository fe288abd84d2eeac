"""Is a program reading the page? Its name, or nothing. Events of bots are kept and marked, and left out of reports."""

import re
from functools import lru_cache

import crawleruseragents
import ua_parser

from tracking.steps.agent import LONGEST

UNNAMED = "Other bot"
AUTOMATED = "Automated browser"
NAMED = re.compile(r"[\w.-]*(?:bot|crawler|spider|preview|monitor|lighthouse|headless|hexometer)[\w.-]*", re.I)
UNLISTED = re.compile("hexometer", re.I)  # the lists do not know it
# A library that speaks HTTP is how a customer's own server sends events; it reads no pages.
LIBRARIES = re.compile(
    "|".join(
        entry["pattern"]
        for entry in crawleruseragents.CRAWLER_USER_AGENTS_DATA
        if "http-library" in entry.get("tags", ())
    )
)


@lru_cache(maxsize=8192)
def name(user_agent: str) -> str:
    """The bot's name, or "" for a browser and for a server that sends events."""
    user_agent = user_agent[:LONGEST]
    if not user_agent or LIBRARIES.search(user_agent):
        return ""
    found = ua_parser.parse(user_agent)
    is_spider = found.device is not None and found.device.family == "Spider" and user_agent.startswith("Mozilla/")
    if not (is_spider or UNLISTED.search(user_agent) or crawleruseragents.is_crawler(user_agent)):
        return ""
    if found.user_agent and found.user_agent.family.lower() in user_agent.lower() and is_spider:
        return found.user_agent.family
    spelled = NAMED.search(user_agent)
    return spelled.group()[:50] if spelled else UNNAMED
