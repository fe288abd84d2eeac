"""Amplitude's events, one by one, in our words."""

from typing import Any

from tracking.dialects import fields
from tracking.events import EventType

OWN = "[Amplitude] "  # before what its own script collects
NAMES: dict[str, str] = {
    "$identify": EventType.IDENTIFY,
    "$groupidentify": "group",
    f"{OWN}Page Viewed": EventType.PAGE_VIEW,
    f"{OWN}Element Clicked": EventType.CLICK,
    f"{OWN}Form Submitted": EventType.FORM_SUBMIT,
    f"{OWN}Form Started": EventType.FORM_INTERACTION,
}
REVENUE = {"$price": "price", "$quantity": "quantity", "$productId": "product_id", "$revenueType": "revenue_type"}
NO_SESSION = -1
SETTING = ("$set", "$setOnce", "$unset")
EMPTY = ("EMPTY", "-")  # how its script writes "no such campaign"


def event(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    written, device = tree.get("event_type"), fields.text(tree.get("device_id"))
    kind = NAMES.get(written, fields.own_name(written)) if isinstance(written, str) else written
    session = tree.get("session_id")
    said = fields.given(
        timestamp=tree.get("time"),
        user_id=fields.text(tree.get("user_id")),
        visitor_id=device,
        session_id=None if session == NO_SESSION else fields.text(session),
    )
    properties = tree.get("event_properties")
    if properties is not None and not isinstance(properties, dict):
        return said | {"event_type": kind, "properties": properties}
    who, changes = device or tree.get("user_id"), _changes(tree.get("user_properties"))
    if changes and kind == EventType.IDENTIFY:
        kind = "profile_changed"
    return (
        said
        | fields.named(tree.get("insert_id"), who)
        | _place(properties or {})
        | _traits(tree.get("user_properties"))
        | {"event_type": kind, "properties": _properties(kind, tree, properties or {}) | changes}
    )


def _place(properties: dict[str, Any]) -> dict[str, Any]:
    return fields.given(
        url=properties.get(f"{OWN}Page Location") or properties.get(f"{OWN}Page URL"),
        title=properties.get(f"{OWN}Page Title"),
        referrer=properties.get(f"{OWN}Previous Page Location"),
    )


def _properties(kind: Any, tree: dict[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    """The customer's own; what Amplitude's script says of the page has columns, and of a click it says the text."""
    kept = {name: value for name, value in written.items() if not name.startswith((OWN, "$"))}
    kept |= {name: written[theirs] for theirs, name in REVENUE.items() if theirs in written}
    kept |= fields.given(
        text=written.get(f"{OWN}Element Text"),
        element=written.get(f"{OWN}Element Path"),
        value=_revenue(written, "$") or _revenue(tree),
        currency=written.get("$currency", tree.get("currency")),
        product_id=tree.get("productId", tree.get("product_id")),
    )
    if kind == EventType.PAGE_VIEW:
        kept |= fields.given(language=tree.get("language"))
    if kind == "group":
        kept |= fields.mapping(fields.mapping(tree.get("group_properties")).get("$set"))
    return fields.groups(tree.get("groups")) | kept | fields.given(app_version=tree.get("app_version"))


def _changes(written: Any) -> dict[str, Any]:
    """Sums and lists have no place with a person: each change is an event of its own, which reports can add up."""
    said = fields.mapping(written)
    return {
        name.removeprefix("$"): value
        for name, value in said.items()
        if name.startswith("$") and name not in SETTING and name != "$"
    }


def _revenue(said: dict[str, Any], mark: str = "") -> float | None:
    """What was paid; of a price without a sum, for so many."""
    revenue, price, quantity = (said.get(f"{mark}{name}") for name in ("revenue", "price", "quantity"))
    if isinstance(revenue, int | float):
        return revenue
    return price * (quantity if isinstance(quantity, int) else 1) if isinstance(price, int | float) else None


def _traits(written: Any) -> dict[str, Any]:
    """`user_properties` are operations ($set, $setOnce, $unset …) or simply what is to be set."""
    said = fields.mapping(written)
    plain = {name: value for name, value in said.items() if not name.startswith("$")}
    removed = dict.fromkeys(fields.mapping(said.get("$unset")))
    once = {name: value for name, value in fields.mapping(said.get("$setOnce")).items() if value not in EMPTY}
    return fields.given(user_properties=plain | fields.mapping(said.get("$set")) | removed, user_properties_once=once)
