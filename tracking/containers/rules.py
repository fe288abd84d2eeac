"""Tracking rules: what a container captures by itself, and which elements and pages become events.

    {"auto_page_view": true, "track_clicks": true, "track_forms": false, "consent": "granted",
     "events": [{"on": "click", "selector": ".buy", "pages": ["/shop/**"], "event": "buy_clicked",
                 "properties": {"plan": "@data-plan", "label": "@text", "place": "hero"}}]}

In a property, `@name` reads the attribute of that name, `@text` the element's text; anything else is the value itself.
"""

import json
import re
from typing import Any

from config.lib.problems import Problem
from tracking import rules as collection
from tracking.trees import has_nul

TRIGGERS = {"click": "Click on", "submit": "Submit of", "visible": "First sight of", "page": "Page view"}
KINDS = {"event": "Event", "goal": "Goal"}
CONSENT = {"granted": "Count from the start", "pending": 'Wait until MetricPal.consent("granted") is called'}
# Rule -> (its default, what the script calls it, what the page says)
SWITCHES: dict[str, tuple[bool, str, str]] = {
    "auto_page_view": (True, "autoPageView", "Page views"),
    "track_clicks": (True, "trackClicks", "Clicks on buttons and links"),
    "track_forms": (True, "trackForms", "Forms"),
    "auto_identify": (True, "autoIdentify", "Identify visitors by the e-mail address they submit"),
    "cookieless": (False, "cookieless", "Cookieless: store nothing in the browser"),
    "privacy_mode": (False, "privacyMode", "Privacy mode: e-mail addresses leave the page as hashes only"),
    "respect_dnt": (True, "dnt", "Count nobody whose browser says Do Not Track"),
}
RULE = {"on", "selector", "pages", "event", "kind", "properties"}
MAX_EVENTS, MAX_PROPERTIES, MAX_PAGES = 100, 20, 20
MAX_NAME, MAX_SELECTOR, MAX_VALUE = 128, 500, 500


def cleaned(given: Any) -> dict[str, Any]:
    """All rules, with the defaults for those not given. Raises Problem 422 with a pointer to what is wrong."""
    _check(isinstance(given, dict), "", "The rules are an object.")
    known = {*SWITCHES, "consent", "events"}
    for name in given:
        _check(
            name in known, f"/{name}", f"There is no rule “{str(name)[:50]}”. Choose from: {', '.join(sorted(known))}."
        )
    rules: dict[str, Any] = {name: given.get(name, default) for name, (default, _, _) in SWITCHES.items()}
    for name, value in rules.items():
        _check(isinstance(value, bool), f"/{name}", f"{name} is true or false.")
    rules["consent"] = _choice(given, "consent", CONSENT, "granted", "")
    events = given.get("events", [])
    _check(isinstance(events, list) and len(events) <= MAX_EVENTS, "/events", f"A list of at most {MAX_EVENTS} rules.")
    rules["events"] = [_event(each, f"/events/{index}") for index, each in enumerate(events)]
    _check(
        _is_text(json.dumps(rules, ensure_ascii=False)) and not has_nul(rules),
        "",
        "Leave out characters that are none.",
    )
    return rules


def script_options(rules: dict[str, Any]) -> dict[str, Any]:
    """The switches under the names of the tracking script, where they differ from its own defaults."""
    return {
        option: rules[name] for name, (default, option, _) in SWITCHES.items() if rules.get(name, default) != default
    }


def _event(given: Any, pointer: str) -> dict[str, Any]:
    _check(isinstance(given, dict), pointer, "A rule is an object.")
    for name in given:
        _check(name in RULE, f"{pointer}/{name}", f"A rule has no “{str(name)[:50]}”: {', '.join(sorted(RULE))}.")
    name = _text(given, "event", MAX_NAME, pointer)
    rule = {
        "on": _choice(given, "on", TRIGGERS, "click", pointer),
        "kind": _choice(given, "kind", KINDS, "event", pointer),
        "event": name,
        "selector": _text(given, "selector", MAX_SELECTOR, pointer),
        "pages": _pages(given.get("pages", []), f"{pointer}/pages"),
        "properties": _properties(given.get("properties", {}), f"{pointer}/properties"),
    }
    _check(bool(name), f"{pointer}/event", "Give the event a name.")
    _check(not name.startswith("$"), f"{pointer}/event", "Names that begin with $ are reserved.")
    if rule["on"] != "page":
        _check(bool(rule["selector"]), f"{pointer}/selector", "Say which element, as a CSS selector such as .buy.")
    return rule


def _pages(given: Any, pointer: str) -> list[str]:
    _check(isinstance(given, list) and len(given) <= MAX_PAGES, pointer, f"A list of at most {MAX_PAGES} paths.")
    _check(all(isinstance(page, str) for page in given), pointer, "A page is a path such as /shop/**.")
    try:
        return [collection.clean_page(page) for page in given if page.strip()]
    except Problem as problem:
        raise Problem(422, "rules", problem.detail, pointer=pointer) from None


def _properties(given: Any, pointer: str) -> dict[str, Any]:
    _check(isinstance(given, dict), pointer, "Properties are an object.")
    _check(len(given) <= MAX_PROPERTIES, pointer, f"At most {MAX_PROPERTIES} properties.")
    for name, value in given.items():
        _check(0 < len(name) <= MAX_NAME, pointer, f"A property's name has 1 to {MAX_NAME} characters.")
        _check(isinstance(value, str | bool | int | float), f"{pointer}/{name}", "A text, a number, true or false.")
        if isinstance(value, str):
            _check(len(value) <= MAX_VALUE, f"{pointer}/{name}", f"A value has at most {MAX_VALUE} characters.")
            is_attribute = not value.startswith("@") or re.fullmatch(r"@[a-zA-Z][\w:.-]*|@@.*", value, re.DOTALL)
            _check(bool(is_attribute), f"{pointer}/{name}", "After @ stands the name of an attribute, or `text`.")
    return dict(given)


def _is_text(text: str) -> bool:
    """Whether it has no half of a surrogate pair, which no database stores."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _choice(given: dict[str, Any], name: str, choices: dict[str, str], default: str, pointer: str) -> str:
    value = given.get(name, default)
    is_known = isinstance(value, str) and value in choices
    _check(is_known, f"{pointer}/{name}", f"{name} is one of {', '.join(choices)}.")
    return str(value)


def _text(given: dict[str, Any], name: str, longest: int, pointer: str) -> str:
    value = given.get(name, "")
    fits = isinstance(value, str) and len(value) <= longest and "\0" not in value
    _check(fits, f"{pointer}/{name}", f"{name} is a text of at most {longest} characters.")
    return str(value).strip()


def _check(is_fine: bool, pointer: str, detail: str) -> None:
    if not is_fine:
        raise Problem(422, "rules", detail, pointer=pointer, field="rules")
