"""What of an event leaves us, and under which names."""

import uuid
from datetime import UTC, datetime
from typing import Any

from config.testing.world import NOW
from tracking.forwarding import rules
from tracking.models import Forwarding
from workspaces.models import Connection, Workspace

ROW = {
    "event_id": uuid.UUID(int=5),
    "ts": NOW,
    "received_at": NOW,
    "type": "custom",
    "name": "signup",
    "visitor_id": 0xA1,
    "session_id": int(datetime(2026, 3, 10, 11, 58, tzinfo=UTC).timestamp()) << 32 | 0xA1,
    "person_id": 7,
    "user_id": "Ada@example.com",
    "host": "acme.example",
    "path": "/thanks/ada@example.com",
    "title": "Welcome ada@example.com",
    "referrer": "https://mail.example/?to=ada@example.com",
    "value": 0.0,
    "currency": "",
    "engaged_ms": 1200,
    "scroll": 75,
    "props": {"plan": "pro", "email": "ada@example.com", "note": "call 4111 1111 1111 1111", "internal_id": "9"},
    **dict.fromkeys(rules.ABOUT, ""),
    "country": "DE",
}


def forwarded(row: Any = ROW, traits: Any = None, **fields: Any) -> Any:
    connection = Connection(workspace=Workspace(pk=1), group="destination", kind="log")
    return rules.event(row, traits or {}, Forwarding(connection=connection, **fields))


def test_without_a_word_to_the_contrary_nothing_personal_leaves():
    event = forwarded(traits={"name": "Ada", "email": "ada@example.com", "user.name": "Ada", "plan": "pro"})

    assert event.props == {
        "plan": "pro",
        "note": "call [card]",
        "internal_id": "9",
        "scroll_depth": "75",
        "engaged_ms": "1200",
    }
    assert event.traits == {"plan": "pro"}
    assert (event.url, event.title) == ("acme.example/thanks/[email]", "Welcome [email]")
    assert event.referrer == "https://mail.example/?to=[email]"
    assert event.user_id.startswith("email:") and "ada" not in event.user_id


def test_what_names_a_person_in_a_list_does_not_leave():
    lists = {
        "guests": '[{"first_name":"Ada","seat":4}]',
        "rows": '[["ada@example.com",[{"phone":"555"}]]]',
        "items": '[{"name":"Shoe"}]',
        "cut": '[{"first_name":"Ada","last_na',
        "note": "[draft] for ada@example.com",
    }
    event = forwarded(ROW | {"props": lists})

    expected = {
        "guests": '[{"seat":4}]', "rows": '[["[email]",[{}]]]', "items": '[{"name":"Shoe"}]', "cut": "[…]",
        "note": "[draft] for [email]",
    }  # fmt: skip
    assert {name: event.props[name] for name in lists} == expected
    assert forwarded(ROW | {"props": lists}, sends_personal_data=True).props["guests"] == lists["guests"]


def test_a_workspace_may_send_what_it_keeps():
    event = forwarded(sends_personal_data=True)

    assert event.user_id == "Ada@example.com"
    assert event.props["email"] == "ada@example.com"
    assert event.url == "acme.example/thanks/ada@example.com"


def test_a_user_id_that_names_nobody_is_left_as_it_is():
    assert forwarded(ROW | {"user_id": "user_17"}).user_id == "user_17"


def test_events_and_properties_get_the_names_the_vendor_knows():
    event = forwarded(
        traits={"plan": "pro"},
        renamed_events={"signup": "Sign Up"},
        renamed_properties={"plan": "Subscription"},
        dropped_properties=["internal_id"],
    )

    assert event.name == "Sign Up"
    assert event.props["Subscription"] == "pro" and "plan" not in event.props
    assert "internal_id" not in event.props
    assert event.traits == {"Subscription": "pro"}


def test_another_name_makes_a_property_no_less_personal():
    event = forwarded(renamed_properties={"email": "contact", "note": "email"})

    assert "contact" not in event.props and "email" not in event.props


def test_ids_are_text_and_a_visit_has_its_start():
    event = forwarded()

    assert (event.visitor_id, event.about) == ("00000000000000a1", {"country": "DE"})
    assert event.session_start_ms == 1_773_143_880_000  # 11:58
