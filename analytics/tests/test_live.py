"""Sockets of the overview: who may open one, what it says, and when it is closed."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.test import Client

from accounts.models import User
from analytics.reports import realtime
from analytics.tests.world import page_view, store_events
from config.asgi import application
from config.lib import clock
from config.lib.redis_clients import buffer_client
from workspaces.models import Membership, Workspace

# Sockets are served by other threads, which see only what is committed.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("event_store")]
HOST = b"acme.metricpal.example"
CHANGED = {"changed": 1234, "pause_ms": 10}  # for the only page of the process


class Socket(ApplicationCommunicator):
    """A browser's end of a WebSocket, spoken to in ASGI messages."""

    async def open(self) -> bool:
        """Whether it was accepted."""
        await self.send_input({"type": "websocket.connect"})
        return (await self.receive_output(timeout=3))["type"] == "websocket.accept"

    async def hear(self) -> Any:
        return json.loads((await self.receive_output(timeout=8))["text"])

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=3)

    async def closing_code(self) -> int:
        async with asyncio.timeout(5):
            while (message := await self.receive_output(timeout=5))["type"] != "websocket.close":
                pass
        return int(message["code"])


def socket(client: Client, workspace: Workspace, query: str = "", origin: bytes = b"https://" + HOST) -> Socket:
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()).encode()
    return Socket(
        application,
        {
            "type": "websocket",
            "path": f"/ws/dashboard/{workspace.uid}",
            "query_string": query.removeprefix("?").encode(),
            "headers": [(b"host", HOST + b":8001"), (b"origin", origin), (b"cookie", cookies)],
        },
    )


def talk(scene: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """In a thread of its own: in this one Playwright's loop may be running already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(scene())).result()


def is_accepted(one: Socket) -> bool:
    async def scene() -> bool:
        accepted = await one.open()
        await one.leave()
        return accepted

    return bool(talk(scene))


def test_members_may_listen_and_others_may_not(acme, as_viewer, as_stranger, anonymous):
    assert is_accepted(socket(as_viewer, acme))
    assert not is_accepted(socket(as_stranger, acme))
    assert not is_accepted(socket(anonymous, acme))


def test_other_addresses_are_refused(acme, as_viewer):
    elsewhere = socket(as_viewer, acme)
    elsewhere.scope["path"] = "/ws/elsewhere"

    assert not is_accepted(elsewhere)


def test_pages_of_other_sites_are_refused_though_the_browser_sends_the_cookie(acme, as_viewer, settings):
    settings.ALLOWED_HOSTS = ["*"]

    assert not is_accepted(socket(as_viewer, acme, origin=b"https://evil.example"))
    assert not is_accepted(socket(as_viewer, acme, origin=b"null"))
    assert is_accepted(socket(as_viewer, acme, origin=b"https://" + HOST + b":8000"))  # another port


def test_a_socket_tells_who_is_here_and_that_something_changed(acme, as_viewer):
    now = clock.now().isoformat()
    bot = page_view(now, visitor=3, client={"bot": "Googlebot"})
    store_events(acme.dataset_id(), [page_view(now, visitor=1), page_view(now, visitor=2), bot])

    async def scene() -> list[Any]:
        open_socket = socket(as_viewer, acme)
        await open_socket.open()
        first = await open_socket.hear()
        await change(acme.dataset_id())
        second = await open_socket.hear()
        await open_socket.leave()
        return [first, second]

    assert talk(scene) == [{"metric": "visitors_now", "value": 2}, CHANGED]


def test_a_change_that_nobody_announced_is_noticed_all_the_same(acme, as_viewer):
    tick = f"tick:{acme.dataset_id()}"

    async def scene() -> list[Any]:
        open_socket = socket(as_viewer, acme)
        await open_socket.open()
        first = await open_socket.hear()
        await asyncio.sleep(0.3)  # the page has looked at the tick, which was not there
        buffer_client().set(tick, 1700)
        second = await open_socket.hear()
        await open_socket.leave()
        return [first, second]

    assert talk(scene) == [{"metric": "visitors_now", "value": 0}, CHANGED | {"changed": 1700}]


def test_a_socket_hears_of_its_own_dataset_alone(acme, globex, as_viewer):
    async def scene() -> list[bool]:
        live, test = socket(as_viewer, acme), socket(as_viewer, acme, "?env=test")
        for each in (live, test):
            await each.open()
            await each.hear()  # who is here now
        await change(globex.dataset_id())
        await change(acme.dataset_id("test"))
        heard = await test.hear()
        silent = await live.receive_nothing(timeout=0.5)
        for each in (live, test):
            await each.leave()
        return [heard == CHANGED | {"pause_ms": 20}, silent]

    assert talk(scene) == [True, True]


@pytest.mark.parametrize("ended_by", ["membership", "session", "new epoch"])
def test_who_loses_the_right_loses_the_socket_within_five_seconds(acme, viewer, as_viewer, ended_by):
    ends = {
        "membership": Membership.objects.filter(user=viewer).delete,
        "session": as_viewer.logout,
        "new epoch": lambda: User.objects.filter(pk=viewer.pk).update(session_epoch=1),  # signed out elsewhere
    }

    async def scene() -> int:
        open_socket = socket(as_viewer, acme)
        await open_socket.open()
        await open_socket.hear()
        await database_sync_to_async(ends[ended_by])()
        return await open_socket.closing_code()

    assert talk(scene) == 4403


def test_many_pages_cost_one_count(acme, as_viewer, monkeypatch):
    counts: list[int] = []
    ask = realtime._ask
    monkeypatch.setattr(realtime, "_ask", lambda dataset_id, now: counts.append(dataset_id) or ask(dataset_id, now))

    async def scene() -> list[Any]:
        sockets = [socket(as_viewer, acme) for _ in range(20)]
        for each in sockets:
            await each.open()
        told = [await each.hear() for each in sockets]
        for each in sockets:
            await each.leave()
        return told

    assert talk(scene) == [{"metric": "visitors_now", "value": 0}] * 20
    assert counts == [acme.dataset_id()]


async def change(dataset_id: int) -> None:
    """What the writer says after it stored a batch."""
    await get_channel_layer().group_send(f"dataset-{dataset_id}", {"type": "dataset.changed", "as_of_ms": 1234})
