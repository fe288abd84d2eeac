"""Connecting a workspace with a provider: what was typed in is checked, secrets are sealed, every change is audited."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from config.lib.crypto import seal, unseal
from config.lib.problems import Problem
from workspaces import audit
from workspaces.models import Connection, Workspace
from workspaces.providers import Provider, SettingError, get


@transaction.atomic
def connect(
    workspace: Workspace, group: str, kind: str, name: str, values: Mapping[str, str], *, actor: Any, now: datetime
) -> Connection:
    """Problem when a value cannot be right or the name is taken. Nothing is sent: see `try_out`."""
    made = Connection(
        workspace=workspace, group=group, kind=kind, created_by=actor if isinstance(actor, User) else None
    )
    _fill(made, name, _settings(get(group, kind), values))
    audit.record(workspace.organization, actor, f"{group}.connect", name, now=now, workspace=workspace)
    return made


@transaction.atomic
def change(connection: Connection, name: str, values: Mapping[str, str], *, actor: Any, now: datetime) -> Connection:
    """A secret left empty stays what it was: nobody is shown it to type it again."""
    kept = {**_all_values(connection), **{key: value for key, value in values.items() if value}}
    cleared = {
        each.name: "" for each in _provider(connection).options() if not each.secret and not values.get(each.name)
    }
    _fill(connection, name, _settings(_provider(connection), {**kept, **cleared}))
    _audit(connection, "change", actor, now)
    return connection


def provider_of(connection: Connection) -> Provider:
    """Ready to send. Raises SealBroken when SECRET_KEY changed."""
    kind = _provider(connection)
    return kind(_settings(kind, _all_values(connection)))


def try_out(connection: Connection) -> None:
    """Sends the provider's harmless test now. Raises DeliveryError."""
    provider_of(connection).test()


def pause(connection: Connection, reason: str, *, now: datetime) -> None:
    connection.paused_at, connection.pause_reason = now, reason[:512]
    connection.save(update_fields=["paused_at", "pause_reason"])


@transaction.atomic
def resume(connection: Connection, *, actor: Any, now: datetime) -> None:
    connection.paused_at, connection.pause_reason = None, ""
    connection.save(update_fields=["paused_at", "pause_reason"])
    _audit(connection, "resume", actor, now)


@transaction.atomic
def disconnect(connection: Connection, *, actor: Any, now: datetime) -> None:
    connection.delete()
    _audit(connection, "disconnect", actor, now)


def _fill(connection: Connection, name: str, settings: Any) -> None:
    values, hidden = asdict(settings), {each.name for each in _provider(connection).options() if each.secret}
    connection.name = name
    connection.configuration = {key: value for key, value in values.items() if key not in hidden}
    connection.secrets = seal(json.dumps({key: values[key] for key in hidden})) if hidden else ""
    try:
        with transaction.atomic():
            connection.save()
    except IntegrityError:
        raise Problem(409, "name_taken", f"There is a connection named {name} already.", field="name") from None


def _settings(kind: type[Provider], values: Mapping[str, str]) -> Any:
    given = {each.name: values.get(each.name) or each.default for each in kind.options()}
    for each in kind.options():
        if each.required and not given[each.name]:
            raise Problem(422, "missing", f"{each.label} is needed.", field=each.name)
    try:
        return kind.Settings(**given)
    except SettingError as error:
        raise Problem(422, "wrong_value", str(error), field=error.name) from error


def _all_values(connection: Connection) -> dict[str, str]:
    return {**connection.configuration, **(json.loads(unseal(connection.secrets)) if connection.secrets else {})}


def _provider(connection: Connection) -> type[Provider]:
    return get(connection.group, connection.kind)


def _audit(connection: Connection, verb: str, actor: Any, now: datetime) -> None:
    workspace = connection.workspace
    action = f"{connection.group}.{verb}"
    audit.record(workspace.organization, actor, action, connection.name, now=now, workspace=workspace)
