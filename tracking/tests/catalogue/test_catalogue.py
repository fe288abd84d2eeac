"""The catalogue: what was seen, written down once however often one looks, beside what people and schemas say."""

import re
from datetime import timedelta
from typing import Any

import pytest

from config.lib.clock import now
from config.lib.redis_clients import buffer_client
from tracking import store
from tracking.catalogue import drafts, watch
from tracking.models import SeenEvent, SeenProperty
from tracking.schemas import registry
from tracking.store import StoreUnavailable
from tracking.store import catalogue as stored
from tracking.tests.door import post
from workspaces.models import Membership

pytestmark = pytest.mark.usefixtures("clock")
URL = "/w/acme/catalogue/"


@pytest.fixture
def send(acme_key, drain):
    """send("signup", plan="pro") stores one event of Acme."""

    def knock(name: str, **properties: Any) -> None:
        post({"event_type": name, "properties": properties}, acme_key)
        drain()

    return knock


def seen(**fields: Any) -> SeenEvent:
    return SeenEvent.objects.get(**fields)


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_first_look_finds_everything_that_is_stored(acme, send):
    send("signup", plan="pro", seats=3)
    send("signup", plan="free", seats=4, invited=True)
    send("page_view")

    assert watch.look(acme, "live", now())

    signup = seen(name="signup")
    assert (signup.type, signup.volume, signup.first_seen, signup.last_seen) == ("custom", 2, now(), now())
    found = {each.name: (each.kind, sorted(each.examples)) for each in signup.properties.all()}
    assert found == {
        "plan": ("string", ["free", "pro"]),
        "seats": ("number", ["3", "4"]),
        "invited": ("boolean", ["true"]),
    }
    assert seen(name="page_view").type == "page_view"


def test_a_second_look_moves_the_last_and_leaves_the_first(acme, send, clock):
    began = now()
    send("signup", plan="pro")
    watch.look(acme, "live", now())
    clock.shift(timedelta(hours=3))
    send("signup", plan="team", coupon="x")

    watch.look(acme, "live", now())

    signup = seen(name="signup")
    assert (signup.first_seen, signup.last_seen, signup.volume) == (began, now(), 2)
    assert sorted(SeenProperty.objects.get(name="plan").examples) == ["pro", "team"]
    assert SeenProperty.objects.get(name="coupon").first_seen == now()


def test_looking_again_and_again_counts_nothing_twice(acme, send, clock):
    send("signup", plan="pro")
    for _ in range(3):
        watch.look(acme, "live", now())
        clock.shift(watch.AGAIN_AFTER)

    assert SeenEvent.objects.count() == SeenProperty.objects.count() == 1
    assert seen().volume == 1


def test_nothing_new_costs_no_question(acme, send, clock, monkeypatch):
    send("signup")
    for _ in range(2):  # the second time for what may still have been on its way
        watch.look(acme, "live", now())
        clock.shift(timedelta(minutes=10))
    monkeypatch.setattr(stored, "query", None)

    assert not watch.look(acme, "live", now())


def test_what_people_say_survives_a_look(acme, send, clock):
    send("signup", plan="pro")
    watch.look(acme, "live", now())
    SeenEvent.objects.update(description="Somebody signs up")
    SeenProperty.objects.update(description="What they chose")
    clock.shift(timedelta(hours=1))
    send("signup", plan="free")

    watch.look(acme, "live", now())

    assert (seen().description, seen().properties.get().description) == ("Somebody signs up", "What they chose")


def test_after_thirty_days_without_one_an_event_is_unused(acme, as_analyst, send, clock):
    send("signup")
    watch.look(acme, "live", now())
    assert "signup custom new" in words(as_analyst.get(URL))

    clock.shift(timedelta(days=31))

    assert "signup custom unused" in words(as_analyst.get(f"{URL}?view=unused"))
    assert "signup" not in words(as_analyst.get(f"{URL}?view=new")).split("Last Schema")[-1]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ((1, 2.5, -3), "number"),
        (("1", 2), "number"),
        ((1, "one"), "string"),
        ((True, False), "boolean"),
        ((["a"],), "array"),
        (("2026-03-10T12:00:00Z",), "datetime"),
        (("2026",), "number"),
        (("",), "string"),
    ],
)
def test_the_type_is_how_the_values_read(acme, send, values, kind):
    for value in values:
        send("tried", value_of_it=value)

    watch.look(acme, "live", now())

    assert SeenProperty.objects.get().kind == kind


def test_a_flood_of_names_does_not_fill_the_catalogue(acme, acme_key, drain, monkeypatch):
    monkeypatch.setattr(stored, "MOST_EVENTS", 5)
    post({"events": [{"event_type": f"event {number}"} for number in range(20)]}, acme_key)
    drain()

    watch.look(acme, "live", now())

    assert SeenEvent.objects.count() == 5


def test_live_and_test_data_and_a_neighbour_have_their_own(acme, globex, send):
    send("signup")

    for workspace, environment in ((acme, "test"), (globex, "live"), (globex, "test")):
        watch.look(workspace, environment, now())

    assert not SeenEvent.objects.exists()


def test_everywhere_is_where_something_came(acme, globex, send):
    send("signup")

    assert watch.look_everywhere(now()) == 1
    assert seen().workspace == acme


def test_the_page_looks_by_itself_and_finds_by_name_description_and_property(acme, as_analyst, send):
    send("signup", plan="pro")
    send("logout")
    assert "signup custom new" in words(as_analyst.get(URL))
    SeenEvent.objects.filter(name="signup").update(description="A new customer")

    for search in ("SIGN", "customer", "pla"):
        found = as_analyst.get(URL, {"q": search}).content.decode()
        assert ">signup<" in found and ">logout<" not in found


def test_schemas_stand_beside_what_was_seen(acme, owner, as_analyst, send):
    send("signup", plan="pro", seats="many")
    demands = {"signup": {"seats": "number", "coupon": "string"}, "refund": {}}
    registry.create(acme, actor=owner, now=now(), name="shop", properties=demands)

    page = words(as_analyst.get(URL))

    assert "refund never seen" in page
    detail = words(as_analyst.get(f"{URL}{seen(name='signup').uid}/"))
    assert "seats new string schema: number" in detail
    assert "coupon never seen" in detail


def test_an_analyst_says_what_an_event_means_and_whose_it_is(acme, analyst, as_analyst, send):
    send("signup", plan="pro")
    watch.look(acme, "live", now())
    field = f"property-{SeenProperty.objects.get().pk}"

    as_analyst.post(
        f"{URL}{seen().uid}/", {"description": "Somebody signs up", "owner": analyst.pk, field: "What they chose"}
    )

    assert (seen().description, seen().owner) == ("Somebody signs up", analyst)
    assert SeenProperty.objects.get().description == "What they chose"


def test_nobody_from_outside_becomes_an_owner(acme, stranger, as_analyst, send):
    send("signup")
    watch.look(acme, "live", now())

    answer = as_analyst.post(f"{URL}{seen().uid}/", {"description": "", "owner": stranger.pk})

    assert answer.status_code == 200
    assert seen().owner is None
    assert Membership.objects.filter(user=stranger, organization=acme.organization).count() == 0


def test_while_the_store_is_away_the_page_shows_what_is_known(acme, as_analyst, send, clock, monkeypatch):
    send("signup")
    as_analyst.get(URL)
    clock.shift(timedelta(days=2))

    def away(*args: Any, **kwargs: Any) -> None:
        raise StoreUnavailable("refused")

    monkeypatch.setattr(stored, "query", away)

    page = words(as_analyst.get(URL))
    assert "this is the state of the last look" in page and "signup" in page


def test_an_empty_catalogue_says_what_to_do(as_analyst, event_store):
    assert "No event was seen yet" in words(as_analyst.get(URL))


def test_a_schema_begins_with_what_was_seen(acme, as_admin, send):
    send("signup", plan="pro", seats=3)
    send("page_view", section="a")
    watch.look(acme, "live", now())

    assert drafts.of_seen(acme, "live") == {"signup": {"plan": "string", "seats": "number"}}
    assert "&quot;seats&quot;: &quot;number&quot;" in as_admin.get("/w/acme/schemas/new/?from=seen").content.decode()


def test_dates_of_events_do_not_depend_on_the_buffer(acme, send):
    """The catalogue is the store's: when the log server forgot everything, a look still finds what is stored."""
    send("signup")
    buffer_client().delete(f"tick:{acme.dataset_id()}")

    watch.look(acme, "live", now())

    assert seen().volume == store.query("SELECT count() FROM events", dataset_id=acme.dataset_id()).rows[0][0] == 1
