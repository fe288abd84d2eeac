"""Who visits the demo shop: strangers at first; some sign up, and are known on their later visits."""

import random
from dataclasses import dataclass, field
from typing import TypeVar

from tracking.demo import shop
from tracking.events import Client

T = TypeVar("T")


@dataclass
class Person:
    """What the shop remembers of somebody between two visits."""

    visitor: int
    client: Client
    screen: str
    language: str
    user_id: str = ""
    traits: dict[str, str] = field(default_factory=dict)
    is_member: bool = False  # of the club, a subscription
    refundable: float = 0.0

    @property
    def currency(self) -> str:
        return shop.CURRENCIES.get(self.client.country, "USD")


def newcomer(chance: random.Random) -> Person:
    country = pick(chance, shop.COUNTRIES)
    browser, browser_version, os, os_version, device, screen = pick(chance, shop.AGENTS)
    client = Client(
        country=country,
        browser=browser,
        browser_version=browser_version,
        os=os,
        os_version=os_version,
        device=device,
        bot="Googlebot" if chance.random() < 0.02 else "",
    )
    return Person(chance.getrandbits(63) | 1, client, screen, shop.LANGUAGES.get(country, "en-US"))


def pick(chance: random.Random, weights: dict[T, int]) -> T:
    return chance.choices(list(weights), list(weights.values()))[0]
