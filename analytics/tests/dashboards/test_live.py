"""Sockets of dashboards: who may open one, the figures it tells, and when it is closed."""

import asyncio
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.test import Client

from analytics.dashboards import making, sharing
from analytics.models import Dashboard, DashboardAssignment
from analytics.tests.test_live import CHANGED, HOST, Socket, change, is_accepted, socket, talk
from analytics.tests.world import page_view, store_events
from analytics.views.dashboards import board
from config.asgi import application
from config.lib import clock
from workspaces import api_keys
from workspaces.models import Membership

# Sockets are served by other threads, which see only what is committed.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("event_store")]
FIGURE = {"id": "visitors", "kind": "number", "question": "s=visitors"}


@pytest.fixture
def dashboard(acme, analyst) -> Dashboard:
    config = {"period": "day", "compare": "off", "widgets": [FIGURE]}
    return making.create(acme, name="Sales", config=config, actor=analyst, now=clock.now())


def listen(client: Client, dashboard: Dashboard, query: str = "") -> Socket:
    return socket(client, dashboard, query)  # type: ignore[arg-type]  # its uid is all that counts


def without_session(dashboard: Dashboard, ticket: str, origin: bytes | None = b"https://" + HOST) -> Socket:
    headers = [(b"host", HOST), *([(b"origin", origin)] if origin else [])]
    path, query = f"/ws/dashboard/{dashboard.uid}", f"ticket={ticket}".encode()
    return Socket(application, {"type": "websocket", "path": path, "query_string": query, "headers": headers})


def ticket(client: Client, dashboard: Dashboard, **body: str) -> str:
    made = client.post(f"/api/dashboards/{dashboard.uid}/live", body, content_type="application/json")
    assert made.status_code == 201, made.content
    return str(made.json()["ticket"])


def first_words(open_socket: Socket, count: int = 1) -> list[Any]:
    async def scene() -> list[Any]:
        assert await open_socket.open()
        heard = [await open_socket.hear() for _ in range(count)]
        await open_socket.leave()
        return heard

    return list(talk(scene))


def test_a_socket_tells_the_figures_of_its_dashboard(acme, as_analyst, dashboard):
    now = clock.now().isoformat()
    store_events(acme.dataset_id(), [page_view(now, visitor=1), page_view(now, visitor=2)])

    assert first_words(listen(as_analyst, dashboard)) == [{"metric": "visitors", "value": 2, "text": "2"}]


def test_a_socket_follows_the_filters_of_its_page(acme, as_analyst, dashboard):
    now = clock.now().isoformat()
    store_events(acme.dataset_id(), [page_view(now, "/a"), page_view(now, "/b", 2), page_view(now, "/b", 3)])

    (told,) = first_words(listen(as_analyst, dashboard, "?f=is,page,/b"))
    assert told["value"] == 2


def test_a_change_tells_that_there_is_one_and_the_new_figure(acme, as_analyst, dashboard):
    async def scene() -> list[Any]:
        open_socket = listen(as_analyst, dashboard)
        await open_socket.open()
        told = [await open_socket.hear()]
        await database_sync_to_async(store_events)(acme.dataset_id(), [page_view(clock.now().isoformat())])
        await change(acme.dataset_id())
        told += [await open_socket.hear(), await open_socket.hear()]
        await change(acme.dataset_id())
        told.append(await open_socket.hear())
        assert await open_socket.receive_nothing(timeout=1.5)  # a figure that is as it was is not told again
        await open_socket.leave()
        return told

    assert talk(scene) == [
        {"metric": "visitors", "value": 0, "text": "0"},
        CHANGED,
        {"metric": "visitors", "value": 1, "text": "1"},
        CHANGED,
    ]


def test_viewers_listen_to_what_they_may_see_and_strangers_to_nothing(
    as_viewer, as_stranger, anonymous, viewer, analyst, dashboard
):
    assert not is_accepted(listen(as_viewer, dashboard))
    making.assign(dashboard, [viewer], actor=analyst, now=clock.now())

    assert is_accepted(listen(as_viewer, dashboard))
    assert not is_accepted(listen(as_stranger, dashboard))
    assert not is_accepted(listen(anonymous, dashboard))
    assert not is_accepted(listen(as_viewer, dashboard, "?env=staging"))


def test_whoever_talks_is_turned_away(as_analyst, dashboard):
    async def scene() -> int:
        open_socket = listen(as_analyst, dashboard)
        assert await open_socket.open()
        await open_socket.send_input({"type": "websocket.receive", "text": '{"subscribe": "*"}'})
        return await open_socket.closing_code()

    assert talk(scene) == 1008


def test_pages_of_other_sites_are_refused(as_analyst, dashboard):
    assert not is_accepted(socket(as_analyst, dashboard, origin=b"https://evil.example"))  # type: ignore[arg-type]
    assert not is_accepted(socket(as_analyst, dashboard, origin=b"null"))  # type: ignore[arg-type]


@pytest.mark.parametrize("ended_by", ["assignment", "dashboard", "membership"])
def test_who_may_no_longer_see_it_loses_the_socket_within_five_seconds(
    acme, as_viewer, viewer, analyst, dashboard, ended_by
):
    making.assign(dashboard, [viewer], actor=analyst, now=clock.now())
    ends = {
        "assignment": DashboardAssignment.objects.all().delete,
        "dashboard": dashboard.delete,
        "membership": Membership.objects.filter(user=viewer).delete,
    }

    async def scene() -> int:
        open_socket = listen(as_viewer, dashboard, "parts=changing")
        assert await open_socket.open()
        await database_sync_to_async(ends[ended_by])()
        return await open_socket.closing_code()

    assert talk(scene) == 4403


def test_a_ticket_opens_the_socket_for_programs_and_for_the_page_it_names(as_analyst, dashboard):
    ours = ticket(as_analyst, dashboard)
    theirs = ticket(as_analyst, dashboard, origin="https://app.example.com")

    assert is_accepted(without_session(dashboard, ours))
    assert is_accepted(without_session(dashboard, ours, origin=None))
    assert not is_accepted(without_session(dashboard, ours, b"https://app.example.com"))
    assert is_accepted(without_session(dashboard, theirs, b"https://app.example.com"))
    assert not is_accepted(without_session(dashboard, theirs, b"https://evil.example"))
    assert not is_accepted(without_session(dashboard, ours[:-2] + "xx"))
    assert not is_accepted(without_session(dashboard, "nonsense"))


def test_a_ticket_is_for_one_dashboard(as_analyst, acme, analyst, dashboard):
    other = making.create(acme, name="Other", actor=analyst, now=clock.now())

    assert not is_accepted(without_session(other, ticket(as_analyst, dashboard)))


@pytest.mark.parametrize("rests_on", ["share", "key", "person"])
def test_a_ticket_ends_with_what_it_rests_on(acme, admin, analyst, as_analyst, anonymous, dashboard, rests_on):
    about = {"actor": admin, "now": clock.now()}
    shared = sharing.create(dashboard, kind="link", name="Board", **about)
    key, raw = api_keys.issue(acme, name="Reader", kind="secret", permissions=["read"], **about)
    found, end = {
        "share": (
            lambda: _ticket_of_page(anonymous, f"/share/{sharing.secret_of(shared)}/"),
            lambda: sharing.revoke(shared, **about),
        ),
        "key": (
            lambda: ticket(Client(headers={"X-API-Key": raw}), dashboard),
            lambda: api_keys.revoke(key, **about),
        ),
        "person": (
            lambda: ticket(as_analyst, dashboard),
            Membership.objects.filter(user=analyst).delete,
        ),
    }[rests_on]
    given = found()

    async def scene() -> int:
        open_socket = without_session(dashboard, given)
        assert await open_socket.open()
        await database_sync_to_async(end)()
        return await open_socket.closing_code()

    assert talk(scene) == 4403
    assert not is_accepted(without_session(dashboard, given))


def test_figures_of_a_share_obey_what_it_locks(acme, admin, anonymous, dashboard):
    now = clock.now().isoformat()
    store_events(acme.dataset_id(), [page_view(now, "/a"), page_view(now, "/b", 2), page_view(now, "/b", 3)])
    about = {"actor": admin, "now": clock.now(), "name": "Board"}
    shared = sharing.create(dashboard, kind="link", filters=[["is", "page", ["/a"]]], **about)
    embedded = sharing.create(dashboard, kind="embed", **about)
    token = sharing.token(embedded, [["is", "page", ["/b"]]], clock.now())

    link = _ticket_of_page(anonymous, f"/share/{sharing.secret_of(shared)}/")
    frame = _ticket_of_page(anonymous, f"/embed/{embedded.uid}/?token={token}")

    assert first_words(without_session(dashboard, link))[0]["value"] == 1
    assert first_words(without_session(dashboard, frame))[0]["value"] == 2


def test_many_pages_in_one_state_cost_one_question(acme, as_analyst, dashboard, monkeypatch):
    asked: list[Any] = []
    ask = board.figures
    monkeypatch.setattr(board, "figures", lambda page, one: asked.append(page) or ask(page, one))

    async def scene() -> list[Any]:
        sockets = [listen(as_analyst, dashboard) for _ in range(20)]
        await asyncio.gather(*(each.open() for each in sockets))
        told = [await each.hear() for each in sockets]
        for each in sockets:
            await each.leave()
        return told

    assert talk(scene) == [{"metric": "visitors", "value": 0, "text": "0"}] * 20
    assert len(asked) <= 2  # those who came after the first look wait for the second


def _ticket_of_page(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    return page.split("ticket=")[1].split('"')[0].split("&amp;")[0]
