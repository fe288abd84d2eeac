"""The product's own events: sign-ups, sign-ins, keys, exports, payments … counted in a workspace of the operator's.

    audit entry written, account made, something told (config.lib.happenings)
      ─► an event through the same door as everybody's ─► workspace PRODUCT_WORKSPACE

The event has the name of the audit log's action (`login`, `key.issue`, `export.download`, `billing.subscription`). Of
the person it knows what that workspace keeps: a keyed hash, unless it keeps personal data. What fails here fails alone:
an event that cannot be sent is dropped and logged, and the sign-in goes on.
"""

import logging
from datetime import datetime
from typing import Any

import redis
from allauth.account.signals import user_signed_up
from django.conf import settings
from django.db import DatabaseError

from config.lib import clock
from config.lib.happenings import happened
from config.lib.problems import Problem
from tracking import ingest, keys, payloads
from tracking.events import Client
from workspaces.audit import recorded
from workspaces.models import ApiKey, AuditEntry

log = logging.getLogger(__name__)
SIGN_UP = "signup"


def connect() -> None:
    """Called once, when the apps are ready."""
    recorded.connect(_recorded, dispatch_uid="product events")
    user_signed_up.connect(_signed_up, dispatch_uid="product events")
    happened.connect(_happened, dispatch_uid="product events")


def send(name: str, person: str, about: dict[str, str], now: datetime) -> bool:
    """Whether the event was taken. Never raises."""
    if not settings.PRODUCT_WORKSPACE:
        return False
    try:
        return _send(name, person, about, now)
    except (Problem, DatabaseError, redis.RedisError) as error:
        log.warning("the product's own event %s was not counted: %s", name, error)
        return False


def _send(name: str, person: str, about: dict[str, str], now: datetime) -> bool:
    found = ApiKey.objects.live_at(now).filter(
        workspace__slug=settings.PRODUCT_WORKSPACE, kind=ApiKey.Kind.PUBLISHABLE, environment="live"
    )
    key = found.first()
    if key is None:
        log.warning("PRODUCT_WORKSPACE: there is no workspace %s with a live key", settings.PRODUCT_WORKSPACE)
        return False
    event = {"event_type": name, "user_id": person, "properties": about}
    payload = payloads.of({}, [event])
    return ingest.ingest(payload, None, keys.grant(key.raw, now), Client(), now).accepted == 1


def _recorded(entry: AuditEntry, **_: Any) -> None:
    send(entry.action, entry.actor, {"organization": entry.organization.slug}, entry.at)


def _happened(name: str, who: str, about: dict[str, str], at: datetime, **_: Any) -> None:
    if about.get("workspace") != settings.PRODUCT_WORKSPACE:  # what we do here ourselves would count itself
        send(name, who, about, at)


def _signed_up(user: Any, **_: Any) -> None:
    send(SIGN_UP, user.email, {}, clock.now())
