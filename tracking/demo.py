"""Believable traffic for the demo workspace: a small shop over sixty days, made by a fixed seed.

    visits(now, seed) ──► Envelope for each visit ──► buffer.append ──► the writer, as for any other event

What one should see in it: weekdays above weekends, evenings above nights, slow growth, a newsletter spike, a third
of visits that leave after one page, one in thirty that buys. Sixty days, so that thirty have thirty to compare with.
"""

import hashlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from tracking import buffer
from tracking.events import Accepted, Client, Envelope, EventType

T = TypeVar("T")
DAYS = 60
VISITS_A_DAY = 220
HOST = "shop.example.com"
# Share of a day's visits in each hour, UTC.
HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 9, 10, 10, 10, 10, 11, 12, 13, 12, 9, 6, 4)
WEEKDAYS = (1.1, 1.12, 1.1, 1.05, 1.0, 0.75, 0.82)
COUNTRIES = {
    "US": 30,
    "GB": 14,
    "DE": 13,
    "FR": 8,
    "CA": 6,
    "NL": 5,
    "IN": 5,
    "AU": 4,
    "ES": 4,
    "BR": 4,
    "SE": 3,
    "JP": 2,
}
LANGUAGES = {"DE": "de-DE", "FR": "fr-FR", "NL": "nl-NL", "ES": "es-ES", "BR": "pt-BR", "SE": "sv-SE", "JP": "ja-JP"}
AGENTS = {  # browser, version, OS, version, device, screen
    ("Chrome", "156", "Windows", "11", "desktop", "1920x1080"): 30,
    ("Safari", "26", "iOS", "26", "phone", "390x844"): 25,
    ("Chrome", "156", "Android", "16", "phone", "412x915"): 20,
    ("Safari", "26", "Mac OS X", "26", "desktop", "1512x982"): 10,
    ("Firefox", "150", "Linux", "", "desktop", "1920x1200"): 6,
    ("Edge", "156", "Windows", "11", "desktop", "1536x864"): 6,
    ("Safari", "26", "iPadOS", "26", "tablet", "820x1180"): 3,
}
ARRIVALS = {  # referrer, query of the landing page
    ("", ""): 34,
    ("https://www.google.com/", ""): 27,
    ("https://www.google.com/", "?utm_source=google&utm_medium=cpc&utm_campaign=spring-sale"): 8,
    ("https://www.bing.com/", ""): 3,
    ("https://chatgpt.com/", ""): 6,
    ("https://www.instagram.com/", ""): 6,
    ("https://www.reddit.com/", ""): 4,
    ("https://www.youtube.com/", ""): 3,
    ("https://news.ycombinator.com/", ""): 2,
    ("", "?utm_source=newsletter&utm_medium=email&utm_campaign=weekly"): 7,
}
PAGES = {
    "/": ("Home", 34),
    "/collections/mugs": ("Mugs", 15),
    "/collections/posters": ("Posters", 11),
    "/products/blue-mug": ("Blue mug", 13),
    "/products/city-poster": ("City poster", 9),
    "/products/tote-bag": ("Tote bag", 7),
    "/blog/how-we-print": ("How we print", 8),
    "/about": ("About us", 4),
}
PRICES = {"/products/blue-mug": 18.0, "/products/city-poster": 34.0, "/products/tote-bag": 22.0}


def send(dataset_id: int, now: datetime, seed: int = 2026) -> int:
    """Append the demo's visits to the ingest log; the number of events. A second call adds nothing."""
    count = 0
    for index, envelope in enumerate(visits(dataset_id, now, seed)):
        key = hashlib.sha256(f"demo:{dataset_id}:{seed}:{index}".encode()).digest()
        shard = buffer.shard_of(dataset_id, envelope.events[0].visitor)
        buffer.append({shard: msgspec.msgpack.encode(envelope)}, key)
        count += len(envelope.events)
    return count


def visits(dataset_id: int, now: datetime, seed: int) -> Iterator[Envelope]:
    """One envelope for each visit, in order of time, up to `now`."""
    chance = random.Random(seed)
    known: list[tuple[int, Client, str, str]] = []
    first_day = (now - timedelta(days=DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
    for start in _starts(chance, first_day, now):
        returning = bool(known) and chance.random() < 0.28
        person = chance.choice(known[-1500:]) if returning else _newcomer(chance)
        if not returning:
            known.append(person)
        visitor, client, screen, language = person
        events = list(_visit(chance, start, now, visitor, screen, language))
        if events:
            yield Envelope(
                dataset_id=dataset_id,
                receipt=f"demo-{start:%Y%m%d%H%M%S}",
                received_ms=events[-1].at_ms,
                client=client,
                events=events,
                host=HOST,
            )


def _starts(chance: random.Random, first_day: datetime, now: datetime) -> Iterator[datetime]:
    for number in range(DAYS + 1):
        day = first_day + timedelta(days=number)
        growth = 0.8 + 0.4 * number / DAYS
        spike = 1.7 if number in (9, 23, 37, 51) else 1.0
        amount = round(VISITS_A_DAY * growth * spike * WEEKDAYS[day.weekday()] * chance.uniform(0.93, 1.07))
        hours = chance.choices(range(24), HOURS, k=amount)
        moments = sorted(day + timedelta(hours=hour, seconds=chance.uniform(0, 3600)) for hour in hours)
        yield from (moment for moment in moments if moment < now)


def _newcomer(chance: random.Random) -> tuple[int, Client, str, str]:
    country = _pick(chance, COUNTRIES)
    browser, browser_version, os, os_version, device, screen = _pick(chance, AGENTS)
    client = Client(
        country=country,
        browser=browser,
        browser_version=browser_version,
        os=os,
        os_version=os_version,
        device=device,
        bot="Googlebot" if chance.random() < 0.02 else "",
    )
    return chance.getrandbits(63) | 1, client, screen, LANGUAGES.get(country, "en-US")


def _visit(
    chance: random.Random, start: datetime, now: datetime, visitor: int, screen: str, language: str
) -> Iterator[Accepted]:
    """Page views with reading time, then perhaps a cart, a checkout and a purchase, or a sign-up for the newsletter."""
    referrer, landing_query = _pick(chance, ARRIVALS)
    leaves_at_once = chance.random() < 0.36
    pages = 1 if leaves_at_once else 2 + min(int(chance.expovariate(0.45)), 9)
    moment, path = start, ""

    def event(kind: EventType, name: str = "", **fields: object) -> Accepted:
        return Accepted(
            event_id=chance.randbytes(16),
            type=kind,
            name=name or kind,
            at_ms=int(moment.timestamp() * 1000),
            visitor=visitor,
            screen=screen,
            language=language,
            **fields,  # type: ignore[arg-type]
        )

    for number in range(pages):
        path = _pick(chance, {page: weight for page, (_, weight) in PAGES.items() if page != path})
        url = f"https://{HOST}{path}{landing_query if number == 0 else ''}"
        yield event(EventType.PAGE_VIEW, url=url, title=PAGES[path][0], referrer=referrer if number == 0 else "")
        reading = min(chance.lognormvariate(1.6 if leaves_at_once else 3.1, 0.9), 600.0)  # seconds
        moment += timedelta(seconds=reading)
        if moment >= now:
            return
        engaged = int(reading * chance.uniform(500, 950))  # milliseconds
        yield event(EventType.PAGE_EXIT, url=url, engaged_ms=engaged, scroll=chance.choice((25, 50, 75, 100)))
        yield from _deeds(chance, event, path, url)


def _deeds(chance: random.Random, event, path: str, url: str) -> Iterator[Accepted]:  # type: ignore[no-untyped-def]
    if path.startswith("/blog") and chance.random() < 0.12:
        yield event(EventType.GOAL, "newsletter_signup", url=url)
    price = PRICES.get(path)
    if price is None or chance.random() > 0.22:
        return
    yield event(EventType.CUSTOM, "add_to_cart", url=url, props={"product": path.rpartition("/")[2]})
    if chance.random() < 0.55:
        yield event(EventType.CUSTOM, "checkout_started", url=url)
        if chance.random() < 0.6:
            total = price * chance.choice((1, 1, 1, 2, 3))
            yield event(EventType.GOAL, "purchase", url=url, value=total, currency="USD")


def _pick(chance: random.Random, weights: dict[T, int]) -> T:
    return chance.choices(list(weights), list(weights.values()))[0]
