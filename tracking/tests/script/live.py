"""A customer's website whose events go to the real collector: do this on the page, find these events in its log."""

import json
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Request

from tracking.events import Accepted
from tracking.tests import door
from tracking.tests.script.website import QUICK, SECONDS, Website

KEY = "mp_test_1234567890abcdef"  # in the fixtures' tag


class Live:
    """`bodies` are the requests as they left the browser, `refused` what was said in the console as an error."""

    def __init__(self, page: Page, site: Website, dataset_id: int, key: str) -> None:
        self.page, self.site, self.dataset_id, self.key = page, site, dataset_id, key
        self.bodies: list[str] = []
        self.methods: set[str] = set()
        self.errors: list[str] = []
        page.context.on("request", self._request)
        self.troubles: list[str] = []  # what the browser could not load; only for the message of a failed test
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)

    def _request(self, request: Request) -> None:
        if "/api/v1/collect" in request.url:
            self.methods.add(request.method)
            self.bodies.append(request.post_data or "")

    def open(self, body: str = "", options: str = "", path: str = "", before: str = "") -> None:
        """Opens a page with `body`, and waits until its parts are there."""
        address = self.site.show(options=f"{QUICK} {options}", body=body, before=before)
        self.site.html = self.site.html.replace(KEY.encode(), self.key.encode())
        self.page.goto(address + path)
        self.wait(lambda: self.events("page_view") or "only-identify" in options or None)

    def all_sent(self) -> list[dict[str, Any]]:
        return [event for body in self.bodies for event in json.loads(body)["events"]]

    def sent(self, kind: str) -> list[dict[str, Any]]:
        """Properties as they left the browser: the collector keeps no addresses and no names of people."""
        return [event["properties"] for event in self.all_sent() if event["event_type"] == kind]

    def events(self, kind: str = "") -> list[Accepted]:
        """What the collector took, oldest first."""
        found = door.events(self.dataset_id)
        return [event for event in sorted(found, key=lambda each: each.at_ms) if kind in ("", event.type)]

    def props(self, kind: str) -> list[dict[str, str]]:
        return [event.props for event in self.events(kind)]

    def wait(self, done: Callable[[], Any]) -> Any:
        """The first true answer of `done`, while the browser goes on."""
        deadline = time.monotonic() + SECONDS
        while not (found := done()):
            arrived = [event.type for event in self.events()]
            assert time.monotonic() < deadline, f"did not arrive; what did: {arrived} {self.troubles}"
            self.page.wait_for_timeout(30)
        return found

    def one(self, kind: str) -> Accepted:
        """The only event of this kind; a second one has half a second to show itself."""
        self.wait(lambda: self.events(kind))
        self.settle()
        found = self.events(kind)
        assert len(found) == 1, [event.props for event in found]
        return found[0]

    def settle(self) -> None:
        """Until nothing can be on its way."""
        self.page.wait_for_timeout(400)

    def none(self, *kinds: str) -> None:
        self.settle()
        assert [event.type for event in self.events() if event.type in kinds] == []
