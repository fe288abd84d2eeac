"""Which dataset a request may write to: the key it brings, looked up; and where the key stands in the request.

While PostgreSQL is away the keys this process has seen go on working for an hour. A key it has not seen is neither
refused nor believed: the sender is asked to come back. Nobody waits long for a server that does not even say that it is
away (tracking.patience).
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, cast

from django.db import DatabaseError

from config.lib.problems import Problem
from tracking import patience, rules
from tracking.payloads import Frame
from tracking.rules import Rules
from tracking.schemas import compiled, registry
from tracking.usage.rations import Consumer
from workspaces import api_keys, limits
from workspaces.models import ApiKey, Environment

Authenticate = Callable[[str, datetime], ApiKey | None]
TRUSTED_WITHOUT_DATABASE_SECONDS = 3600.0
RETRY_AFTER_SECONDS = "10"
# After a failure the database is left alone this long, so that requests do not queue up behind its time-out.
ASKED_AGAIN_SECONDS = 5.0
REMEMBERED_AT_MOST = 10_000
# How long a request waits for the database: little where its key was seen before, and is believed without an answer.
SEEN_S, UNSEEN_S = 0.15, 3.0
SILENT_S = 1.0  # for so long keys that were seen are believed without asking, after a wait in vain


class KeyGrant(NamedTuple):
    """What a key allows, and what of its workspace the door and the writer need."""

    dataset_id: int
    environment: Environment
    kind: str
    can_write: bool
    allowed_hosts: tuple[str, ...]
    timeout_s: int
    bounce_ms: int
    host: str
    ends_ms: float  # when it expires or is revoked, epoch ms
    rules: Rules = rules.DEFAULT  # what its workspace takes in
    schemas: compiled.Schemas = compiled.NONE  # what its events should look like
    consumer: Consumer = Consumer(0)  # whose limits its events use up
    tenant: str = ""  # the organization's slug

    @property
    def is_secret(self) -> bool:
        return self.kind == ApiKey.Kind.SECRET


_remembered: dict[str, tuple[float, KeyGrant, ApiKey]] = {}
_database_away_until = _silent_until = 0.0


def in_request(environ: Mapping[str, Any], query: Mapping[str, str]) -> str:
    """The key of the headers or the query string, or "". Raises Problem 400 when there are different ones."""
    authorization, written = environ.get("HTTP_AUTHORIZATION", ""), environ.get("HTTP_X_API_KEY", "").strip()
    if not authorization and not query:
        return written
    bearer = authorization[7:].strip() if authorization[:7].lower() == "bearer " else ""
    return one_of(written, bearer, query.get("k", ""), query.get("api_key", ""))


def in_frame(frame: Frame) -> str:
    """The key of the body, or "". sendBeacon cannot set headers, so this is where the script writes it."""
    own, customer = frame.api_key or "", frame.customerObject
    return one_of(own, customer.apiKey or "") if customer else own


def one_of(*found: str) -> str:
    """The key that was found, wherever it stood. Raises Problem 400 when it is not the same everywhere."""
    different = {each for each in found if each}
    if len(different) > 1:
        raise Problem(400, "ambiguous_key", "Send one API key. This request brings different ones.")
    return different.pop() if different else ""


def grant(raw: str, now: datetime, authenticate: Authenticate = api_keys.authenticate) -> KeyGrant:
    """What the key allows. Raises Problem 401, or 503 when nobody can tell."""
    try:
        found = _ask(raw, now, authenticate)
    except DatabaseError:
        found = _recall(raw, now)
    if found is None:
        # One answer for missing, malformed, unknown, revoked and expired: it tells nothing to somebody who is guessing.
        raise Problem(401, "unknown_key", "Send the API key of a workspace, as X-API-Key or as `api_key` in the body.")
    return found


class NotAtHand(Exception):
    """Only the database knows what the key allows now."""


def at_hand(raw: str, now: datetime) -> KeyGrant:
    """The same, asking nobody. Raises NotAtHand."""
    _, found, key = _remembered.get(raw, (0.0, None, None))
    if found is None or key is None or not api_keys.is_at_hand(key, now):
        raise NotAtHand
    return found


def is_remembered(raw: str) -> bool:
    """Whether this process has seen the key work."""
    return raw in _remembered


def trusts_any() -> bool:
    """Whether a key would be believed now without the database."""
    oldest = time.monotonic() - TRUSTED_WITHOUT_DATABASE_SECONDS
    return any(seen_at > oldest for seen_at, _, _ in list(_remembered.values()))


def _ask(raw: str, now: datetime, authenticate: Authenticate) -> KeyGrant | None:
    global _database_away_until, _silent_until
    is_seen = raw in _remembered
    if time.monotonic() < (max(_database_away_until, _silent_until) if is_seen else _database_away_until):
        raise DatabaseError("was away a moment ago")
    if is_seen and authenticate is api_keys.authenticate and (found := _fresh(raw, now)):
        return found
    try:
        return patience.ask(partial(_look_up, raw, now, authenticate), SEEN_S if is_seen else UNSEEN_S)
    except patience.Busy:
        raise
    except DatabaseError as error:
        if is_seen and isinstance(error, patience.Silent):
            _silent_until = time.monotonic() + SILENT_S
        else:
            _database_away_until = time.monotonic() + ASKED_AGAIN_SECONDS
        raise


def _fresh(raw: str, now: datetime) -> KeyGrant | None:
    """What is known well enough to ask nobody."""
    try:
        found = at_hand(raw, now)
    except NotAtHand:
        return None
    _remembered[raw] = (time.monotonic(), *_remembered[raw][1:])
    return found


def _look_up(raw: str, now: datetime, authenticate: Authenticate) -> KeyGrant | None:
    key = authenticate(raw, now) if raw.isascii() else None
    if key is not None:
        return _remember(raw, key, now)
    _remembered.pop(raw, None)
    return None


def _remember(raw: str, key: ApiKey, now: datetime) -> KeyGrant:
    """The grant of a key that was found. Made anew when the key was read anew: every few seconds."""
    _, grant, known = _remembered.get(raw, (0.0, None, None))
    if grant is None or known is not key:
        grant = _grant_of(key, now)
    if len(_remembered) >= REMEMBERED_AT_MOST:
        _remembered.clear()
    _remembered[raw] = (time.monotonic(), grant, key)
    return grant


def _recall(raw: str, now: datetime) -> KeyGrant | None:
    seen_at, found, _ = _remembered.get(raw, (0.0, None, None))
    if found is None or time.monotonic() - seen_at > TRUSTED_WITHOUT_DATABASE_SECONDS:
        raise Problem(
            503, "keys_unavailable", "Keys cannot be checked now.", headers={"Retry-After": RETRY_AFTER_SECONDS}
        )
    return found if now.timestamp() * 1000 < found.ends_ms else None


def _grant_of(key: ApiKey, now: datetime) -> KeyGrant:
    workspace, environment = key.workspace, cast(Environment, key.environment)
    ends = [moment.timestamp() * 1000 for moment in (key.expires_at, key.revoked_at) if moment]
    return KeyGrant(
        dataset_id=workspace.dataset_id(environment),
        environment=environment,
        kind=key.kind,
        can_write=ApiKey.Permission.WRITE in key.permissions or ApiKey.Permission.ADMIN in key.permissions,
        allowed_hosts=tuple(workspace.allowed_hosts),
        timeout_s=workspace.session_timeout_minutes * 60,
        bounce_ms=workspace.bounce_engaged_seconds * 1000,
        host=workspace.domain,
        ends_ms=min(ends, default=float("inf")),
        rules=rules.of(workspace, environment),
        schemas=registry.for_door(workspace),
        consumer=_consumer_of(key, now),
        tenant=workspace.organization.slug,
    )


def _consumer_of(key: ApiKey, now: datetime) -> Consumer:
    organization_id = key.workspace.organization_id
    in_force = limits.in_force(organization_id, now, key.pk)
    return Consumer(organization_id, key.pk, tuple(each for each in in_force if each.metric == limits.EVENTS))
