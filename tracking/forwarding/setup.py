"""Destinations as people set them up: a connection with a vendor, and the rules of what goes there."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet

from config.lib.crypto import SealBroken
from tracking.destinations.model import GROUP, Destination, of_kind
from tracking.forwarding import health
from tracking.models import Forwarding
from workspaces import audit, connections
from workspaces.models import Environment, Workspace

RULES = (
    "environment", "event_types", "names", "renamed_events", "renamed_properties", "dropped_properties",
    "sends_personal_data", "sends_bots",
)  # fmt: skip
# Batches on their way would lead test events to the place of live ones.
FIXED = ("environment",)


def of_workspace(workspace: Workspace) -> QuerySet[Forwarding]:
    return (
        Forwarding.objects.filter(connection__workspace=workspace, connection__group=GROUP)
        .select_related("connection__workspace__organization")
        .order_by("connection__name", "pk")
    )


def create(
    workspace: Workspace,
    kind: str,
    name: str,
    values: Mapping[str, str],
    rules: Mapping[str, Any],
    *,
    actor: Any,
    now: datetime,
) -> Forwarding:
    """Events received from now on go there. Raises Problem as connections.connect does."""
    defaults = {"event_types": sorted(of_kind(kind).accepts)}
    begun = now.replace(microsecond=now.microsecond // 1000 * 1000)
    with transaction.atomic():
        settings = of_kind(kind).begun(values)
        connection = connections.connect(workspace, GROUP, kind, name, settings, actor=actor, now=now)
        return Forwarding.objects.create(
            connection=connection, begun_at=begun, since=begun, position=begun, **(defaults | {**rules})
        )


def change(
    forwarding: Forwarding, name: str, values: Mapping[str, str], rules: Mapping[str, Any], *, actor: Any, now: datetime
) -> None:
    """New rules hold for what is not in the outbox yet. The environment stays what it was: see `FIXED`."""
    changed = [field for field in RULES if field in rules and field not in FIXED]
    with transaction.atomic():
        typed = _settings(forwarding, values, now)
        connections.change(forwarding.connection, name, typed, actor=actor, now=now)
        fresh = Forwarding.objects.select_for_update().get(pk=forwarding.pk)
        for field in changed:
            setattr(fresh, field, rules[field])
        fresh.since = fresh.position
        fresh.save(update_fields=[*changed, "since"])
    health.forget(forwarding)


def _settings(forwarding: Forwarding, values: Mapping[str, str], now: datetime) -> Mapping[str, str]:
    """As the vendor's module wants them; as they were typed where the present ones cannot be read any more."""
    try:
        provider = cast(Destination, connections.provider_of(forwarding.connection))
    except SealBroken:
        return values
    return provider.changed(values, now)


@transaction.atomic
def pause(forwarding: Forwarding, *, actor: Any, now: datetime) -> None:
    connections.pause(forwarding.connection, f"Paused by {actor}.", now=now)
    workspace = forwarding.connection.workspace
    name = forwarding.connection.name
    audit.record(workspace.organization, actor, "destination.pause", name, now=now, workspace=workspace)


def resume(forwarding: Forwarding, *, actor: Any, now: datetime, skips: bool = False) -> None:
    """Goes on where it stopped, or, with `skips`, with what is received from now on."""
    with transaction.atomic():
        if skips:
            begun = now.replace(microsecond=now.microsecond // 1000 * 1000)
            Forwarding.objects.filter(pk=forwarding.pk).update(
                begun_at=begun, since=begun, position=begun, position_id=None
            )
        connections.resume(forwarding.connection, actor=actor, now=now)
    health.forget(forwarding)


def is_connected(workspace: Workspace, kinds: Iterable[str], environment: Environment) -> dict[str, bool]:
    """Which of these kinds get this workspace's events now."""
    running = of_workspace(workspace).filter(environment=environment, connection__paused_at=None)
    found = set(running.values_list("connection__kind", flat=True))
    return {kind: kind in found for kind in kinds}
