"""Tickets: how somebody who cannot show a session opens a socket. Signed by us, for one dashboard, for a day at most.

A page that is shared gets one for its reader; the API hands them out to programs and to front ends of other sites.
A ticket is no right of its own: what it rests on (a share, a key, a membership) is looked up while the socket is open.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing

SALT = "live-ticket"
LIVES = timedelta(hours=24)


@dataclass(frozen=True)
class Ticket:
    """Exactly one of share_id, key_id and user_id is set. Of an embed: `filters` are its own, as JSON, `token` what its
    page was opened with, `ends_at` (seconds since 1970) when that expires.
    """

    dashboard_id: int
    share_id: int | None = None
    key_id: int | None = None
    user_id: int | None = None
    environment: str = "live"
    origin: str = ""  # of the page that may use it; empty: ours, or no browser at all
    filters: Any = ()
    token: str = ""
    ends_at: float | None = None


def sign(ticket: Ticket) -> str:
    return signing.dumps(asdict(ticket), salt=SALT, compress=True)


def read(text: str) -> Ticket | None:
    """None for what we did not sign, or signed too long ago."""
    try:
        return Ticket(**signing.loads(text, salt=SALT, max_age=LIVES))
    except (signing.BadSignature, TypeError):
        return None


def expires_at(now: datetime) -> datetime:
    return now + LIVES
