"""Parts of dashboards that sockets send: drawn once for all who see the same, and for nobody who may not."""

import asyncio
import gzip
import json
import re
from collections.abc import Coroutine
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.test import Client

from analytics.dashboards import making, sharing
from analytics.live import tickets
from analytics.models import Dashboard
from analytics.tests.dashboards.test_live import listen, without_session
from analytics.tests.test_live import CHANGED, Socket, change, is_accepted, talk
from analytics.tests.world import page_view, store_events
from analytics.views.dashboards import board
from config.lib import clock
from tracking.store import StoreUnavailable

# Sockets are served by other threads, which see only what is committed.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("event_store")]
PAGES = {"id": "pages", "kind": "bar", "question": "by=page&m=visitors"}
NOTE = {"id": "note", "kind": "text", "text": "What we sell"}
PARTS = "parts=changing"


@pytest.fixture
def dashboard(acme, analyst) -> Dashboard:
    config = {"period": "day", "compare": "off", "widgets": [PAGES, NOTE]}
    return making.create(acme, name="Sales", config=config, actor=analyst, now=clock.now())


async def parts(open_socket: Socket) -> str:
    """The next ones that are sent."""
    while "bytes" not in (message := await open_socket.receive_output(timeout=8)):
        pass
    return gzip.decompress(message["bytes"]).decode()


def first_parts(open_socket: Socket) -> str:
    async def scene() -> str:
        assert await open_socket.open()
        found = await parts(open_socket)
        await open_socket.leave()
        return found

    return str(talk(scene))


def seen(html: str) -> set[str]:
    """The pages of the table."""
    return set(re.findall(r">\s*(/\w+)\s*<", html))


def visit(acme: Any, *paths: str) -> Coroutine[Any, Any, Any]:
    now = clock.now().isoformat()
    views = [page_view(now, path, visitor=number) for number, path in enumerate(paths)]
    return database_sync_to_async(store_events)(acme.dataset_id(), views)


def test_a_page_is_sent_all_its_parts_when_it_comes_and_then_those_that_changed(acme, as_analyst, dashboard):
    async def scene() -> list[str]:
        open_socket = listen(as_analyst, dashboard, PARTS)
        await open_socket.open()
        found = [await parts(open_socket)]
        await visit(acme, "/here")
        await change(acme.dataset_id())
        found.append(await parts(open_socket))
        await open_socket.leave()
        return found

    first, then = talk(scene)
    assert 'id="widget-pages"' in first and "What we sell" in first and "/here" not in first
    assert 'id="widget-pages"' in then and "/here" in then and "What we sell" not in then


def test_what_changes_while_a_page_rests_is_sent_afterwards(acme, as_analyst, dashboard):
    async def scene() -> str:
        open_socket = listen(as_analyst, dashboard, PARTS)
        await open_socket.open()
        await parts(open_socket)
        for path in ("/a", "/b", "/c"):
            await visit(acme, path)
            await change(acme.dataset_id())
        found = await parts(open_socket)
        if "/c" not in found:
            found = await parts(open_socket)
        await open_socket.leave()
        return found

    assert seen(talk(scene)) == {"/a", "/b", "/c"}


def test_parts_are_those_that_the_page_itself_has(acme, as_analyst, dashboard):
    store_events(acme.dataset_id(), [page_view(clock.now().isoformat(), "/here")])

    sent = first_parts(listen(as_analyst, dashboard, PARTS))

    asked = as_analyst.get(f"/w/acme/dashboards/{dashboard.uid}/", headers={"HX-Target": "dashboard"})
    widgets = re.findall(r"<section.*?</section>", asked.content.decode(), re.DOTALL)
    assert len(widgets) == 2 and re.findall(r"<section.*?</section>", sent, re.DOTALL) == widgets


def test_many_pages_in_one_state_are_drawn_once(acme, as_analyst, dashboard, monkeypatch):
    drawn: list[int] = []
    draw = board.parts
    monkeypatch.setattr(board, "parts", lambda *page, **others: drawn.append(1) or draw(*page, **others))

    async def scene() -> set[str]:
        sockets = [listen(as_analyst, dashboard, PARTS) for _ in range(20)]
        await asyncio.gather(*(each.open() for each in sockets))
        await asyncio.gather(*(parts(each) for each in sockets))
        drawn.clear()
        await visit(acme, "/here")
        await change(acme.dataset_id())
        found = await asyncio.gather(*(parts(each) for each in sockets))
        for each in sockets:
            await each.leave()
        return set(found)

    assert [seen(html) for html in talk(scene)] == [{"/here"}]
    assert len(drawn) == 1


def test_a_page_that_is_sent_its_parts_is_not_told_to_ask_and_keeps_nobody_waiting(acme, as_analyst, dashboard):
    async def scene() -> list[Any]:
        page, program = listen(as_analyst, dashboard, PARTS), listen(as_analyst, dashboard)
        for each in (page, program):
            await each.open()
        await parts(page)
        await change(acme.dataset_id())
        heard = await program.hear()
        stamp = await parts(page)
        for each in (page, program):
            await each.leave()
        return [heard, stamp]

    heard, stamp = talk(scene)
    assert heard == CHANGED  # the pause of a single page: the other does not ask
    assert "<section" not in stamp


def test_a_page_hears_its_figures_as_one_message(acme, as_analyst, analyst):
    widgets = [{"kind": "number", "metric": metric} for metric in ("visitors", "pageviews")]
    made = making.create(acme, name="Two", config={"period": "day", "widgets": widgets}, actor=analyst, now=clock.now())

    async def scene() -> Any:
        open_socket = listen(as_analyst, made, PARTS)
        await open_socket.open()
        while "text" not in (message := await open_socket.receive_output(timeout=8)):
            pass
        await open_socket.leave()
        return json.loads(message["text"])

    assert [(each["metric"], each["value"]) for each in talk(scene)] == [("visitors", 0), ("pageviews", 0)]


def test_a_store_that_is_away_for_a_moment_keeps_a_page_waiting_and_no_longer(as_analyst, dashboard, monkeypatch):
    draw, tries = board.parts, iter([True, False])

    def fails_once(*page: Any, **others: Any) -> dict[str, str]:
        if next(tries):
            raise StoreUnavailable("gone")
        return draw(*page, **others)

    monkeypatch.setattr(board, "parts", fails_once)

    assert "What we sell" in first_parts(listen(as_analyst, dashboard, PARTS))


def test_everybody_is_sent_what_they_may_see_and_nothing_of_the_others(acme, admin, as_analyst, anonymous, dashboard):
    about = {"actor": admin, "now": clock.now(), "name": "Board"}
    link = sharing.create(dashboard, kind="link", filters=[["is", "page", ["/a"]]], **about)
    embed = sharing.create(dashboard, kind="embed", **about)
    tokens = [sharing.token(embed, [["is", "page", [path]]], clock.now()) for path in ("/b", "/c")]
    frames = [_socket(anonymous, dashboard, f"/embed/{embed.uid}/?token={token}") for token in tokens]
    shared = _socket(anonymous, dashboard, f"/share/{sharing.secret_of(link)}/")

    async def scene() -> list[str]:
        sockets = [listen(as_analyst, dashboard, PARTS), shared, *frames]
        for each in sockets:
            await each.open()
        await asyncio.gather(*(parts(each) for each in sockets))
        await visit(acme, "/a", "/b", "/c")
        await change(acme.dataset_id())
        found = await asyncio.gather(*(parts(each) for each in sockets))
        for each in sockets:
            await each.leave()
        return found

    member, outside, first, second = talk(scene)
    assert [seen(each) for each in (member, outside, first, second)] == [{"/a", "/b", "/c"}, {"/a"}, {"/b"}, {"/c"}]
    assert [".csv" in each for each in (member, outside, first, second)] == [True, False, False, False]
    assert tokens[0] in first and tokens[1] in second
    assert not any(token in other for token, other in zip(tokens, (second, first), strict=True))
    assert not any(token in each for token in tokens for each in (member, outside))


def test_the_neighbour_hears_nothing_of_it(acme, globex, stranger, as_stranger, dashboard):
    theirs = making.create(globex, name="Sales", config=dashboard.config, actor=stranger, now=clock.now())

    async def scene() -> bool:
        open_socket = listen(as_stranger, theirs, PARTS)
        await open_socket.open()
        await parts(open_socket)
        await visit(acme, "/secret")
        await change(acme.dataset_id())
        silent = await open_socket.receive_nothing(timeout=2)
        await open_socket.leave()
        return bool(silent)

    assert talk(scene)
    assert not is_accepted(listen(as_stranger, dashboard, PARTS))


def test_the_socket_of_an_embed_ends_with_its_token(admin, dashboard):
    embed = sharing.create(dashboard, kind="embed", name="Board", actor=admin, now=clock.now())
    now = clock.now().timestamp()
    over, ahead = (
        tickets.sign(tickets.Ticket(dashboard.pk, embed.pk, filters=[], ends_at=now + seconds)) for seconds in (-1, 60)
    )

    assert is_accepted(without_session(dashboard, ahead))
    assert not is_accepted(without_session(dashboard, over))


def _socket(client: Client, dashboard: Dashboard, address: str) -> Socket:
    """As the page at this address opens it."""
    page = client.get(address).content.decode()
    path = page.split('data-socket="')[1].split('"')[0].replace("&amp;", "&")
    made = without_session(dashboard, "")
    made.scope["query_string"] = path.partition("?")[2].encode()
    return made
