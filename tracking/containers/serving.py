"""What /tag/… answers: always JavaScript, never an error page, and the same for everybody who asks.

The live address is assembled anew from its revision, so that an upgrade of the script and a rotated key reach it by
themselves; an immutable address repeats the bytes that were published.
"""

import re
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, InterfaceError

from config.lib.problems import Problem
from tracking import script_builds
from tracking.containers import assembly
from tracking.models import Container, Revision
from workspaces.models import ApiKey

# What a process knows of a tag; publishing, rolling back and killing reach every other process as soon.
KNOWN_SECONDS = 2.0
KNOWN_AT_MOST = 500
PUBLIC_ID = re.compile(r"c_[0-9a-f]{16}")
# Ten seconds: how long a browser that has a copy needs to notice a publication, a rollback or a kill. Afterwards it
# asks whether its copy is still the one, which costs a few bytes.
LIVE = "public, max-age=10"
FOREVER = "public, max-age=31536000, immutable"
NEVER = "no-store"


@dataclass(frozen=True)
class Served:
    status: int
    body: str
    cache: str
    kind: str = "text/javascript; charset=utf-8"


UNKNOWN = Served(404, "/* MetricPal: there is nothing here. */\n", NEVER)
AWAY = Served(503, "/* MetricPal: cannot be served now. */\n", NEVER)
_known: dict[str, tuple[float, Served]] = {}


def forget() -> None:
    """Drops what this process knows. Call after changing what is served."""
    _known.clear()


def tag(public_id: str, now: datetime) -> Served:
    """The container at its address. What was served lately goes on being served while the database is away."""
    known_at, known = _known.get(public_id, (0.0, None))
    if known and time.monotonic() - known_at < KNOWN_SECONDS:
        return known
    try:
        found = _container(public_id)
        if found is None:
            _known.pop(public_id, None)
            return UNKNOWN
        served = _live(found, now)
    except (DatabaseError, InterfaceError):
        return known or AWAY
    if len(_known) >= KNOWN_AT_MOST:
        _known.clear()
    _known[public_id] = (time.monotonic(), served)
    return served


def revision(public_id: str, number: int) -> Served:
    """One revision, unchanged for ever: unless the container is stopped."""
    if not PUBLIC_ID.fullmatch(public_id):
        return UNKNOWN
    found = Revision.objects.filter(container__public_id=public_id, number=number).select_related("container").first()
    if found is None:
        return UNKNOWN
    return _stopped(found.container) if found.container.is_killed else Served(200, found.body, FOREVER)


def manifest(public_id: str) -> dict[str, Any] | None:
    """Every revision with what a page needs to pin it. None for an unknown container."""
    container = _container(public_id)
    if container is None:
        return None
    return {
        "container_id": container.public_id,
        "live": container.live.number if container.live and not container.is_killed else None,
        "revisions": [
            {
                "revision": each.number,
                "url": f"/tag/{public_id}/{each.number}.js",
                "bytes": len(each.body.encode()),
                "integrity": each.integrity,
                "script_version": each.script_version,
            }
            for each in container.revisions.all()
        ],
    }


def key_of(container: Container, environment: str, now: datetime) -> str:
    """The key that the page sends with: the oldest publishable one that works. Raises Problem 409."""
    live = ApiKey.objects.live_at(now).filter(workspace_id=container.workspace_id, kind=ApiKey.Kind.PUBLISHABLE)
    raw: str | None = live.filter(environment=environment).order_by("id").values_list("raw", flat=True).first()
    if raw is None:
        raise Problem(409, "no_key", f"No publishable {environment} key works. Create one under API keys.")
    return raw


def _container(public_id: str) -> Container | None:
    if not PUBLIC_ID.fullmatch(public_id):
        return None
    return Container.objects.filter(public_id=public_id).select_related("live").first()


def _live(container: Container, now: datetime) -> Served:
    if container.is_killed or container.live is None:
        return _stopped(container)
    try:
        build = script_builds.of_channel(container.live.content["channel"])
        script_builds.keep(build)
        key = key_of(container, container.live.content["environment"], now)
    except Problem:
        return _stopped(container)
    label = f"{container.public_id}, revision {container.live.number}"
    return Served(200, assembly.assemble(container.public_id, label, key, container.live.content, build), LIVE)


def _stopped(container: Container) -> Served:
    """Calls that stand in the page still find somebody. Never cached: the next load may find the container revived."""
    build = script_builds.installed()
    if build is None:
        return AWAY
    return Served(200, assembly.inert(f"{container.public_id}: nothing runs", build), NEVER)
