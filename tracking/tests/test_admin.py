"""The operators' event browser: what it finds, what it never shows, who may look."""

import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tracking import store
from tracking.tests.door import NOW_MS
from workspaces.models import Workspace

pytestmark = pytest.mark.usefixtures("clock", "event_store")
PAGE = "/admin/tracking/event/"


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "correct horse battery staple"))
    return client


def keep(dataset_id: int, *rows: dict[str, Any]) -> None:
    """Stores events: a page view of visitor 1 at /, a minute ago, where nothing else is said."""
    usual = {"ts": NOW_MS - 60_000, "type": "page_view", "name": "page_view", "visitor_id": 1, "path": "/", "props": {}}
    full = [usual | {"dataset_id": dataset_id, "event_id": uuid.uuid4().bytes} | row for row in rows]
    store.insert("events", {name: [row[name] for row in full] for name in full[0]}, token=uuid.uuid4().hex)


def look(operator: Client, place: Workspace, **asked: Any) -> str:
    answer = operator.get(PAGE, {"workspace": place.pk, **asked})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_latest_events_of_a_workspace_come_first(operator, acme, globex):
    keep(acme.dataset_id(), {"path": "/older", "ts": NOW_MS - 5000}, {"path": "/newer", "ts": NOW_MS - 1000})
    keep(globex.dataset_id(), {"path": "/of-globex"})
    keep(acme.dataset_id("test"), {"path": "/of-tests"})

    page = look(operator, acme)

    assert page.index("/newer") < page.index("/older")
    assert "/of-globex" not in page
    assert "/of-tests" not in page
    assert "/of-tests" in look(operator, acme, environment="test")


def test_events_are_found_by_name_visitor_and_time(operator, acme):
    keep(
        acme.dataset_id(),
        {"name": "signup", "type": "custom", "path": "/named"},
        {"visitor_id": 2**64 - 1, "path": "/visited"},
        {"ts": NOW_MS - 3 * 86_400_000, "path": "/three-days-ago"},
    )

    def found(**asked: object) -> set[str]:
        page = look(operator, acme, **asked)
        return {path for path in ("/named", "/visited", "/three-days-ago") if path in page}

    assert found() == {"/named", "/visited", "/three-days-ago"}
    assert found(name="signup") == {"/named"}
    assert found(visitor=2**64 - 1) == {"/visited"}
    assert found(start="2026-03-07 00:00", end="2026-03-08 00:00") == {"/three-days-ago"}


def test_pages_continue_after_the_last_event_even_of_the_same_moment(operator, acme):
    paths = [f"/p{number:03}/" for number in range(60)]
    keep(acme.dataset_id(), *({"path": path} for path in paths))

    first = operator.get(PAGE, {"workspace": acme.pk})
    second = operator.get(f"{PAGE}?{first.context['older']}")

    seen = [[path for path in paths if path in answer.content.decode()] for answer in (first, second)]
    assert (len(seen[0]), len(seen[1])) == (50, 10)
    assert sorted(seen[0] + seen[1]) == paths
    assert second.context["older"] == ""


def test_what_a_visitor_wrote_is_shown_as_text(operator, acme):
    keep(acme.dataset_id(), {"path": "/<script>alert(1)</script>", "props": {"a": "<b>"}})

    page = look(operator, acme)

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    "asked",
    [
        {"workspace": "0"},
        {"visitor": "x"},
        {"visitor": 2**64},
        {"after": "x"},
        {"after": "9" * 30 + ".x"},
        {"start": "x"},
        {"start": "2026-03-08 00:00", "end": "2026-03-07 00:00"},
    ],
)
def test_a_faulty_question_is_explained(operator, acme, asked):
    assert "errorlist" in look(operator, acme, **asked)


def test_without_the_store_the_page_says_so(operator, acme, settings):
    settings.EVENT_STORE_URL = "http://default:@127.0.0.1:1/nowhere"

    assert "The event store gave no answer" in look(operator, acme)


def test_strangers_and_members_do_not_get_in(acme, as_owner, anonymous):
    for client in (as_owner, anonymous):
        answer = client.get(PAGE, {"workspace": acme.pk})
        assert answer.status_code == 302
        assert "login" in answer.headers["Location"]


def test_an_operator_needs_the_permission(acme):
    client = Client()
    client.force_login(User.objects.create_user("staff@example.com", "correct horse battery staple", is_staff=True))

    assert client.get(PAGE, {"workspace": acme.pk}).status_code == 403


def test_workspaces_of_the_same_name_are_told_apart(operator, acme):
    page = operator.get(PAGE).content.decode()

    assert "Acme: Acme (acme)" in page
