"""The draft of a container: what people edit. Nothing of it is served before it is published."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from config.lib.problems import Problem
from tracking import script_builds
from tracking.containers import rules, serving
from tracking.models import Adaptor, Container
from workspaces import audit
from workspaces.models import Workspace

MAX_CONTAINERS, MAX_ADAPTORS, MAX_CODE_BYTES = 100, 20, 32 * 1024
FIELDS = ("name", "website_url", "environment", "channel", "rules")
ADAPTOR_FIELDS = ("name", "schema_id", "code", "is_enabled")


def of_workspace(workspace: Workspace) -> QuerySet[Container]:
    return Container.objects.filter(workspace=workspace).select_related("live")


def create(workspace: Workspace, *, actor: Any, now: datetime, **fields: Any) -> Container:
    """`fields`: some of FIELDS. Raises Problem."""
    if of_workspace(workspace).count() >= MAX_CONTAINERS:
        raise Problem(409, "too_many", f"A workspace has at most {MAX_CONTAINERS} containers. Delete one first.")
    container = Container(workspace=workspace, **_checked({"rules": {}} | fields))
    return _saved(container, None, "container.create", actor, now)


def change(container: Container, changes: dict[str, Any], *, actor: Any, now: datetime) -> None:
    """`changes`: some of FIELDS. All else stays as it is now, what is live and stopped above all. Raises Problem."""
    checked = _checked(changes)
    for name, value in checked.items():
        setattr(container, name, value)
    if changes:
        _saved(container, [*checked], "container.change", actor, now)


def delete(container: Container, *, actor: Any, now: datetime) -> None:
    """Its address answers from now on as if it had never been."""
    with transaction.atomic():
        _record(container, "container.delete", actor, now, str(container))
        container.delete()
    serving.forget()


def add_adaptor(container: Container, *, actor: Any, now: datetime, **fields: Any) -> Adaptor:
    """`fields`: some of ADAPTOR_FIELDS. Raises Problem."""
    if container.adaptors.count() >= MAX_ADAPTORS:
        raise Problem(409, "too_many", f"A container has at most {MAX_ADAPTORS} adaptors. Delete one first.")
    return _saved_adaptor(Adaptor(container=container), fields, "adaptor.create", actor, now)


def change_adaptor(adaptor: Adaptor, changes: dict[str, Any], *, actor: Any, now: datetime) -> None:
    """`changes`: some of ADAPTOR_FIELDS. Raises Problem."""
    _saved_adaptor(adaptor, changes, "adaptor.change", actor, now)


def delete_adaptor(adaptor: Adaptor, *, actor: Any, now: datetime) -> None:
    with transaction.atomic():
        _record(adaptor.container, "adaptor.delete", actor, now, f"{adaptor.name} of {adaptor.container}")
        adaptor.delete()


def content_of(container: Container) -> dict[str, Any]:
    """The draft as a revision would keep it."""
    enabled = container.adaptors.filter(is_enabled=True)
    return {
        "environment": container.environment,
        "channel": container.channel,
        "rules": container.rules,
        "adaptors": [{"name": each.name, "schema_id": each.schema_id, "code": each.code} for each in enabled],
    }


def is_changed(container: Container) -> bool:
    """Whether the draft differs from what is live."""
    return container.live is None or container.live.content != content_of(container)


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    checked = {name: value for name, value in fields.items() if name in FIELDS}
    if "rules" in checked:
        checked["rules"] = rules.cleaned(checked["rules"])
    if "channel" in checked:
        script_builds.check_channel(checked["channel"])
    return checked


def _saved(container: Container, names: list[str] | None, action: str, actor: Any, now: datetime) -> Container:
    with transaction.atomic():
        container.save(update_fields=names)
        _record(container, action, actor, now, str(container))
    return container


def _saved_adaptor(adaptor: Adaptor, fields: dict[str, Any], action: str, actor: Any, now: datetime) -> Adaptor:
    for name in ADAPTOR_FIELDS:
        setattr(adaptor, name, fields.get(name, getattr(adaptor, name)))
    if len(adaptor.code.encode()) > MAX_CODE_BYTES:
        raise Problem(422, "code_too_long", f"An adaptor has at most {MAX_CODE_BYTES // 1024} KB.", field="code")
    others = adaptor.container.adaptors.exclude(pk=adaptor.pk)
    if others.filter(name=adaptor.name).exists():
        raise Problem(422, "name_taken", "Another adaptor of this container has this name.", field="name")
    with transaction.atomic():
        adaptor.save(update_fields=[name for name in ADAPTOR_FIELDS if name in fields] if adaptor.pk else None)
        _record(adaptor.container, action, actor, now, f"{adaptor.name} of {adaptor.container}")
    return adaptor


def _record(container: Container, action: str, actor: Any, now: datetime, target: str) -> None:
    workspace = container.workspace
    audit.record(workspace.organization, actor, action, target, now=now, workspace=workspace)
