"""Mixpanel's events, people and accounts, one by one, in our words."""

from typing import Any

from config.lib.problems import Problem
from tracking.dialects import fields
from tracking.events import EventType

NAMES: dict[str, str] = {
    "$mp_web_page_view": EventType.PAGE_VIEW,
    "$mp_click": EventType.CLICK,
    "$mp_submit": EventType.FORM_SUBMIT,
    "$mp_input_change": EventType.FORM_INTERACTION,
    "$mp_scroll": EventType.SCROLL,
    "$identify": EventType.IDENTIFY,
    "$create_alias": EventType.IDENTIFY,
    "$merge": EventType.IDENTIFY,
}
# What the SDK adds of itself, of the browser and of the page: read from the request, or in a column of its own.
AUTOMATIC = (
    "mp_", "$mp_", "$lib", "$os", "$browser", "$device", "$screen", "$insert_id", "$user_id", "$initial_",
    "$identified_id", "$anon_", "$current_url", "$referr", "$ip", "$viewport", "$page", "$client", "$offset",
    "$elements", "$target", "$el_", "$event_type", "$host", "$pathname", "$distinct_id", "current_page_title",
    "current_domain", "current_url_", "$had_persisted_distinct_id",
)  # fmt: skip
OURS = ("token", "distinct_id", "time", "alias", "browser_version", "$x", "$y")
DEVICE = "$device:"
SETTING = ("$set", "$set_once", "$unset")
# Sums and lists have no place with a person: each change is an event of its own, which reports can add up.
CHANGING = ("$add", "$append", "$union", "$remove")


def event(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    written, properties = tree.get("event"), tree.get("properties") or {}
    if not isinstance(properties, dict):
        return {"event_type": written, "properties": properties}
    kind = NAMES.get(written) or fields.own_name(written) if isinstance(written, str) else written
    title = properties.get("current_page_title")
    referrer = properties.get("$referrer")
    within = (written, properties.get("distinct_id"), properties.get("time"))
    return (
        {"event_type": kind, "properties": _kept(kind, properties)}
        | fields.named(properties.get("$insert_id"), *within)
        | _who(written, properties)
        | fields.given(
            timestamp=fields.milliseconds(properties.get("time")),
            url=properties.get("$current_url"),
            title=title,
            referrer=None if referrer == "$direct" else referrer,
        )
    )


def profile(tree: Any) -> Any:
    """One update of a person. Raises Problem 400 for the wish to delete one."""
    if not isinstance(tree, dict):
        return tree
    if "$delete" in tree:
        raise Problem(400, "unsupported", "A project token may not delete people.")
    changes = {name.lstrip("$"): tree[name] for name in CHANGING if name in tree}
    paid = _charge(fields.mapping(tree.get("$append")).get("$transactions"))
    kind = "charge" if paid else "profile_changed" if changes else EventType.IDENTIFY
    return {"event_type": kind, "properties": paid or changes} | _about(tree) | _set(tree)


def group(tree: Any) -> Any:
    """One update of an account."""
    if not isinstance(tree, dict):
        return tree
    account = fields.given(account=fields.text(tree.get("$group_id")))
    named = {tree["$group_key"]: tree.get("$group_id")} if isinstance(tree.get("$group_key"), str) else {}
    said = fields.mapping(tree.get("$set")) | fields.mapping(tree.get("$set_once"))
    changes = {name.lstrip("$"): tree[name] for name in (*CHANGING, "$unset", "$delete") if name in tree}
    moment = fields.given(timestamp=fields.milliseconds(tree.get("$time")))
    return {"event_type": "group", "properties": said | named | account | changes} | moment


def _who(written: Any, properties: dict[str, Any]) -> dict[str, Any]:
    """Before somebody is identified the distinct id names the device, or is its id itself."""
    distinct, device = (fields.text(properties.get(name)) for name in ("distinct_id", "$device_id"))
    if isinstance(distinct, str) and distinct.startswith(DEVICE):
        device, distinct = device or distinct.removeprefix(DEVICE), None
    user = fields.text(properties.get("$user_id") or properties.get("$identified_id"))
    user = user or (None if distinct == device else distinct)
    user, previous = _joined(written, properties, user)
    return fields.given(user_id=user, visitor_id=device, previous_id=previous)


def _joined(written: Any, properties: dict[str, Any], user: Any) -> tuple[Any, Any]:
    """(who it is, another id that turned out to be the same person)."""
    if written == "$create_alias":
        return fields.text(properties.get("alias")), user
    ids = properties.get("$distinct_ids")
    if written == "$merge" and isinstance(ids, list) and len(ids) > 1:
        return fields.text(ids[0]), fields.text(ids[1])
    previous = properties.get("$anon_distinct_id") or properties.get("$anon_id")
    return user, previous.removeprefix(DEVICE) if isinstance(previous, str) else previous


def _kept(kind: Any, properties: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in properties.items() if name not in OURS and not name.startswith(AUTOMATIC)}
    if kind == EventType.PAGE_VIEW:
        size = fields.screen(properties.get("$screen_width"), properties.get("$screen_height"))
        kept |= fields.given(screen=size)
    return kept | fields.given(text=properties.get("$el_text"))


def _about(tree: dict[str, Any]) -> dict[str, Any]:
    distinct, device = fields.text(tree.get("$distinct_id")), fields.text(tree.get("$device_id"))
    is_device = isinstance(distinct, str) and (distinct == device or distinct.startswith(DEVICE))
    return fields.given(
        user_id=fields.text(tree.get("$user_id")) or (None if is_device else distinct),
        visitor_id=device or (distinct.removeprefix(DEVICE) if is_device and isinstance(distinct, str) else None),
        timestamp=fields.milliseconds(tree.get("$time")),
    )


def _set(tree: dict[str, Any]) -> dict[str, Any]:
    removed = tree.get("$unset")
    gone = {_name(name): None for name in removed if isinstance(name, str)} if isinstance(removed, list) else {}
    said, once = (_own(fields.mapping(tree.get(name))) for name in SETTING[:2])
    return fields.given(user_properties=said | gone, user_properties_once=once)


def _own(properties: dict[str, Any]) -> dict[str, Any]:
    return {_name(name): value for name, value in properties.items() if not name.startswith(AUTOMATIC)}


def _name(theirs: str) -> str:
    """Its `$email`, `$name` and `$phone` go by their usual names."""
    return theirs.removeprefix("$") or theirs


def _charge(transaction: Any) -> dict[str, Any]:
    """What track_charge appends to a person: an amount."""
    said = fields.mapping(transaction)
    amount = said.get("$amount")
    rest = {_name(name): value for name, value in said.items() if name not in ("$amount", "$time")}
    return rest | {"value": amount} if isinstance(amount, int | float) else {}
