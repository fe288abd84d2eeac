"""From draft to what visitors load, and back in one step.

publish    the draft becomes the next revision, and is served
roll back  an earlier revision is served again; the draft stays as it is
kill       a script that does nothing is served, until somebody revives the container
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from config.lib.problems import Problem
from config.lib.turns import take_turn
from tracking import script_builds
from tracking.containers import assembly, drafts, serving, syntax
from tracking.models import Container, Revision
from workspaces import audit


def check(container: Container) -> list[syntax.Fault]:
    """What stands in the way of publishing the draft. Raises Problem 503 where nothing can check."""
    return syntax.faults([(each["name"], each["code"]) for each in drafts.content_of(container)["adaptors"]])


def preview(container: Container, now: datetime) -> str:
    """What would be served. Raises Problem."""
    content = drafts.content_of(container)
    build = script_builds.of_channel(content["channel"])
    key = serving.key_of(container, content["environment"], now)
    return assembly.assemble(container.public_id, f"{container.public_id}, draft", key, content, build)


def publish(container: Container, *, actor: Any, now: datetime, note: str = "") -> Revision:
    """The draft, as a new revision; or the live one where nothing differs.

    Raises Problem 422 with `errors` where an adaptor does not parse.
    """
    if faults := check(container):
        errors = [vars(fault) for fault in faults]
        raise Problem(422, "syntax", "; ".join(map(str, faults)), errors=errors, field="code")
    with transaction.atomic():
        _lock(container)
        content = drafts.content_of(container)
        build = script_builds.of_channel(content["channel"])
        live = container.live
        if live and live.content == content and live.script_version == build.version:
            return live
        script_builds.keep(build)
        newest = container.revisions.first()
        number = newest.number + 1 if newest else 1
        key = serving.key_of(container, content["environment"], now)
        label = f"{container.public_id}, revision {number}"
        body = assembly.assemble(container.public_id, label, key, content, build)
        container.live = container.revisions.create(
            number=number,
            content=content,
            body=body,
            integrity=script_builds.integrity_of(body),
            script_version=build.version,
            note=note[:200],
            published_by=str(actor)[:255],
            published_at=now,
        )
        container.save(update_fields=["live"])
        _record(container, "container.publish", actor, now, number)
    serving.forget()
    return container.live


def roll_back(container: Container, number: int, *, actor: Any, now: datetime) -> Revision:
    """Raises Problem 404."""
    with transaction.atomic():
        _lock(container)
        revision = container.revisions.filter(number=number).first()
        if revision is None:
            raise Problem(404, "no_revision", f"This container has no revision {number}.", field="revision")
        container.live = revision
        container.save(update_fields=["live"])
        _record(container, "container.rollback", actor, now, number)
    serving.forget()
    return revision


def set_killed(container: Container, is_killed: bool, *, actor: Any, now: datetime) -> None:
    with transaction.atomic():
        _lock(container)
        container.is_killed = is_killed
        container.save(update_fields=["is_killed"])
        number = container.live.number if container.live else 0
        _record(container, "container.kill" if is_killed else "container.revive", actor, now, number)
    serving.forget()


def _lock(container: Container) -> None:
    """Two people who publish at once get two revisions, one after the other, of the draft as it is then."""
    take_turn(container, "container", "workspace__organization", "live")


def _record(container: Container, action: str, actor: Any, now: datetime, number: int) -> None:
    workspace = container.workspace
    target = f"{container}, revision {number}" if number else str(container)
    audit.record(workspace.organization, actor, action, target, now=now, workspace=workspace)
