"""Browser, system and device class from the user-agent text, which itself is not kept."""

import re
from functools import lru_cache
from typing import NamedTuple

import ua_parser

LONGEST = 500  # characters of a user agent worth reading
# One name for one browser, whatever it runs on.
BROWSERS = {
    "Mobile Safari": "Safari", "Mobile Safari UI/WKWebView": "Safari", "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome", "Chrome Mobile WebView": "Android WebView", "HeadlessChrome": "Chrome",
    "Firefox Mobile": "Firefox", "Firefox iOS": "Firefox", "Edge Mobile": "Edge", "Opera Mobile": "Opera",
}  # fmt: skip
TV = re.compile(r"smart-?tv|apple ?tv|android tv|googletv|hbbtv|\btv\b|aft[a-z]{1,4}\b|roku|web0s|bravia|crkey", re.I)
CONSOLE = re.compile(r"playstation|xbox|nintendo", re.I)
PHONE = re.compile(r"mobi|iphone|ipod|windows phone", re.I)


class Agent(NamedTuple):
    """Empty means unknown. `device` is desktop, phone, tablet, tv, console or empty."""

    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""
    device: str = ""


@lru_cache(maxsize=8192)
def read(user_agent: str) -> Agent:
    """What a browser says of itself. A program that sends events (no "Mozilla/") is not a visitor's browser."""
    if not user_agent.startswith(("Mozilla/", "Opera/")):
        return Agent()
    found = ua_parser.parse(user_agent[:LONGEST])
    browser, os = found.user_agent, found.os
    return Agent(
        BROWSERS.get(browser.family, browser.family) if browser else "",
        browser.major or "" if browser else "",
        os.family if os else "",
        ".".join(filter(None, (os.major, os.minor))) if os else "",
        device_class(user_agent),
    )


def device_class(user_agent: str) -> str:
    if CONSOLE.search(user_agent):
        return "console"
    if TV.search(user_agent):
        return "tv"
    if "iPad" in user_agent or "Tablet" in user_agent or "Android" in user_agent and "Mobile" not in user_agent:
        return "tablet"
    return "phone" if PHONE.search(user_agent) else "desktop"
