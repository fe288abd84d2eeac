"""One request of Matomo's tracking API, all of whose fields are text, in our words."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from config.lib.problems import Problem
from tracking import bodies
from tracking.dialects import fields
from tracking.events import EventType

DIMENSION = re.compile(r"dimension\d{1,4}").fullmatch
ORDER = {"ec_st": "subtotal", "ec_tx": "tax", "ec_sh": "shipping", "ec_dt": "discount", "ec_items": "items"}
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?").fullmatch


def event(asked: Any) -> Any:
    if not isinstance(asked, dict):
        return asked
    what = _what(asked)
    try:
        properties: Any = _dimensions(asked) | what.pop("properties", {})
    except Problem as problem:  # the fault of this one: it gets the verdict, and the others of a bulk request count
        properties = problem.detail
    about = fields.given(
        url=asked.get("url"),
        referrer=asked.get("urlref"),
        title=asked.get("action_name") if what["event_type"] == EventType.PAGE_VIEW else None,
        visitor_id=asked.get("_id") or asked.get("cid"),
        user_id=asked.get("uid"),
        page_view_id=asked.get("pv_id"),
        timestamp=_moment(asked.get("cdt")),
    )
    return about | what | {"properties": properties}


def _what(asked: dict[str, str]) -> dict[str, Any]:
    """What happened, by the first field that only such a request has."""
    make = next(
        (make for name, make in BY_FIELD if asked.get(name) and (name not in FLAGS or asked[name] == "1")), _page
    )
    return make(asked)


def _page(asked: dict[str, str]) -> dict[str, Any]:
    seen = fields.given(screen=asked.get("res"), language=asked.get("lang"))
    return {"event_type": EventType.PAGE_VIEW, "properties": seen}


def _still_open(asked: dict[str, str]) -> dict[str, Any]:
    return {"event_type": EventType.PAGE_EXIT}


def _own(asked: dict[str, str]) -> dict[str, Any]:
    named = fields.given(category=asked.get("e_c"), label=asked.get("e_n"), value=_number(asked.get("e_v")))
    return {"event_type": fields.own_name(asked.get("e_a")), "properties": named}


def _search(asked: dict[str, str]) -> dict[str, Any]:
    results = _number(asked.get("search_count"))
    found = fields.given(query=asked["search"], category=asked.get("search_cat"), results=results)
    return {"event_type": EventType.SEARCH, "properties": found}


def _link(asked: dict[str, str]) -> dict[str, Any]:
    return {"event_type": EventType.CLICK, "properties": {"href": asked["link"]}}


def _download(asked: dict[str, str]) -> dict[str, Any]:
    return {"event_type": "download", "properties": {"href": asked["download"]}}


def _content(asked: dict[str, str]) -> dict[str, Any]:
    shown = fields.given(content=asked["c_n"], piece=asked.get("c_p"), target=asked.get("c_t"))
    return {"event_type": "content_interaction" if asked.get("c_i") else "content_impression", "properties": shown}


def _of_plug_in(asked: dict[str, str]) -> dict[str, Any]:
    """What plug-ins send of media and forms, in words of their own, is no page view."""
    return {"event_type": "custom_action"}


def _goal(asked: dict[str, str]) -> dict[str, Any]:
    """Goal 0 is the shop: an order where it has a number, else the basket."""
    value = fields.given(value=_number(asked.get("revenue")))
    if asked["idgoal"] != "0":
        return {"event_type": EventType.GOAL, "properties": value | {"goal_name": f"Goal {asked['idgoal']}"}}
    basket = {ours: _number(asked[theirs]) for theirs, ours in ORDER.items() if theirs in asked}
    if order := asked.get("ec_id"):
        return {"event_type": "order", "properties": value | basket | {"order_id": order}} | fields.named(
            order, "order"
        )
    return {"event_type": "basket", "properties": value | basket}


def _dimensions(asked: dict[str, str]) -> dict[str, Any]:
    """Custom dimensions by their number, custom variables by their name."""
    found: dict[str, Any] = {name: value for name, value in asked.items() if DIMENSION(name)}
    for written in (asked.get("cvar"), asked.get("_cvar")):
        for pair in fields.mapping(bodies.read(written.encode()) if written else {}).values():
            if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str):
                found[pair[0]] = pair[1]
    return found


def _moment(written: str | None) -> Any:
    """`2026-03-10 11:59:59` of UTC, or seconds since 1970."""
    if not written:
        return None
    try:
        return datetime.strptime(written, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).isoformat()
    except ValueError:
        return fields.milliseconds(written)


def _number(written: str | None) -> Any:
    """As a number, if it is one: a request's fields are text alone."""
    if not written or not NUMBER(written):
        return written
    return float(written) if "." in written else int(written)


FLAGS = frozenset({"ping", "ca"})
BY_FIELD: tuple[tuple[str, Callable[[dict[str, str]], dict[str, Any]]], ...] = (
    ("ping", _still_open),
    ("e_c", _own),
    ("e_a", _own),
    ("search", _search),
    ("link", _link),
    ("download", _download),
    ("c_n", _content),
    ("idgoal", _goal),
    ("ca", _of_plug_in),
)
