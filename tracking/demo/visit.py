"""One visit to the demo shop, event by event, until `now`.

arrive ► read pages (search, follow links, meet a missing page) ► sign up ► cart ► pay ► what members do
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tracking.demo import shop
from tracking.demo.people import Person, pick
from tracking.events import Accepted, EventType


class Visit:
    """Where the visitor is in time and on the site, and how an event of theirs looks."""

    def __init__(self, chance: random.Random, person: Person, start: datetime, now: datetime) -> None:
        self.chance, self.person, self.moment, self.now = chance, person, start, now
        self.path, self.query, self.referrer = "", "", ""

    def events(self) -> Iterator[Accepted]:
        self.referrer, self.query = pick(self.chance, shop.ARRIVALS)
        leaves_at_once = self.chance.random() < 0.36
        pages = 1 if leaves_at_once else 2 + min(int(self.chance.expovariate(0.45)), 9)
        for number in range(pages):
            yield from self._page(number, leaves_at_once)
            if self.moment >= self.now:
                return
            if not leaves_at_once:
                yield from self._deeds()
        if not leaves_at_once:
            yield from self._of_a_user()

    def _happens(self, probability: float) -> bool:
        return self.chance.random() < probability

    def _event(self, kind: EventType, name: str = "", **fields: Any) -> Accepted:
        self.moment += timedelta(milliseconds=self.chance.randrange(200, 1500))  # nothing happens at the same time
        return Accepted(
            event_id=self.chance.randbytes(16),
            type=kind,
            name=name or kind,
            at_ms=int(self.moment.timestamp() * 1000),
            visitor=self.person.visitor,
            screen=self.person.screen,
            language=self.person.language,
            user_id=self.person.user_id,
            **{"url": f"https://{shop.HOST}{self.path}{self.query}"} | fields,
        )

    def _deed(self, name: str, **fields: Any) -> Accepted:
        """An event of the shop's own, a moment after the one before."""
        self.moment += timedelta(seconds=self.chance.uniform(0.5, 20))
        account = self.person.traits.get("account")
        props = fields.pop("props", {}) | ({"account": account} if account else {})
        return self._event(EventType.CUSTOM, name, props=props, **fields)

    def _page(self, number: int, is_short: bool) -> Iterator[Accepted]:
        self.query = self.query if number == 0 else ""
        is_missing = self._happens(shop.MISSED)
        known = {page: weight for page, (_, weight) in shop.PAGES.items() if page != self.path}
        self.path = pick(self.chance, shop.GONE if is_missing else known)
        title = "Not found" if is_missing else shop.PAGES[self.path][0]
        props = {"status": "404"} if is_missing else {}
        referrer = self.referrer if number == 0 else ""
        yield self._event(EventType.PAGE_VIEW, title=title, referrer=referrer, props=props)
        reading_s = min(self.chance.lognormvariate(1.6 if is_short else 3.1, 0.9), 600.0)
        self.moment += timedelta(seconds=reading_s)
        if self.moment < self.now:
            engaged_ms = int(reading_s * self.chance.uniform(500, 950))
            scroll = self.chance.choice((25, 50, 75, 100))
            yield self._event(EventType.PAGE_EXIT, engaged_ms=engaged_ms, scroll=scroll, props=self._vitals())

    def _vitals(self) -> dict[str, str]:
        """Of some page views; slower on a phone."""
        if not self._happens(shop.MEASURED):
            return {}
        slow = 1.6 if self.person.client.device == "phone" else 1.0
        lcp, inp = self.chance.lognormvariate(7.4, 0.35) * slow, self.chance.lognormvariate(4.6, 0.6) * slow
        cls = round(self.chance.expovariate(18), 3)
        return {
            "lcp": f"{lcp:.0f}",
            "inp": f"{inp:.0f}",
            "cls": str(cls),
            "fcp": f"{lcp * 0.6:.0f}",
            "ttfb": f"{lcp * 0.2:.0f}",
        }

    def _deeds(self) -> Iterator[Accepted]:
        if self._happens(shop.SEARCHED):
            yield self._event(
                EventType.SEARCH, props={"query": pick(self.chance, shop.SEARCHES), "search_type": "form"}
            )
        for probability, links, kind in (
            (shop.LEFT_FOR, shop.OUTSIDE, "outbound"), (shop.LOADED, shop.FILES, "download"),
        ):  # fmt: skip
            if self._happens(probability):
                yield self._event(EventType.CLICK, props={"href": pick(self.chance, links), "link": kind})
        if self.path.startswith("/blog") and self._happens(0.12):
            yield self._event(EventType.GOAL, "newsletter_signup")
        yield from self._purchase()

    def _purchase(self) -> Iterator[Accepted]:
        price = shop.PRICES.get(self.path)
        if price is None:
            return
        product = {"product": self.path.rpartition("/")[2], "product_name": shop.PAGES[self.path][0]}
        product["category"] = shop.CATEGORIES[self.path]
        yield self._event(EventType.CUSTOM, "product_view", props=product)
        if not self._happens(0.22):
            return
        yield self._deed("add_to_cart", props=product)
        if not self._happens(0.55):
            return
        yield self._deed("checkout_started", props=product)
        if self._happens(shop.DECLINED):
            yield self._deed("payment_failed", props=product)
        elif self._happens(0.6):
            total = price * self.chance.choice((1, 1, 1, 2, 3))
            yield self._event(EventType.GOAL, "purchase", value=total, currency=self.person.currency, props=product)
            self.person.refundable = total

    def _of_a_user(self) -> Iterator[Accepted]:
        if not self.person.user_id:
            if not self._happens(shop.SIGNED_UP):
                return
            yield from self._sign_up()
        if self._happens(shop.DESIGNED):
            failed = self._happens(shop.FAILED)
            yield self._deed("generation_started", props={"generation_type": "mug_design"})
            yield self._deed("generation_failed" if failed else "generation_completed")
        if self._happens(shop.SHARED):
            yield self._deed("referral_sent")
            if self._happens(shop.ACCEPTED):
                yield self._deed("referral_accepted")
        yield from self._club()

    def _sign_up(self) -> Iterator[Accepted]:
        person = self.person
        yield self._deed("signup_started")
        person.user_id = f"customer-{self.chance.randrange(100_000, 999_999)}"
        plan, company = pick(self.chance, shop.PLANS), self.chance.randrange(shop.ACCOUNTS)
        person.traits = {"plan": plan, "account": f"company-{company:02}", "signed_up_on": f"{self.moment:%Y-%m-%d}"}
        yield self._deed("signup_completed", traits=person.traits)

    def _club(self) -> Iterator[Accepted]:
        person = self.person
        if person.refundable and self._happens(shop.REFUNDED):
            yield self._deed("refund", value=person.refundable, currency=person.currency)
            person.refundable = 0.0
        if person.is_member and self._happens(shop.LEFT_CLUB):
            person.is_member = False
            yield self._deed("subscription_cancelled")
        elif not person.is_member and person.traits.get("plan") == "club" and self._happens(shop.JOINED_CLUB):
            person.is_member = True
            yield self._deed("subscription_created", props={"plan": "club"})
            yield self._deed(
                "payment_completed", value=shop.CLUB_PRICE, currency=person.currency, props={"plan": "club"}
            )
