"""PostHog's events, one by one, in our words."""

from typing import Any

from tracking.dialects import fields
from tracking.events import EventType

NAMES: dict[str, str] = {
    "$pageview": EventType.PAGE_VIEW,
    "$screen": EventType.PAGE_VIEW,
    "$pageleave": EventType.PAGE_EXIT,
    "$identify": EventType.IDENTIFY,
    "$set": EventType.IDENTIFY,
    "$set_once": EventType.IDENTIFY,
    "$create_alias": EventType.IDENTIFY,
    "$merge_dangerously": EventType.IDENTIFY,
    "$groupidentify": "group",
}
INTERACTIONS: dict[str, str] = {
    "click": EventType.CLICK,
    "submit": EventType.FORM_SUBMIT,
    "change": EventType.FORM_INTERACTION,
}
# What the SDK adds of itself, of the browser and of the page: read from the request, or in a column of its own.
AUTOMATIC = (
    "$lib", "$sdk_", "$browser", "$os", "$device", "$screen_", "$viewport_", "$raw_user_agent", "$timezone", "$time",
    "$insert_id", "$initial", "$session_", "$window_id", "$recording_", "$config", "$is_", "$process_person_profile",
    "$host", "$pathname", "$referr", "$python_", "$geoip", "$ip", "$current_url", "$set", "$unset", "$groups",
    "$anon_distinct_id", "$user_id", "$user_agent", "$pageview_id", "$prev_pageview_", "$distinct_id", "$group_set",
    "$group_key", "$group_type",
)  # fmt: skip
OURS = ("token", "distinct_id", "alias")


def event(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    properties = tree.get("properties") or {}
    if not isinstance(properties, dict):
        return {"event_type": tree.get("event"), "properties": properties}
    written = tree.get("event")
    kind = _kind(written, properties)
    return (
        {"event_type": kind, "properties": _kept(kind, properties)}
        | fields.named(tree.get("uuid") or properties.get("uuid"))
        | _who(tree, properties, written)
        | _where(kind, properties)
        | _traits(tree, properties)
        | fields.given(timestamp=fields.moment(tree.get("timestamp")) or fields.milliseconds(properties.get("$time")))
    )


def _kind(written: Any, properties: dict[str, Any]) -> Any:
    if not isinstance(written, str):
        return written
    if written == "$autocapture":
        return INTERACTIONS.get(str(properties.get("$event_type")), EventType.CLICK)
    return NAMES.get(written) or fields.own_name(written)


def _who(tree: dict[str, Any], properties: dict[str, Any], written: Any) -> dict[str, Any]:
    """Before somebody is identified, the distinct id is that of the device."""
    device = fields.text(properties.get("$device_id"))
    distinct, previous = _ids(tree, properties, written)
    if written == "$groupidentify" and device is None:
        distinct = None  # made up for each call: as somebody it would be a new visitor
    is_nobody = properties.get("$is_identified") is False or properties.get("$process_person_profile") is False
    is_device = distinct == device or (is_nobody and written != "$identify")
    return fields.given(
        user_id=None if is_device else distinct,
        visitor_id=device or (distinct if is_device else None),
        previous_id=previous,
        session_id=fields.text(properties.get("$session_id")),
    )


def _ids(tree: dict[str, Any], properties: dict[str, Any], written: Any) -> tuple[Any, Any]:
    """(the distinct id, another one that turned out to be the same person)."""
    distinct = fields.text(tree.get("distinct_id") or properties.get("distinct_id") or tree.get("$distinct_id"))
    if written not in ("$create_alias", "$merge_dangerously"):
        return distinct, properties.get("$anon_distinct_id") if written == "$identify" else None
    alias = fields.text(properties.get("alias"))
    # Its Python SDK writes the older id first.
    return (alias, distinct) if properties.get("$lib") == "posthog-python" else (distinct, alias)


def _where(kind: Any, properties: dict[str, Any]) -> dict[str, Any]:
    referrer, url = properties.get("$referrer"), properties.get("$current_url")
    if not url and isinstance(properties.get("$screen_name"), str):
        url = f"app://app/{properties['$screen_name']}"
    view = properties.get("$prev_pageview_id" if kind == EventType.PAGE_EXIT else "$pageview_id")
    return fields.given(
        url=url,
        referrer=None if referrer == "$direct" else referrer,
        title=properties.get("title") if kind == EventType.PAGE_VIEW else None,
        page_view_id=view,
    )


def _traits(tree: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    """What is set on the person: beside the event or within its properties."""
    removed = properties.get("$unset")
    gone = {name: None for name in removed if isinstance(name, str)} if isinstance(removed, list) else {}
    said, once = (
        _said(fields.mapping(properties.get(name)) | fields.mapping(tree.get(name))) for name in ("$set", "$set_once")
    )
    return fields.given(user_properties=said | gone, user_properties_once=once)


def _said(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None and not name.startswith("$")}


def _kept(kind: Any, properties: dict[str, Any]) -> dict[str, Any]:
    """What the customer gave, and of the SDK's own what no column has."""
    kept = {name: value for name, value in properties.items() if name not in OURS and not name.startswith(AUTOMATIC)}
    if kind == EventType.PAGE_VIEW:
        size = fields.screen(properties.get("$screen_width"), properties.get("$screen_height"))
        kept |= fields.given(screen=size, language=properties.get("$browser_language"))
        kept.pop("title", None)
    if kind == EventType.PAGE_EXIT:
        kept |= _attention(properties)
    if kind == "group":
        kept |= {"account": properties.get("$group_key")} | fields.mapping(properties.get("$group_set"))
    return fields.groups(properties.get("$groups")) | kept


def _attention(properties: dict[str, Any]) -> dict[str, Any]:
    """Time on the page in ms, and how far it was scrolled in percent."""
    seconds, share = (properties.get(f"$prev_pageview_{name}") for name in ("duration", "max_scroll_percentage"))
    return {
        **({"time_on_page": seconds * 1000} if isinstance(seconds, int | float) else {}),
        **({"final_scroll_depth": share * 100} if isinstance(share, int | float) else {}),
    }
