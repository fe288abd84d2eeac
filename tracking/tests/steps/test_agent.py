import pytest

from tracking.steps.agent import Agent, read
from tracking.steps.bots import name
from tracking.tests.door import CHROME, IPHONE

ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36"
TABLET = (
    "Mozilla/5.0 (Linux; Android 14; SM-X910) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0"
TV = "Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/7.0 TV Safari/537.36"
XBOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 (KHTML, like Gecko) Edge/44.18363"
CUBOT = (
    "Mozilla/5.0 (Linux; Android 10; CUBOT X20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0 Mobile Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (CHROME, Agent("Chrome", "120", "Windows", "10", "desktop")),
        (IPHONE, Agent("Safari", "17", "iOS", "17.2", "phone")),
        (ANDROID, Agent("Chrome", "120", "Android", "14", "phone")),
        (TABLET, Agent("Chrome", "120", "Android", "14", "tablet")),
        (FIREFOX, Agent("Firefox", "121", "Linux", "", "desktop")),
        ("", Agent()),
        ("python-requests/2.31", Agent()),  # somebody's server, not a visitor's browser
    ],
)
def test_the_user_agent_tells_browser_system_and_device(user_agent, expected):
    assert read(user_agent) == expected


@pytest.mark.parametrize(("user_agent", "device"), [(TV, "tv"), (XBOX, "console"), (CUBOT, "phone")])
def test_televisions_and_consoles_are_devices_of_their_own(user_agent, device):
    assert read(user_agent).device == device


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
        ("GPTBot/1.0", "GPTBot"),
        ("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0)", "ClaudeBot"),
        (CHROME.replace("Chrome", "HeadlessChrome"), "HeadlessChrome"),
        (f"{CHROME} Chrome-Lighthouse", "Chrome-Lighthouse"),
        ("UptimeRobot/2.0", "UptimeRobot"),
        (CHROME, ""),
        (CUBOT, ""),  # a maker of phones
        ("curl/8.5", ""),
        ("python-requests/2.31", ""),
        ("Go-http-client/1.1", ""),
        ("Java/17", ""),
        ("", ""),
        ("x" * 100_000, ""),
    ],
)
def test_bots_have_names_and_servers_that_send_events_are_none(user_agent, expected):
    assert name(user_agent) == expected


CRAWLERS = (
    "Googlebot", "bingbot", "YandexBot", "Baiduspider", "DuckDuckBot", "Applebot", "facebookexternalhit", "Twitterbot",
    "LinkedInBot", "Slackbot", "Discordbot", "WhatsApp", "Pinterestbot", "AhrefsBot", "SemrushBot", "MJ12bot",
    "GTmetrix", "Hexometer", "Pingdom", "UptimeRobot", "Chrome-Lighthouse", "PTST", "HeadlessChrome", "PhantomJS",
    "GPTBot", "ClaudeBot", "CCBot", "PerplexityBot",
)  # fmt: skip
PHONES = (
    "Linux; Android 10; CUBOT X30", "Linux; Android 14; Pixel 8", "Linux; Android 13; SM-S918B",
    "Linux; Android 12; Redmi Note 11", "Linux; Android 11; CPH2239", "Linux; Android 13; moto g54 5G",
    "Linux; Android 9; CUBOT_NOTE_20", "Linux; Android 14; 23049PCD8G", "Linux; Android 12; HUAWEI P50",
    "iPhone; CPU iPhone OS 17_4 like Mac OS X",
)  # fmt: skip


def test_H195_crawlers_are_known_by_name_and_phones_of_any_name_are_people():
    unknown = [each for each in CRAWLERS if not name(f"Mozilla/5.0 (compatible; {each}/2.1; +http://example.com/)")]
    suspected = [each for each in PHONES if name(f"Mozilla/5.0 ({each}) AppleWebKit/537.36 Chrome/126.0 Mobile Safari")]
    assert (unknown, suspected) == ([], [])
