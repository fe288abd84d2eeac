"""Ways to a dashboard without an account: links that anybody may open who has them, and frames in somebody's product.

    link    /share/<secret>/                 a password, an end, and locked filters, if wished
    embed   /embed/<uid>/?token=<JWT>        each token is signed by the customer's server and says which rows count

Whatever is locked is part of every question (views.dashboards.page); revoked, a share ends with the next request.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Q

from analytics.dashboards.config import stored_filters
from analytics.models import Dashboard, DashboardShare
from analytics.query.condition_json import from_list
from analytics.query.lookup import SavedOf
from analytics.query.model import Condition, QueryError
from config.lib import crypto
from config.lib.problems import Problem
from config.lib.ratelimit import Limit, wait_seconds
from workspaces import audit

MOST = 50  # of a dashboard
LONGEST_SECRET = 64
TOKEN_LIVES_AT_MOST = timedelta(days=1)
OPENED_EVERY = timedelta(minutes=1)
READS = Limit(rate=2, burst=60)  # of one reader: a page and its refreshes
READS_OF_SHARE = Limit(rate=50, burst=500)
GUESSES = Limit(rate=0.1, burst=10)  # passwords, of one reader
GUESSES_OF_SHARE = Limit(rate=1, burst=100)
CLAIMS = 'Sign {"exp": <a time within a day>, "filters": [["is", "prop:account_id", ["42"]]]} with HS256.'


class TokenRefused(Exception):
    """The token of an embed; the message says what to sign instead. Seen by whoever builds it in."""


@dataclass(frozen=True)
class Claims:
    """What the token of an embed says."""

    filters: tuple[Condition, ...]
    expires_at: datetime
    theme: str = ""


@transaction.atomic
def create(
    dashboard: Dashboard,
    *,
    kind: str,
    name: str,
    actor: Any,
    now: datetime,
    password: str = "",
    filters: Any = (),
    may_change: bool = True,
    theme: str = "system",
    is_branded: bool = True,
    origins: Sequence[str] = (),
    expires_at: datetime | None = None,
) -> DashboardShare:
    """QueryError for filters that cannot be understood."""
    if dashboard.shares.filter(revoked_at=None).count() >= MOST:
        raise Problem(409, "too_many", f"A dashboard is shared at most {MOST} times. Revoke a share first.")
    if expires_at is not None and expires_at <= now:
        raise Problem(422, "expiry_in_the_past", "Give an end that lies ahead, or none.", field="expires_at")
    secret = secrets.token_urlsafe(32)
    conditions = stored_filters(list(filters), SavedOf(dashboard.workspace, now))
    made = DashboardShare.objects.create(
        dashboard=dashboard,
        kind=kind,
        name=name.strip()[:80] or DashboardShare.Kind(kind).label,
        secret=crypto.seal(secret),
        digest=crypto.digest(secret),
        password=make_password(password) if password and kind == DashboardShare.Kind.LINK else "",
        filters=conditions,
        may_change=may_change,
        theme=theme,
        is_branded=is_branded,
        origins=[origin(each) for each in origins if each.strip()],
        expires_at=expires_at,
        created_by=actor if getattr(actor, "pk", None) else None,
        created_at=now,
    )
    _record(made, "dashboard.shared", actor, now)
    return made


@transaction.atomic
def revoke(share: DashboardShare, *, actor: Any, now: datetime) -> None:
    """It ends with the next request; open pages lose their socket within five seconds."""
    if DashboardShare.objects.filter(pk=share.pk, revoked_at=None).update(revoked_at=now):
        _record(share, "dashboard.unshared", actor, now)


def of_link(secret: str, now: datetime) -> DashboardShare | None:
    """The open link of this secret."""
    if len(secret) > LONGEST_SECRET:
        return None
    return _open(now).filter(kind=DashboardShare.Kind.LINK, digest=crypto.digest(secret)).first()


def of_embed(uid: Any, now: datetime) -> DashboardShare | None:
    return _open(now).filter(kind=DashboardShare.Kind.EMBED, uid=uid).first()


def locked(share: DashboardShare, now: datetime) -> tuple[Condition, ...]:
    """QueryError when a segment is gone: without it the share would show more."""
    return from_list(share.filters, SavedOf(share.dashboard.workspace, now))


def opened(share: DashboardShare, now: datetime) -> None:
    """Notes the moment, once a minute."""
    before = Q(opened_at=None) | Q(opened_at__lte=now - OPENED_EVERY)
    DashboardShare.objects.filter(before, pk=share.pk).update(opened_at=now)


def wait_to_read(share: DashboardShare, reader: str) -> int:
    """0, or in how many seconds to ask again."""
    return wait_seconds(f"share:{share.pk}:{reader}", READS) or wait_seconds(f"share:{share.pk}", READS_OF_SHARE)


def wait_to_guess(share: DashboardShare, reader: str) -> int:
    by_reader = wait_seconds(f"guess:{share.pk}:{reader}", GUESSES)
    return by_reader or wait_seconds(f"guess:{share.pk}", GUESSES_OF_SHARE)


def is_password(share: DashboardShare, given: str) -> bool:
    return len(given) <= 200 and check_password(given, share.password)


def unlocked_by(share: DashboardShare) -> str:
    """What a reader's session keeps of the password: worthless for any other share, and after a new password."""
    return crypto.digest(f"{share.uid}:{share.password}")


def secret_of(share: DashboardShare) -> str:
    return crypto.unseal(share.secret)


def claims(share: DashboardShare, token: str, now: datetime) -> Claims:
    """Raises TokenRefused. `filters` must be there: a forgotten one would show every customer's rows."""
    try:
        found = jwt.decode(token, secret_of(share), algorithms=["HS256"], options={"require": ["exp"]})
    except jwt.ExpiredSignatureError:
        raise TokenRefused("This view has expired. Load the page around it again.") from None
    except jwt.InvalidTokenError:
        raise TokenRefused(f"The token is not signed with this embed's secret. {CLAIMS}") from None
    expires_at = _end(found["exp"], now)
    if not isinstance(found.get("filters"), list):
        raise TokenRefused(f"The token does not say which rows count. {CLAIMS}")
    try:
        filters = from_list(found["filters"], SavedOf(share.dashboard.workspace, now))
    except QueryError as refused:
        raise TokenRefused(str(refused)) from None
    theme = found.get("theme", "")
    return Claims(filters, expires_at, theme if theme in DashboardShare.Theme.values else "")


def _end(exp: Any, now: datetime) -> datetime:
    """`exp` in seconds since 1970. Compared as a number: dates end long before numbers do."""
    if isinstance(exp, bool) or not isinstance(exp, int | float):
        raise TokenRefused(f"The token's exp is no number of seconds. {CLAIMS}")
    if exp > (now + TOKEN_LIVES_AT_MOST + timedelta(minutes=5)).timestamp():
        raise TokenRefused(f"The token lives too long. {CLAIMS}")
    return datetime.fromtimestamp(exp, tz=now.tzinfo)


def token(share: DashboardShare, filters: list[Any], now: datetime, lives: timedelta = timedelta(hours=1)) -> str:
    """As a customer's server would sign it: for previews."""
    return jwt.encode({"exp": now + lives, "filters": filters}, secret_of(share), algorithm="HS256")


def origin(text: str) -> str:
    """`https://app.example.com`. Problem for what is none."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        detail = f"{text.strip()!r} is no origin. Write it as https://app.example.com."
        raise Problem(422, "origins", detail, field="origins")
    if not text.strip().isprintable() or not parts.netloc.isascii() or set(parts.netloc) & set(" ;,'\"@"):
        raise Problem(422, "origins", "An origin has a host and perhaps a port, nothing else.", field="origins")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _open(now: datetime) -> Any:
    ahead = Q(expires_at=None) | Q(expires_at__gt=now)
    return DashboardShare.objects.filter(ahead, revoked_at=None).select_related("dashboard__workspace__organization")


def _record(share: DashboardShare, action: str, actor: Any, now: datetime) -> None:
    workspace = share.dashboard.workspace
    target = f"{share.dashboard.name}: {share.get_kind_display().lower()} {share.name}"
    audit.record(workspace.organization, actor, action, target, now=now, workspace=workspace)
