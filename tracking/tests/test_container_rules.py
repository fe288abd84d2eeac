import pytest

from config.lib.problems import Problem
from tracking.containers.rules import cleaned, script_options

RULE = {"on": "click", "selector": ".buy", "event": "buy_clicked"}


def test_rules_not_given_have_their_defaults():
    rules = cleaned({"auto_page_view": True, "track_clicks": True, "track_forms": False})
    assert rules == {
        "auto_page_view": True,
        "track_clicks": True,
        "track_forms": False,
        "auto_identify": True,
        "cookieless": False,
        "privacy_mode": False,
        "respect_dnt": True,
        "consent": "granted",
        "events": [],
    }
    assert cleaned(rules) == rules


def test_the_script_is_told_only_what_differs_from_its_own_defaults():
    assert script_options(cleaned({})) == {}
    options = script_options(cleaned({"track_forms": False, "cookieless": True}))
    assert options == {"trackForms": False, "cookieless": True}


def test_an_event_rule_is_completed():
    rule = cleaned({"events": [RULE | {"pages": ["/shop/***", " "], "properties": {"plan": "@data-plan", "n": 1}}]})
    assert rule["events"] == [
        {
            "on": "click",
            "kind": "event",
            "event": "buy_clicked",
            "selector": ".buy",
            "pages": ["/shop/**"],
            "properties": {"plan": "@data-plan", "n": 1},
        }
    ]


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ([], ""),
        ({"track_click": True}, "/track_click"),
        ({"track_clicks": "yes"}, "/track_clicks"),
        ({"consent": ["granted"]}, "/consent"),
        ({"events": {}}, "/events"),
        ({"events": [RULE] * 101}, "/events"),
        ({"events": [1]}, "/events/0"),
        ({"events": [RULE, RULE | {"when": "now"}]}, "/events/1/when"),
        ({"events": [RULE | {"on": "hover"}]}, "/events/0/on"),
        ({"events": [RULE | {"event": " "}]}, "/events/0/event"),
        ({"events": [RULE | {"event": "$x"}]}, "/events/0/event"),
        ({"events": [{"event": "x"}]}, "/events/0/selector"),
        ({"events": [RULE | {"pages": ["shop"]}]}, "/events/0/pages"),
        ({"events": [RULE | {"pages": ["/*/*/*/*"]}]}, "/events/0/pages"),
        ({"events": [RULE | {"properties": {"a": "@on click"}}]}, "/events/0/properties/a"),
        ({"events": [RULE | {"properties": {"a": None}}]}, "/events/0/properties/a"),
        ({"events": [RULE | {"properties": {"a": "\ud800"}}]}, ""),
        ({"events": [RULE | {"properties": {"a\0": 1}}]}, ""),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(given, pointer):
    with pytest.raises(Problem) as caught:
        cleaned(given)
    assert (caught.value.status, caught.value.extra["pointer"]) == (422, pointer)
