"""What a workspace takes in and what it keeps of it, as a sender meets it and as it stands in the log."""

import json
from typing import Any

import pytest

from config.lib.clock import now
from config.lib.problems import Problem
from tracking import rules, usage
from tracking.models import CollectionRules
from tracking.steps import privacy
from tracking.tests.door import CHROME, envelopes, events, post, verdicts
from workspaces import api_keys

pytestmark = pytest.mark.usefixtures("clock")
VIEW = {"event_type": "page_view", "url": "https://www.acme.example/shop/shoes", "visitor_id": "v"}


@pytest.fixture
def rule(acme):
    """Sets rules of Acme: rule(is_paused=True)."""

    def change(**fields: Any) -> None:
        CollectionRules.objects.update_or_create(workspace=acme, defaults=fields)
        api_keys.forget()

    return change


def outcome(key: str, body: Any = None, **headers: str) -> tuple[int, str, str | None]:
    """(status, verdict, code) of one event."""
    answer = post(body or VIEW, key, **headers)
    return answer.status_code, *verdicts(answer)[0]


def behind_proxy(settings: Any, address: str) -> dict[str, str]:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    return {"X_Forwarded_For": address}


def test_a_paused_workspace_takes_nothing_and_tells_the_script_to_stop(acme, acme_key, acme_secret, rule):
    rule(is_paused=True)

    for key in (acme_key, acme_secret):
        answer = post(VIEW, key)
        assert (answer.status_code, verdicts(answer)) == (200, [("rejected", "paused")])
        assert json.loads(answer.content)["off"] is True
    assert events(acme.dataset_id()) == []
    assert usage.of_day(acme.dataset_id(), now()) == {"paused": 2}


def test_an_answer_says_nothing_of_holding_in_ordinary_times(acme_key):
    assert {"hold", "off"}.isdisjoint(json.loads(post(VIEW, acme_key).content))


@pytest.mark.parametrize(
    ("excluded", "address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7", "rejected"),
        ("192.0.2.7", "192.0.2.8", "accepted"),
        ("192.0.2.0/24", "192.0.2.200", "rejected"),
        ("192.0.2.0/24", "::ffff:192.0.2.200", "rejected"),
        ("2001:db8::/32", "2001:db8:1::5", "rejected"),
        ("2001:db8::/32", "192.0.2.7", "accepted"),
    ],
)
def test_addresses_are_excluded(settings, acme_key, rule, excluded, address, expected):
    rule(excluded_addresses=[excluded])

    assert outcome(acme_key, **behind_proxy(settings, address))[1] == expected


def test_nobody_gets_past_by_writing_a_forwarded_address(acme_key, rule):
    rule(excluded_addresses=["127.0.0.1"])

    assert outcome(acme_key, X_Forwarded_For="203.0.113.9") == (200, "rejected", "excluded_address")


def test_a_customer_s_server_is_no_visitor_of_an_excluded_address(acme_secret, rule):
    rule(excluded_addresses=["127.0.0.1"], needs_consent=True, on_gpc="refuse")

    assert outcome(acme_secret, Sec_GPC="1", DNT="1")[1] == "accepted"


def test_countries_are_excluded(settings, acme_key, rule):
    rule(excluded_countries=["DE"])
    german, american = "88.198.0.1", "8.8.8.8"

    assert outcome(acme_key, **behind_proxy(settings, german))[1:] == ("rejected", "excluded_country")
    assert outcome(acme_key, VIEW | {"title": "2"}, **behind_proxy(settings, american))[1] == "accepted"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://www.acme.example/", None),
        ("https://staging.acme.example/", "excluded_host"),
        ("https://a.test.acme.example/", "excluded_host"),
        ("https://test.acme.example/", None),
        ("https://www.acme.example/admin", None),
        ("https://www.acme.example/admin/", "excluded_page"),
        ("https://www.acme.example/admin/users/5?x=1", "excluded_page"),
        ("https://www.acme.example/shop/7/preview", "excluded_page"),
        ("https://www.acme.example/shop/7/8/preview", None),
        ("https://www.acme.example/a.b", "excluded_page"),
        ("https://www.acme.example/axb", None),
    ],
)
def test_hosts_and_pages_are_excluded(acme_key, rule, url, code):
    rule(
        excluded_hosts=["staging.acme.example", "*.test.acme.example"],
        excluded_pages=["/admin/**", "/shop/*/preview", "/a.b"],
    )

    assert outcome(acme_key, VIEW | {"url": url})[2] == code


def test_an_excluded_page_costs_its_neighbours_nothing(acme, acme_key, rule):
    rule(excluded_pages=["/admin/**"])
    answer = post(
        {"events": [VIEW, VIEW | {"url": "https://www.acme.example/admin/x"}, {"event_type": "$x"}]}, acme_key
    )

    assert [code for _, code in verdicts(answer)] == [None, "excluded_page", "name_reserved"]
    assert len(events(acme.dataset_id())) == 1


def test_the_team_s_own_visits_are_kept_and_marked(settings, acme, acme_key, rule):
    rule(internal_addresses=["192.0.2.0/24"])
    for address in ("192.0.2.7", "203.0.113.7"):
        post(VIEW | {"title": address}, acme_key, User_Agent=CHROME, **behind_proxy(settings, address))

    assert [envelope.client.bot for envelope in envelopes(acme.dataset_id())] == ["Internal traffic", ""]


@pytest.mark.parametrize(
    ("rules_set", "context", "headers", "code"),
    [
        ({}, {"consent": "denied"}, {}, "no_consent"),
        ({}, {"consent": "pending"}, {}, "no_consent"),
        ({}, {"consent": "granted"}, {}, None),
        ({}, {}, {}, None),
        ({"needs_consent": True}, {}, {}, "no_consent"),
        ({"needs_consent": True}, {"consent": "granted"}, {}, None),
        ({}, None, {"DNT": "1"}, "dnt"),
        ({}, None, {"DNT": "0"}, None),
        ({"respects_dnt": False}, None, {"DNT": "1"}, None),
        ({}, {"dnt": 1}, {"DNT": "1"}, None),  # the script has asked its own configuration and the visitor
        ({"on_gpc": "refuse"}, None, {"Sec_GPC": "1"}, "gpc"),
        ({"on_gpc": "refuse"}, {"gpc": 1, "cookieless": 1}, {"Sec_GPC": "1"}, "gpc"),
        ({"on_gpc": "refuse"}, {"gpc": 1, "cookieless": 0}, {"Sec_GPC": "1"}, None),  # the visitor agreed on this site
        ({"on_gpc": "ignore"}, None, {"Sec_GPC": "1"}, None),
    ],
)
def test_consent_and_signals(acme_key, rule, rules_set, context, headers, code):
    rule(**rules_set)

    assert (
        outcome(acme_key, {"events": [VIEW]} | ({"context": context} if context is not None else {}), **headers)[2]
        == code
    )


def test_global_privacy_control_leaves_no_id(acme, acme_key):
    said = {"visitor_id": "v", "user_id": "u", "session_id": "s", "user_properties": {"plan": "pro"}}
    answer = post({"events": [VIEW | said, {"event_type": "identify"} | said]}, acme_key, Sec_GPC="1")

    assert verdicts(answer) == [("accepted", None), ("rejected", "gpc")]
    (event,) = events(acme.dataset_id())
    assert (event.visitor, event.session, event.user_id, event.traits) == (0, 0, "", {})
    assert event.props == {"gpc": "true"}


def test_an_address_is_used_whole_in_part_or_not_at_all(settings, acme, acme_key, rule):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    for use in ("full", "short", "none"):
        rule(address_use=use)
        for address in ("88.198.0.1", "88.198.0.77"):
            post({"event_type": use + address}, acme_key, User_Agent=CHROME, X_Forwarded_For=address)

    senders = [(envelope.client.visitor, envelope.client.country) for envelope in envelopes(acme.dataset_id())]
    full, short, none = senders[:2], senders[2:4], senders[4:]
    assert [country for _, country in senders] == ["DE"] * 4 + [""] * 2
    assert full[0] != full[1] and short[0] == short[1] and none[0] == none[1]
    assert len({visitor for visitor, _ in senders}) == 4


PERSONAL = {
    "email": "ann@example.com", "name": "Ann", "full_name": "Ann Lee", "first_name": "Ann", "last_name": "Lee",
    "phone": "+49 30 1", "phone_number": "+49 30 1", "username": "annlee", "email_address": "none",
    "firstName": "Ann", "user": {"name": "Ann", "Email": "x"}, "plan": "pro",
    "product": {"name": "Shoe"}, "note": "write to ann.lee@example.co.uk or call", "card": "4111 1111 1111 1111",
    "order": "4111 1111 1111 1112", "ssn": "078-05-1120", "bank": "DE89 3704 0044 0532 0130 00", "host": "192.0.2.7",
    "version": "1.2.3", "token": "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl", "year": "2026-03-10",
}  # fmt: skip
KEPT = {
    "plan": "pro", "product.name": "Shoe", "note": "write to [email] or call", "card": "[card]",
    "order": "4111 1111 1111 1112", "ssn": "[ssn]", "bank": "[iban]", "host": "[ip]", "version": "1.2.3",
    "token": "[token]", "year": "2026-03-10",
}  # fmt: skip


def test_personal_data_are_not_kept_by_name_nor_by_value(acme, acme_key):
    post(
        {
            "event_type": "form_submit",
            "url": "https://www.acme.example/u/ann@example.com/x?utm_campaign=bob%40example.com",
            "title": "Mail for ann@example.com",
            "referrer": "https://mail.example/?to=ann@example.com",
            "user_id": "Ann@Example.com",
            "properties": PERSONAL,
            "user_properties": PERSONAL,
        },
        acme_key,
    )

    (event,) = events(acme.dataset_id())
    assert event.props == KEPT
    assert event.traits == KEPT
    assert event.url == "https://www.acme.example/u/[email]/x?utm_campaign=[email]"
    assert (event.title, event.referrer) == ("Mail for [email]", "https://mail.example/?to=[email]")
    assert event.user_id.startswith("email:") and "ann" not in event.user_id


def test_what_stands_in_a_list_is_no_less_personal(acme, acme_key):
    """Nor may a sender tell an address of its own there, whatever the workspace keeps."""
    people = [{"first_name": "Ann", "e-mail": "ann@example.com", "seat": 4}, {"Phone": "555", "ip": "192.0.2.7"}]
    said = {"guests": people, "users": [{"name": "Ann", "id": 7}], "deep": {"list": [[{"full_name": "Ann"}]]}}
    addresses = {
        "items": [{"name": "Shoe"}],
        "seen_from": ["192.0.2.7", "ann@example.com"],
        "lots": ["x" * 990, "ann@example.com"],
    }
    post({"event_type": "x", "properties": said | addresses, "user_properties": said}, acme_key)

    (event,) = events(acme.dataset_id())
    kept = {"guests": '[{"seat":4},{}]', "users": '[{"id":7}]', "deep.list": "[[{}]]"}
    rest = {"items": '[{"name":"Shoe"}]', "seen_from": '["[ip]","[email]"]'}
    assert {name: event.props[name] for name in kept | rest} == kept | rest
    assert "ann" not in event.props["lots"]
    assert event.traits == kept


def test_where_personal_data_are_kept_lists_keep_all_but_what_nobody_may_say(acme, acme_key, rule):
    rule(keeps_personal_data=True)
    post({"event_type": "x", "properties": {"guests": [{"first_name": "Ann", "user_agent": "curl"}]}}, acme_key)

    assert events(acme.dataset_id())[0].props == {"guests": '[{"first_name":"Ann"}]'}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ask jörg@müller.de, 用户@例子.广告", "ask [email], [email]"),
        ("https://acme.example/j%C3%B6rg%40m%C3%BCller.de/x", "https://acme.example/[email]/x"),
        ("/login?next=%2Fa%3Fto%3Dann%2540example.com", "/login?next=[email]"),
        ("GB82 WEST 1234 5698 7654 32 NOW", "[iban] NOW"),
        ("MT84 MALT 0110 0001 2345 MTLC AST0 01S", "[iban]"),
        ("PS55 MEGA SALE NOW @ 5", "PS55 MEGA SALE NOW @ 5"),
    ],
)
def test_addresses_in_any_alphabet_and_accounts_before_a_word_are_taken_out(text, kept):
    assert privacy.redacted(text) == kept


def test_personal_data_are_kept_where_the_workspace_says_so(acme, acme_key, rule):
    rule(keeps_personal_data=True)
    post({"event_type": "identify", "properties": {"email": "ann@example.com", "name": "Ann"}}, acme_key)

    (event,) = events(acme.dataset_id())
    assert event.user_id == "ann@example.com"
    assert event.props == event.traits == {"email": "ann@example.com", "name": "Ann"}


def test_one_address_is_one_person_and_another_one_elsewhere():
    assert privacy.identity(6, "Ann@example.com") == privacy.identity(6, "ann@EXAMPLE.com")
    assert privacy.identity(6, "ann@example.com") != privacy.identity(8, "ann@example.com")
    assert privacy.identity(6, "user-17") == "user-17"


@pytest.mark.parametrize(
    "user_id",
    [
        "ann@mail.dept.sub.example.ac.uk", " ann@example.com", "mailto:ann@example.com", "auth0|ann@example.com",
        "ann%40example.com", "a/b!ann@example.com",
    ],
)  # fmt: skip
def test_an_address_in_a_user_id_is_not_kept_however_it_is_written(acme, acme_key, user_id):
    post({"event_type": "x", "user_id": user_id}, acme_key)

    (event,) = events(acme.dataset_id())
    assert event.user_id == privacy.identity(acme.dataset_id(), user_id)
    assert "ann" not in event.user_id


@pytest.mark.parametrize(
    "text", ["", "plain", "12.5", "10:30:00", "a@b", "1234-5678", "x" * 1000, "@" * 1000, "1 " * 500]
)
def test_ordinary_texts_stay_as_they_are(text):
    assert privacy.redacted(text) == text


@pytest.mark.parametrize(
    ("clean", "text", "expected"),
    [
        (rules.clean_network, " 192.0.2.7 ", "192.0.2.7"),
        (rules.clean_network, "192.0.2.9/24", "192.0.2.0/24"),
        (rules.clean_network, "2001:DB8::1", "2001:db8::1"),
        (rules.clean_page, "/a/***", "/a/**"),
        (rules.clean_country, " de ", "DE"),
    ],
)
def test_entries_are_brought_into_one_form(clean, text, expected):
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("clean", "text"),
    [
        (rules.clean_network, "localhost"), (rules.clean_network, "1.2.3"), (rules.clean_network, "1.2.3.4/99"),
        (rules.clean_page, "admin"), (rules.clean_page, "/*/*/*/*"), (rules.clean_page, "/" + "x" * 301),
        (rules.clean_country, "Germany"), (rules.clean_country, "d1"),
    ],
)  # fmt: skip
def test_other_entries_are_refused(clean, text):
    with pytest.raises(Problem):
        clean(text)
