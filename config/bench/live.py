"""(h) A thousand open dashboards while a hundred events a second come in: what the live process costs, and how long it
takes from the answer to an event until a reader's browser shows it: alone, and beside the others.

The readers are sockets without a browser, a hundred on each of ten dashboards, which are sent what pages are sent; one
more dashboard is open in Chromium. It takes about six minutes.
"""

import argparse
import asyncio
import json
import multiprocessing
import threading
import time
import uuid
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from typing import Any

from playwright.sync_api import Page, sync_playwright
from websockets.asyncio.client import connect

from config.launcher import chromium
from config.rig import clients, cost
from config.rig.stack import Stack, Tenant
from config.testing.pages import ARGUMENTS

DASHBOARDS, READERS = 10, 100
EVENTS_A_SECOND = 100
PROBES = 120  # for each figure
BEFORE = 200  # sent first: numbers that stand nowhere else on the page
PATIENCE_S = 60
PROBE = "s=events;is,event,probe"
SHOWN = r"""([selector, text]) => document.querySelector(selector)?.textContent.split(/\D+/).includes(text)"""


def measure(options: argparse.Namespace) -> Iterator[tuple[str, object]]:
    """1,000 sockets, 100 events a second: cost of the live process, and acknowledged → shown in Chromium"""
    with Stack() as stack:
        tenant = stack.tenant("bench live")
        addresses = [_socket(stack, tenant, _dashboard(stack, tenant, f"Board {n}")) for n in range(DASHBOARDS)]
        yield "idle: memory of the live process, MB", round(_memory(stack))
        with _Reader(stack, tenant) as reader:
            yield from reader.delays("alone")
            with _Crowd(stack, tenant, addresses) as crowd:
                yield from crowd.cost(options.seconds).items()
                yield from reader.delays("beside 1,000 readers")


def _dashboard(stack: Stack, tenant: Tenant, name: str) -> str:
    """The uid of a dashboard with four figures, a chart and a table."""
    widgets = [
        {"id": "probe", "kind": "number", "question": PROBE},
        *({"kind": "number", "metric": metric} for metric in ("visitors", "pageviews", "visits")),
        {"kind": "series", "question": "s=visitors"},
        {"id": "names", "kind": "bar", "question": "by=event&m=events&where=is,event,probe"},
    ]
    config = {"period": "day", "widgets": widgets}
    return str(_post(stack, tenant, "/api/v1/dashboards", {"name": name, "config": config})["id"])


def _socket(stack: Stack, tenant: Tenant, uid: str) -> str:
    ticket = _post(stack, tenant, f"/api/v1/dashboards/{uid}/live", {})
    return f"ws://127.0.0.1:{stack.port + 1}{ticket['path']}&parts=changing"


def _post(stack: Stack, tenant: Tenant, path: str, body: Any) -> Any:
    address = f"{path}?workspace={tenant.workspace}"
    return stack.request("POST", address, body, Authorization=f"Bearer {tenant.token}")


class _Crowd:
    """The readers, in a process of their own, and the visitors."""

    def __init__(self, stack: Stack, tenant: Tenant, addresses: list[str]) -> None:
        self.stack, self.tenant, self.sent = stack, tenant, 0
        spawn = multiprocessing.get_context("spawn")
        self.open, self.over, self.heard = spawn.Event(), spawn.Event(), spawn.Value("i", 0)
        self.readers = spawn.Process(target=_read, args=(addresses, self.open, self.over, self.heard), daemon=True)
        self.visitors = threading.Thread(target=self._visit, daemon=True)

    def __enter__(self) -> "_Crowd":
        began = time.monotonic()
        self.readers.start()
        if not self.open.wait(120):
            raise TimeoutError("the sockets did not open")
        self.opening_s = time.monotonic() - began
        self.visitors.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self.over.set()
        self.readers.join(30)
        self.visitors.join(10)

    def cost(self, seconds: float) -> dict[str, object]:
        live = self.stack.pid("live")
        time.sleep(3)
        before, heard, sent, began = cost.cpu_seconds(live), self.heard.value, self.sent, time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - began
        return {
            "1,000 sockets opened in, s": round(self.opening_s, 1),
            "live process, CPU seconds a second": round((cost.cpu_seconds(live) - before) / took, 2),
            "live process, memory, MB": round(_memory(self.stack)),
            "events acknowledged a second": round((self.sent - sent) / took),
            "messages told a second": round((self.heard.value - heard) / took),
        }

    def _visit(self) -> None:
        client = clients.Client(self.stack.port, self.tenant.key)
        began = time.monotonic()
        while not self.over.wait(max(0.0, began + self.sent / EVENTS_A_SECOND - time.monotonic())):
            client.send(clients.page_views(1, visitor=f"visitor-{self.sent % 500}"))
            self.sent += 1
        client.close()


def _read(addresses: list[str], is_open: Event, over: Event, heard: Any) -> None:
    asyncio.run(_listen(addresses, is_open, over, heard))


async def _listen(addresses: list[str], is_open: Event, over: Event, heard: Any) -> None:
    gate = asyncio.Semaphore(20)

    async def reader(address: str) -> None:
        async with gate:
            socket = await connect(address, compression=None, open_timeout=60, ping_interval=None)
        ready.append(socket)
        async for _ in socket:
            heard.value += 1

    ready: list[Any] = []
    tasks = [asyncio.create_task(reader(each)) for each in addresses for _ in range(READERS)]
    while len(ready) < len(tasks):
        await asyncio.sleep(0.1)
    is_open.set()
    while not over.is_set():
        await asyncio.sleep(0.2)
    for task in tasks:
        task.cancel()


class _Reader:
    """A dashboard that is open in Chromium, with a figure and a table of the probes."""

    def __init__(self, stack: Stack, tenant: Tenant) -> None:
        self.stack, self.tenant, self.sent = stack, tenant, 0

    def __enter__(self) -> "_Reader":
        uid = _dashboard(self.stack, self.tenant, "Open in a browser")
        self.playwright = sync_playwright().start()
        self.browser = self.playwright.chromium.launch(executable_path=chromium.path(), args=ARGUMENTS)
        self.page = self.browser.new_page(bypass_csp=True)  # wait_for_function evaluates text
        _sign_in(self.stack, self.page)
        self.page.goto(f"{self.stack.url}/w/{self.tenant.slug}/dashboards/{uid}/")
        self.page.locator("[data-live-state=online]").first.wait_for()
        self._probe(BEFORE)
        return self

    def __exit__(self, *ended: object) -> None:
        self.browser.close()
        self.playwright.stop()

    def delays(self, where: str) -> Iterator[tuple[str, object]]:
        """From the answer to an event until the page shows it: each probe moves a figure and a table."""
        places = {"a figure": "#widget-probe [data-metric]", "a table": "#widget-names"}
        delays: dict[str, list[float]] = {name: [] for name in places}
        for _ in range(PROBES):
            answered = self._probe(1)
            for name, selector in places.items():
                self.page.wait_for_function(SHOWN, arg=[selector, str(self.sent)], timeout=PATIENCE_S * 1000)
                delays[name].append(time.monotonic() - answered)
            time.sleep(delays[name][-1] % 0.5)  # so that the probes do not march in step with the page
        for name, found in delays.items():
            yield f"{name} changed, {where}", _spread(found)

    def _probe(self, count: int) -> float:
        """When they were acknowledged."""
        client = clients.Client(self.stack.port, self.tenant.key)
        event = {"event_type": "probe", "visitor_id": "probe", "properties": {}}
        client.send([{"id": str(uuid.uuid4()), **event} for _ in range(count)])
        client.close()
        self.sent += count
        return time.monotonic()


def _spread(delays: list[float]) -> str:
    found = sorted(delays)
    middle, late = found[len(found) // 2], found[int(len(found) * 0.99)]
    return f"p50 {middle:.2f} s, p99 {late:.2f} s, of {len(found)}"


def _sign_in(stack: Stack, page: Page) -> None:
    login = json.loads(stack.manage("demo", "--show").strip().splitlines()[-1])
    page.goto(f"{stack.url}/accounts/login/")
    page.fill("input[type=email]", login["email"])
    page.fill("input[type=password]", login["password"])
    page.click("form .btn-primary")
    page.wait_for_url("**/w/**")


def _memory(stack: Stack) -> float:
    return cost.memory_mb(stack.pid("live"))
