"""Envelopes as the door writes them, made fast and always the same: the writer's work load."""

import random
import time
from collections.abc import Iterator

from tracking.events import Accepted, Client, Envelope, EventType

CLIENT = Client(
    visitor=1, country="DE", browser="Chrome", browser_version="156", os="Windows", os_version="11", device="desktop"
)
REFERRERS = ("", "", "https://www.google.com/", "https://news.ycombinator.com/", "https://t.co/abc")
KINDS = (EventType.PAGE_VIEW, EventType.PAGE_VIEW, EventType.CLICK, EventType.SCROLL, EventType.CUSTOM)


def envelopes(dataset_id: int, rows: int, size: int, seed: int) -> Iterator[Envelope]:
    """`rows` events in entries of `size`, over the last hour; a visitor makes about ten of them."""
    chance = random.Random(seed)
    began_ms = int(time.time() * 1000) - 3_600_000
    step_ms = 3_500_000 / rows
    for first in range(0, rows, size):
        at_ms = int(began_ms + first * step_ms)
        visitors = [chance.randrange(1, rows // 10 + 2) for _ in range(max(1, size // 10))]
        events = [_event(chance, at_ms + number, visitors[number % len(visitors)]) for number in range(size)]
        yield Envelope(dataset_id, f"bench-{first}", at_ms, CLIENT, events, host="www.example.com")


def _event(chance: random.Random, at_ms: int, visitor: int) -> Accepted:
    kind = chance.choice(KINDS)
    page = int(chance.paretovariate(0.9)) % 2000
    return Accepted(
        event_id=chance.randbytes(16),
        type=kind,
        name="add_to_cart" if kind is EventType.CUSTOM else kind,
        at_ms=at_ms,
        visitor=visitor << 20 | visitor,
        url=f"https://www.example.com/page/{page}",
        referrer=chance.choice(REFERRERS),
        title=f"Page {page}",
        screen="1920x1080",
        language="en-US",
        props={"plan": "pro", "position": str(page % 7)} if kind is EventType.CUSTOM else {},
    )
