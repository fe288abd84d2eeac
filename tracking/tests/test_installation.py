"""What the install page says: each sign leads to one sentence, and the real door, log and writer stand behind it."""

import pytest

from config.lib import clock
from config.testing.world import NOW
from tracking import installation
from tracking.installation import Signs, diagnose
from tracking.tests.door import CHROME, post
from workspaces import api_keys, organizations, refusals

PERSON, BOT = {"bot": "", "name": "page_view"}, {"bot": "Googlebot", "name": "page_view"}


@pytest.mark.parametrize(
    "signs, code",
    [
        (Signs(), "waiting"),
        (Signs(newest=[BOT, PERSON], stored_at=NOW), "arrived"),
        (Signs(newest=[BOT], stored_at=NOW), "bots"),
        (Signs(refused={"origin": "https://other.example"}, stored_at=NOW), "origin"),
        (Signs(refused={"ended_key": "mp_live_abcdef"}, accepted_today_test=3), "ended_key"),
        (Signs(stored_at=NOW), "earlier"),
        (Signs(accepted_today=1), "storing"),
        (Signs(rejected_today={"too_old": 2, "name": 1}), "rejected"),
        (Signs(accepted_today_test=1), "test_key"),
        (Signs(accepted_today_test=2, trials_today=2), "tested"),
        (Signs(accepted_today_test=3, trials_today=2), "test_key"),
    ],
)
def test_each_sign_leads_to_one_finding(signs, code):
    assert diagnose(signs).code == code


def test_only_an_event_of_a_person_ends_the_waiting():
    assert diagnose(Signs(newest=[PERSON])).is_done
    assert not diagnose(Signs(newest=[BOT])).is_done


def test_the_commonest_fault_is_named_in_words():
    assert "too old" in diagnose(Signs(rejected_today={"too_old": 2, "name": 1})).headline


@pytest.fixture(autouse=True)
def nothing_noted(db):
    refusals._noted.clear()
    api_keys.forget()


@pytest.fixture
def shop(acme, owner):
    """A workspace as it is born, with its two publishable keys."""
    return organizations.create_workspace(acme.organization, name="Shop", domain="shop.example", actor=owner, now=NOW)


def key_of(workspace, environment="live") -> str:
    return workspace.api_keys.get(environment=environment).raw


def page_view(key: str, agent: str = CHROME, **headers: str):
    body = {"events": [{"event_type": "page_view", "session_id": "s", "properties": {"url": "https://shop.example/a"}}]}
    return post(body, key, User_Agent=agent, **headers)


def code(client) -> str:
    html = client.get("/w/shop/install/state/").content.decode()
    return html.partition("?seen=")[2].partition('"')[0] or "arrived"


def test_the_page_turns_green_with_the_first_event_and_stops_asking(as_owner, shop, writer):
    assert code(as_owner) == "waiting"
    assert "is-waiting" in as_owner.get("/w/shop/install/state/").content.decode()  # the dot: amber
    assert page_view(key_of(shop)).status_code == 200
    assert code(as_owner) == "storing"
    assert "is-waiting" not in as_owner.get("/w/shop/install/state/").content.decode()
    writer.store_next(0)
    html = as_owner.get("/w/shop/install/state/").content.decode()
    assert "Events are arriving" in html and "shop.example/a" in html
    assert "hx-trigger" not in html


def test_while_nothing_changes_the_page_is_left_alone(as_owner, shop, event_store):
    assert as_owner.get("/w/shop/install/state/?seen=waiting").status_code == 204


def test_the_page_tells_a_test_key_a_revoked_key_and_a_foreign_host_apart(as_owner, shop, owner, event_store):
    page_view(key_of(shop, "test"))
    assert code(as_owner) == "test_key"
    old = shop.api_keys.get(environment="live")
    api_keys.rotate(old, actor=owner, now=clock.now(), overlap_hours=0)
    assert page_view(old.raw).status_code == 401
    assert code(as_owner) == "ended_key"
    organizations.update_workspace(shop, {"allowed_hosts": ["shop.example"]}, actor=owner, now=clock.now())
    fresh = shop.api_keys.live_at(clock.now()).get(environment="live")
    assert page_view(fresh.raw, Origin="https://other.example").status_code == 403
    assert code(as_owner) == "origin"
    assert b"https://other.example" in as_owner.get("/w/shop/install/state/").content


def test_bots_alone_are_told_as_bots(as_owner, shop, writer):
    page_view(key_of(shop), agent="Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    writer.store_next(0)
    assert code(as_owner) == "bots"


def test_a_test_event_goes_the_whole_way_into_the_test_data(as_owner, shop, writer):
    sent = as_owner.post("/w/shop/install/test/").content.decode()
    poll = sent.partition('hx-get="')[2].partition('"')[0]
    assert as_owner.get(poll).status_code == 204
    writer.store_next(0)
    assert b"Stored." in as_owner.get(poll).content
    assert code(as_owner) == "tested"  # and the live data has none of it
    rows = installation.browse.latest(
        shop.dataset_id("test"),
        installation.browse.Wanted(clock.now() - installation.LATELY, clock.now() + installation.LATELY),
    ).rows
    assert sorted(row["name"] for row in rows) == ["Test event", "page_view"]


def test_a_test_event_leaves_the_page_waiting_and_a_website_with_the_test_key_does_not(as_owner, shop, event_store):
    as_owner.post("/w/shop/install/test/")
    html = as_owner.get("/w/shop/install/state/?seen=waiting").content.decode()
    assert "The test event arrived. Now waiting for your website" in html
    assert "test key" not in html
    page_view(key_of(shop, "test"))
    assert code(as_owner) == "test_key"


def test_without_a_test_key_the_button_says_so(as_owner, shop):
    shop.api_keys.filter(environment="test").delete()
    assert b"no publishable test key" in as_owner.post("/w/shop/install/test/").content


@pytest.mark.parametrize("at", ["", "x", "-1", "9" * 30])
def test_a_strange_moment_in_the_poll_is_not_stored_yet(as_owner, shop, event_store, at):
    assert as_owner.get(f"/w/shop/install/test/?at={at}").status_code in (204, 200)


def test_each_platform_has_a_snippet_with_the_live_key_and_this_host(as_owner, shop, event_store):
    html = as_owner.get("/w/shop/install/").content.decode()
    for platform in ("html", "react", "django", "curl"):
        text = html.partition(f'id="snippet-{platform}">')[2].partition("</code>")[0]
        assert key_of(shop) in text and "http://testserver" in text, platform
    assert key_of(shop, "test") not in html


def test_without_a_live_key_the_page_leads_to_the_keys(as_owner, shop, owner, event_store):
    api_keys.revoke(shop.api_keys.get(environment="live"), actor=owner, now=clock.now())
    assert b"No publishable live key works" in as_owner.get("/w/shop/install/").content


@pytest.mark.parametrize("person, status", [("as_analyst", 200), ("as_viewer", 403), ("as_stranger", 404)])
def test_the_snippet_is_for_those_who_install(request, acme, event_store, person, status):
    client = request.getfixturevalue(person)
    for path in ("", "state/", "test/"):
        assert client.get(f"/w/acme/install/{path}").status_code in (status, 204 if status == 200 else status)
