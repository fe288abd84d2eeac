"""API keys: issue, rotate, revoke, authenticate.

mp_live_…         mp_test_…            publishable: write events, may stand in a web page
mp_secret_live_…  mp_secret_test_…     secret: read, write, admin; shown once, kept as a digest
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from config.lib import crypto
from config.lib.happenings import tell
from config.lib.problems import Problem
from workspaces import audit, refusals
from workspaces.models import ApiKey, Environment, Limit, Workspace

PREFIXES = {
    ("publishable", "live"): "mp_live_",
    ("publishable", "test"): "mp_test_",
    ("secret", "live"): "mp_secret_live_",
    ("secret", "test"): "mp_secret_test_",
}
LONGEST = 64  # characters; whatever is longer cannot be a key and is not even hashed
OVERLAP_HOURS = 24
MAX_OVERLAP_HOURS = 30 * 24
# A key that was found stays known to its process this long, so that busy sites cost no query for each request.
# A revocation takes at most as long to reach every process. What was not found is asked again each time:
# a new key works at once.
KNOWN_SECONDS = 3.0
# Who may not wait goes on with what is known for so much longer, while one request asks anew.
LENT_SECONDS = 1.5
KNOWN_AT_MOST = 10_000
USE_NOTED_EVERY = timedelta(minutes=1)

_known: dict[str, tuple[float, ApiKey]] = {}
_asked: dict[str, float] = {}  # which reading of a key is being renewed


@dataclass(frozen=True)
class KeyHolder:
    """Who a request with a key is: `request.user` of the API. It belongs to one workspace and has no account."""

    key: ApiKey
    is_authenticated: bool = True
    is_active: bool = True
    is_staff: bool = False
    pk: None = None

    def __str__(self) -> str:
        return f"key {self.key.name} ({self.key.prefix}…)"


def issue(
    workspace: Workspace,
    *,
    name: str,
    actor: Any,
    now: datetime,
    kind: str = "publishable",
    environment: Environment = "live",
    permissions: Sequence[str] = ("write",),
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text. Of a secret key the text is known here and never again."""
    if expires_at is not None and expires_at <= now:
        raise Problem(422, "expiry_in_the_past", "Give an expiry that lies ahead, or none.")
    if kind == ApiKey.Kind.PUBLISHABLE:
        permissions = ["write"]
    if not permissions:
        raise Problem(422, "no_permission", "Choose at least one of read, write, admin.")
    prefix = PREFIXES[kind, environment]
    raw = prefix + secrets.token_hex(16)
    with transaction.atomic():
        key = ApiKey.objects.create(
            workspace=workspace,
            name=name,
            kind=kind,
            environment=environment,
            permissions=sorted(set(permissions)),
            digest=crypto.digest(raw),
            prefix=raw[: len(prefix) + 6],
            raw=raw if kind == ApiKey.Kind.PUBLISHABLE else "",
            created_by=actor if actor is not None and actor.pk else None,
            expires_at=expires_at,
        )
        audit.record(workspace.organization, actor, "key.issue", str(key), now=now, workspace=workspace)
    return key, raw


def rotate(key: ApiKey, *, actor: Any, now: datetime, overlap_hours: int = OVERLAP_HOURS) -> tuple[ApiKey, str]:
    """A new key like `key`, with its limits, from now on; the old one works for `overlap_hours` more."""
    if not key.is_live(now):
        raise Problem(409, "key_ended", "This key is revoked or expired. Create a new one instead.")
    if not 0 <= overlap_hours <= MAX_OVERLAP_HOURS:
        raise Problem(422, "overlap", f"Choose an overlap between 0 and {MAX_OVERLAP_HOURS} hours.")
    ends = now + timedelta(hours=overlap_hours)
    with transaction.atomic():
        # Conditional: of two clicks at once, too, only one makes a key.
        if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=ends):
            said = "This key was rotated and ends by itself. Rotate the one that follows it."
            raise Problem(409, "key_rotated", said)
        fresh = issue(
            key.workspace,
            name=key.name,
            actor=actor,
            now=now,
            kind=key.kind,
            environment=key.environment,  # type: ignore[arg-type]
            permissions=key.permissions,
            expires_at=key.expires_at,
        )
        _limit_alike(key, fresh[0])
        key.revoked_at = ends
        audit.record(key.workspace.organization, actor, "key.rotate", str(key), now=now, workspace=key.workspace)
    forget()
    return fresh


def _limit_alike(old: ApiKey, new: ApiKey) -> None:
    """What holds the old key back holds the new one back, whoever set it."""
    copied = ("organization_id", "metric", "period", "most", "policy", "source", "note")
    rows = Limit.objects.filter(api_key=old).values(*copied)
    Limit.objects.bulk_create(Limit(api_key=new, **row) for row in rows)


def revoke(key: ApiKey, *, actor: Any, now: datetime) -> None:
    """Ends the key now: at once in this process, within KNOWN_SECONDS in every other."""
    if key.revoked_at is None or key.revoked_at > now:
        key.revoked_at = now
        with transaction.atomic():
            key.save(update_fields=["revoked_at"])
            audit.record(key.workspace.organization, actor, "key.revoke", str(key), now=now, workspace=key.workspace)
    forget()


def authenticate(raw: str, now: datetime) -> ApiKey | None:
    """The live key whose text is `raw`, with its workspace and organization, or None.

    None stands for unknown, revoked and expired alike, so that a caller cannot tell which.
    """
    if len(raw) > LONGEST or not raw.startswith("mp_"):
        return None
    key = _find(crypto.digest(raw))
    if key is None:
        return None
    if not key.is_live(now):
        refusals.note(key.workspace.dataset_id(key.environment), "ended_key", key.prefix)  # type: ignore[arg-type]
        return None
    _note_use(key, now)
    return key


def is_at_hand(key: ApiKey, now: datetime) -> bool:
    """Whether `authenticate` would give this key, found before, without asking anybody. Otherwise the database has to
    be asked, which then is for the caller to do."""
    found_at, known = _known.get(key.digest, (0.0, None))
    age_s = time.monotonic() - found_at
    if known is not key or age_s > KNOWN_SECONDS + LENT_SECONDS or not key.is_live(now):
        return False
    if key.last_used_at is None or now - key.last_used_at >= USE_NOTED_EVERY:
        return False
    if age_s >= KNOWN_SECONDS and _asked.get(key.digest) != found_at:
        _asked[key.digest] = found_at
        return False
    return True


def forget() -> None:
    """Drops what this process knows of keys and their workspaces. Call after changing either."""
    _known.clear()
    _asked.clear()


def _find(digest: str) -> ApiKey | None:
    found_at, key = _known.get(digest, (0.0, None))
    if key is not None and time.monotonic() - found_at < KNOWN_SECONDS:
        return key
    key = ApiKey.objects.select_related("workspace__organization").filter(digest=digest).first()
    if key is not None:
        if len(_known) >= KNOWN_AT_MOST:
            forget()
        _known[digest] = (time.monotonic(), key)
    return key


def _note_use(key: ApiKey, now: datetime) -> None:
    """Writes last_used_at at most once a minute, and of several processes only one does."""
    if key.last_used_at is not None and now - key.last_used_at < USE_NOTED_EVERY:
        return
    due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    is_first = ApiKey.objects.filter(due, pk=key.pk).update(last_used_at=now) == 1
    key.last_used_at = now
    if is_first:
        about = {"organization": key.workspace.organization.slug, "workspace": key.workspace.slug, "kind": key.kind}
        tell("key.use", key.prefix, now, **about)
