"""Keys that other tools gave out, and the workspace each of them brings its events to.

    claim ──► OtherKey          grant("segment:W1…") ──► the KeyGrant of its workspace

A door asks by a name made of tool, key and, where keys are mere numbers, the host of the page; a key of our own goes
by itself, so a customer may also put it where the other tool's key stood.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from config.lib.problems import Problem
from tracking import keys
from tracking.keys import KeyGrant
from tracking.models import OtherKey
from workspaces import audit, hosts
from workspaces.models import ApiKey, Workspace

Tool = OtherKey.Tool
OWN_PREFIX = "mp_"
MAX_KEYS = 100  # of a workspace
SHORTEST_KEY, LONGEST_KEY = 6, 200  # characters; shorter ones could be guessed, or are somebody else's as well
KNOWN_SECONDS, KNOWN_AT_MOST = 3.0, 10_000
USE_NOTED_EVERY = timedelta(minutes=1)

# Whose keys are the same in every installation: the host of the page tells them apart.
COUNTED = frozenset({Tool.MATOMO})


@dataclass(frozen=True)
class Found:
    """A row, and the key of ours that stands for it: made once, so that its grant is made once."""

    row: OtherKey
    key: ApiKey


_known: dict[tuple[str, str], tuple[float, list[Found]]] = {}


def of_workspace(workspace: Workspace) -> QuerySet[OtherKey]:
    return OtherKey.objects.filter(workspace=workspace)


def claim(
    workspace: Workspace, *, tool: str, key: str, host: str, environment: str, actor: Any, now: datetime
) -> OtherKey:
    """From now on what is sent with this key is the workspace's. Raises Problem 409 or 422, with a `field`."""
    key, host = _checked_key(tool, key), _checked_host(tool, host)
    if of_workspace(workspace).count() >= MAX_KEYS:
        raise Problem(409, "too_many", f"A workspace takes at most {MAX_KEYS} keys of other tools. Remove one first.")
    with transaction.atomic():
        row, is_new = OtherKey.objects.get_or_create(
            tool=tool,
            key=key,
            host=host,
            defaults={"workspace": workspace, "environment": environment, "created_at": now},
        )
        if not is_new:
            raise _taken(row, workspace)
        audit.record(workspace.organization, actor, "other_key.add", str(row), now=now, workspace=workspace)
    forget()
    return row


def give_up(row: OtherKey, *, actor: Any, now: datetime) -> None:
    """Whatever still sends with it is refused: at once by this process, within KNOWN_SECONDS by every other."""
    with transaction.atomic():
        audit.record(row.workspace.organization, actor, "other_key.remove", str(row), now=now, workspace=row.workspace)
        row.delete()
    forget()


def name(tool: str, key: Any, host: str = "") -> str:
    """By what name the door asks for the grant of a key; "" where there is none."""
    if not isinstance(key, str) or not key or key.startswith(OWN_PREFIX):
        return key if isinstance(key, str) else ""
    return f"{tool}:{key}@{host}"


def grant(asked: str, now: datetime) -> KeyGrant:
    """Raises Problem as keys.grant does."""
    is_ours = not asked or asked.startswith(OWN_PREFIX)
    return keys.grant(asked, now) if is_ours else keys.grant(asked, now, _authenticate)


def forget() -> None:
    _known.clear()


def _authenticate(asked: str, now: datetime) -> ApiKey | None:
    """The key of ours that stands for the one asked for, or None."""
    tool, _, rest = asked.partition(":")
    key, _, host = rest.rpartition("@")
    if len(key) > LONGEST_KEY or "\0" in key:
        return None
    found = _nearest(_rows(tool, key), host.lower())
    if found is None:
        return None
    _note_use(found.row, now)
    return found.key


def _nearest(rows: Sequence[Found], host: str) -> Found | None:
    """The row for this very host, or for the nearest one above it."""
    fitting = [each for each in rows if each.row.host in ("", host) or host.endswith(f".{each.row.host}")]
    return max(fitting, key=lambda each: len(each.row.host), default=None)


def _rows(tool: str, key: str) -> list[Found]:
    found_at, rows = _known.get((tool, key), (0.0, []))
    if rows and time.monotonic() - found_at < KNOWN_SECONDS:
        return rows
    asked = OtherKey.objects.filter(tool=tool, key=key).select_related("workspace__organization")
    rows = [Found(row, _stand_in(row)) for row in asked]
    if rows:
        if len(_known) >= KNOWN_AT_MOST:
            _known.clear()
        _known[tool, key] = (time.monotonic(), rows)
    return rows


def _stand_in(row: OtherKey) -> ApiKey:
    """Never stored, hence without a number: a publishable key, as such keys stand in web pages."""
    return ApiKey(
        id=0,
        workspace=row.workspace,
        name=str(row),
        kind=ApiKey.Kind.PUBLISHABLE,
        environment=row.environment,
        permissions=[ApiKey.Permission.WRITE],
    )


def _note_use(row: OtherKey, now: datetime) -> None:
    """At most once a minute, and of several processes only one."""
    if row.last_used_at is not None and now - row.last_used_at < USE_NOTED_EVERY:
        return
    due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    OtherKey.objects.filter(due, pk=row.pk).update(last_used_at=now)
    row.last_used_at = now


def _checked_key(tool: str, written: str) -> str:
    key = written.strip()
    if tool == Tool.PLAUSIBLE:
        key = hosts.normalize(key)
    if key.startswith(OWN_PREFIX):
        raise _fault("key", 422, "own_key", "This is a MetricPal key. It works as it is, without being added here.")
    if not key.isprintable() or "@" in key or len(key) > LONGEST_KEY:
        raise _fault("key", 422, "not_a_key", "This is no key. Paste it as the other tool shows it.")
    if len(key) < (1 if tool in COUNTED else SHORTEST_KEY):
        raise _fault("key", 422, "too_short", f"A key has at least {SHORTEST_KEY} characters.")
    return key


def _checked_host(tool: str, written: str) -> str:
    if tool not in COUNTED:
        return ""
    try:
        host = hosts.normalize(written)
    except Problem as problem:
        raise _fault("host", problem.status, problem.code, problem.detail) from None
    if not host:
        raise _fault(
            "host", 422, "host_needed", "Every installation counts its sites from 1. Say on which host this one is."
        )
    return host


def _taken(row: OtherKey, workspace: Workspace) -> Problem:
    if row.workspace_id == workspace.pk:
        return _fault("key", 409, "claimed", "This workspace takes this key already.")
    detail = (
        "Another workspace takes the events of this key. Remove it there first; "
        "or leave it and put a MetricPal key in its place, which works everywhere."
    )
    return _fault("key", 409, "claimed", detail)


def _fault(field: str, status: int, code: str, detail: str) -> Problem:
    return Problem(status, code, detail, field=field)
