"""What becomes of events that do not fit their schema, as their sender is told and as the log has them."""

import json
from typing import Any

import pytest

from config.lib.clock import now
from tracking import usage
from tracking.schemas import faults, registry
from tracking.schemas.compiled import Rule
from tracking.tests.door import envelopes, events, post, verdicts
from workspaces import api_keys

pytestmark = pytest.mark.usefixtures("clock")
DEMANDS = {
    "purchase": {
        "order_id": {"type": "string", "required": True},
        "total": "number",
        "plan": {"type": "string", "enum": ["free", "pro"]},
        "count": {"type": "number", "format": "integer"},
        "page": {"type": "string", "format": "url"},
        "paid": "boolean",
        "items": "array",
        "address": "object",
        "due": "datetime",
    },
    "page_view": {"title": {"type": "string", "required": True}},
}
FITTING = {
    "order_id": "A1",
    "total": 12.5,
    "plan": "pro",
    "count": 2,
    "page": "https://acme.example/",
    "paid": True,
    "items": [],
    "address": {"city": "Kyiv"},
    "due": "2026-03-10T12:00:00Z",
}


@pytest.fixture
def schema(acme, owner):
    """Makes Acme's schema "shop": schema(mode="reject")."""

    def make(name: str = "shop", properties: Any = None, **fields: Any) -> Any:
        fields = {"mode": "warn", "properties": properties or DEMANDS} | fields
        return registry.create(acme, actor=owner, now=now(), name=name, **fields)

    return make


def purchase(schema_id: str | None = "shop", **changes: Any) -> dict[str, Any]:
    properties = {name: value for name, value in (FITTING | changes).items() if value is not ...}
    return {"event_type": "purchase", "properties": properties} | ({"schema_id": schema_id} if schema_id else {})


def told(answer: Any) -> tuple[str, str | None, str | None]:
    """(status, code, pointer) of the first event."""
    verdict = json.loads(answer.content)["results"][0]
    return verdict["status"], verdict["code"], verdict.get("pointer")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({}, None),
        ({"order_id": ...}, "/properties/order_id"),
        ({"order_id": None}, "/properties/order_id"),
        ({"order_id": 7}, "/properties/order_id"),
        ({"total": ...}, None),
        ({"total": None}, None),
        ({"total": 3}, None),
        ({"total": "12.5"}, "/properties/total"),
        ({"total": True}, "/properties/total"),
        ({"plan": "gold"}, "/properties/plan"),
        ({"count": 2.5}, "/properties/count"),
        ({"count": 2.0}, None),
        ({"page": "acme.example"}, "/properties/page"),
        ({"page": "javascript:alert(1)"}, "/properties/page"),
        ({"page": "http://[::1"}, "/properties/page"),
        ({"paid": "true"}, "/properties/paid"),
        ({"paid": 1}, "/properties/paid"),
        ({"items": {}}, "/properties/items"),
        ({"address": []}, "/properties/address"),
        ({"due": 1_773_144_000_000}, None),
        ({"due": "yesterday"}, "/properties/due"),
        ({"due": "2026-03-10"}, "/properties/due"),
        ({"more": "is welcome"}, None),
    ],
)
def test_each_type_takes_its_values_and_no_others(acme_key, schema, changes, pointer):
    schema()

    answer = told(post(purchase(**changes), acme_key))

    assert answer == (("accepted", "schema", pointer) if pointer else ("accepted", None, None))


def test_observing_takes_everything_and_tells_nobody_but_the_workspace(acme, acme_key, schema):
    schema(mode="observe")

    assert told(post(purchase(total="much", paid="yes"), acme_key)) == ("accepted", None, None)

    assert events(acme.dataset_id())[0].props["total"] == "much"
    found = [(each.schema, each.event, each.code, each.name, each.events) for each in _faults(acme)]
    assert found == [("shop", "purchase", "type", "paid", 1), ("shop", "purchase", "type", "total", 1)]


def test_warning_takes_it_and_tells_the_sender(acme, acme_key, schema):
    schema(mode="warn")

    body = json.loads(post(purchase(total="much"), acme_key).content)

    assert (body["accepted"], body["rejected"]) == (1, 0)
    assert body["results"][0]["detail"] == "total: Send a number, not a string."
    assert usage.of_day(acme.dataset_id(), now()) == {"accepted": 1}


def test_rejecting_refuses_it_by_name(acme, acme_key, schema):
    schema(mode="reject")

    answer = post(purchase(total="much"), acme_key)

    assert (answer.status_code, told(answer)) == (422, ("rejected", "schema", "/properties/total"))
    assert events(acme.dataset_id()) == []
    assert usage.of_day(acme.dataset_id(), now()) == {"schema": 1}
    assert [each.events for each in _faults(acme)] == [1]


def test_quarantine_sets_it_aside_whole_and_says_so(acme, acme_key, schema):
    schema(mode="quarantine")

    answer = post({"events": [purchase(total="much"), purchase()]}, acme_key)

    body = json.loads(answer.content)
    assert (answer.status_code, verdicts(answer)) == (200, [("quarantined", "schema"), ("accepted", None)])
    assert (body["accepted"], body["quarantined"], body["rejected"]) == (1, 1, 0)
    (envelope,) = envelopes(acme.dataset_id())
    (aside,) = envelope.quarantined
    assert [event.props["total"] for event in envelope.events] == ["12.5"]
    assert aside.properties == FITTING | {"total": "much"}
    assert (aside.causes, aside.details) == (["type:total"], ["Send a number, not a string."])
    assert usage.of_day(acme.dataset_id(), now()) == {"accepted": 1, "quarantined": 1}


def test_a_request_with_nothing_but_quarantine_is_logged_once(acme, acme_key, schema):
    schema(mode="quarantine")

    first, second = (json.loads(post(purchase(total="much"), acme_key).content) for _ in range(2))

    assert (first["quarantined"], second["duplicates"]) == (1, 1)
    assert len(envelopes(acme.dataset_id())) == 1


def test_what_is_set_aside_holds_no_personal_data(acme, acme_key, schema):
    schema(mode="quarantine")

    post(purchase(total="much", email="ann@acme.example", note="call ann@acme.example", ip="192.0.2.1"), acme_key)

    (envelope,) = envelopes(acme.dataset_id())
    kept = envelope.quarantined[0].properties
    assert {"email", "ip"}.isdisjoint(kept)
    assert kept["note"] == "call [email]"


def test_the_schema_may_be_named_beside_the_events_or_among_the_properties(acme_key, schema):
    schema(mode="reject")
    wrong = purchase(None, total="much")

    assert told(post({"schema_id": "shop", "events": [wrong]}, acme_key))[0] == "rejected"
    assert told(post(wrong | {"properties": {**wrong["properties"], "schema_id": "shop"}}, acme_key))[0] == "rejected"


def test_an_event_that_names_no_schema_is_checked_only_where_the_schema_checks_all(acme_key, schema):
    made = schema(mode="reject")
    assert told(post(purchase(None, total="much"), acme_key))[0] == "accepted"

    registry.change(made, {"checks_all": True}, actor="test", now=now())

    assert told(post(purchase(None, total="more"), acme_key))[0] == "rejected"
    assert told(post({"event_type": "signup"}, acme_key))[0] == "accepted"


def test_an_unknown_schema_is_told_and_the_event_is_taken(acme_key, schema):
    schema(mode="reject")

    assert told(post(purchase("shopp"), acme_key)) == ("accepted", "schema", "/schema_id")


def test_an_event_that_the_schema_does_not_have_is_a_fault(acme_key, schema):
    schema(mode="reject")

    answer = post({"schema_id": "shop", "event_type": "purchse"}, acme_key)

    assert told(answer) == ("rejected", "schema", "/event_type")


def test_a_closed_schema_refuses_what_it_does_not_list(acme_key, schema):
    schema(mode="reject", is_closed=True)

    assert told(post(purchase(prce=3), acme_key)) == ("rejected", "schema", "/properties/prce")
    assert told(post(purchase(url="https://acme.example/a"), acme_key))[0] == "accepted"


def test_a_required_title_may_stand_in_its_own_field(acme_key, schema):
    schema(mode="reject")
    view = {"schema_id": "shop", "event_type": "page_view"}

    assert told(post(view, acme_key)) == ("rejected", "schema", "/properties/title")
    assert told(post(view | {"title": "Home"}, acme_key))[0] == "accepted"


def test_another_process_sees_a_change_once_it_reads_the_key_anew(acme, acme_key, schema, monkeypatch):
    """It does so every api_keys.KNOWN_SECONDS, which is less than five."""
    assert told(post(purchase(total="much"), acme_key))[0] == "accepted"
    monkeypatch.setattr(api_keys, "forget", lambda: None)
    schema(mode="reject")
    assert told(post(purchase(total="more"), acme_key))[0] == "accepted"

    api_keys._known.clear()  # what the passing of those seconds does

    assert told(post(purchase(total="most"), acme_key))[0] == "rejected"
    assert api_keys.KNOWN_SECONDS < 5


def test_the_id_of_an_event_does_not_depend_on_its_schema(acme_key, schema):
    body = purchase(total="much") | {"timestamp": "2026-03-10T11:00:00Z"}
    made = schema(mode="warn")
    first = json.loads(post(body, acme_key).content)["results"][0]["id"]

    registry.change(made, {"mode": "observe"}, actor="test", now=now())

    assert json.loads(post({"events": [body]}, acme_key).content)["results"][0]["id"] == first


def _faults(acme: Any) -> list[faults.Faults]:
    return faults.lately(acme.dataset_id(), now())


DEEP = '{"a":' * 800 + "1" + "}" * 800


@pytest.mark.parametrize("mode", ["warn", "quarantine"])
@pytest.mark.parametrize(
    "text", [DEEP, "[" * 800 + "]" * 800, '{"a": "\\u0000"}', json.dumps(dict.fromkeys(map(str, range(300))))]
)
def test_what_a_rule_reads_from_a_text_keeps_the_limits_of_an_event(acme, acme_key, owner, schema, mode, text):
    made = schema(mode=mode, properties={"purchase": {"address": "object", "items": "array"}})
    for name, kind in (("address", "object"), ("items", "array")):
        registry.add_rule(made, Rule(0, "purchase", "cast", name, kind), actor=owner, now=now())
    said = {"schema_id": "shop", "event_type": "purchase", "properties": {"address": text, "items": text}}
    answer = post(said, acme_key)

    assert (answer.status_code, told(answer)[1:]) == (200, ("schema", "/properties/address"))
    (envelope,) = envelopes(acme.dataset_id())
    assert "\0" not in str(envelope)
