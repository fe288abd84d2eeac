"""When an event happened: what its sender wrote, corrected by how wrong the sender's clock is.

Accepted are RFC 3339 with a zone, and epoch milliseconds. A number that could be seconds or microseconds is refused:
guessing would put events into wrong years without a word.
"""

from datetime import UTC, datetime
from typing import Annotated, NamedTuple

import msgspec

from tracking.events import MAX_AGE_DAYS, MAX_AHEAD_SECONDS, MAX_HISTORY_DAYS
from tracking.trees import Rejected
from tracking.usage import DropReason

Written = str | int | float
Moment = Annotated[datetime, msgspec.Meta(tz=True)]

# Milliseconds between 1973 and 2286; the same digits as seconds or microseconds lie far outside.
FEWEST_MS, MOST_MS = 10**11, 10**13
EARLIEST_MS = 946_684_800_000  # 2000-01-01: no event is older, so a clock that says so was never set
DAY_MS = 86_400_000
SLIGHTLY_AHEAD_MS = MAX_AHEAD_SECONDS * 1000
# A wrong zone or a clock a few hours fast still means "now". Beyond a day the time is not a time.
FAR_AHEAD_MS = DAY_MS
SKEW_TOLERATED_MS = 5_000
SENT_BEFORE_TOLERATED_MS = 1_000


def epoch_ms(written: Written) -> int:
    """Epoch milliseconds of what was written. Raises Rejected time_format."""
    if isinstance(written, str):
        try:
            return round(msgspec.convert(written, Moment).timestamp() * 1000)
        except msgspec.ValidationError:
            raise _unreadable() from None
    if not FEWEST_MS <= written <= MOST_MS:
        raise _unreadable()
    return int(written)


def skew_ms(sent_at: Written | None, received_ms: int) -> tuple[int, int]:
    """(by how much the sender's clock is behind, the sender's time of sending); zeros where it cannot be told."""
    if sent_at is None:
        return 0, 0
    try:
        sent_ms = epoch_ms(sent_at)
    except Rejected:
        return 0, 0
    skew = received_ms - sent_ms
    if sent_ms < EARLIEST_MS or abs(skew) <= SKEW_TOLERATED_MS:
        return 0, 0
    return skew, sent_ms


class Oldest(NamedTuple):
    """How old an event may be when it comes, and what is said of an older one."""

    age_ms: int
    says: str


RECENT, HISTORY = (
    Oldest(days * DAY_MS, f"Older than {days} days. Send history without `sent_at`.")
    for days in (MAX_AGE_DAYS, MAX_HISTORY_DAYS)
)


def oldest(sent_at: Written | None, days_kept: int, deleted_before_ms: int, received_ms: int) -> Oldest:
    """How old an event of this request may be. `days_kept`: as long as its workspace keeps events, 0 for ever;
    `deleted_before_ms`: what happened before was deleted there, 0 nothing."""
    found = HISTORY if sent_at is None else RECENT
    if days_kept and days_kept * DAY_MS < found.age_ms:
        found = Oldest(days_kept * DAY_MS, f"Older than {days_kept} days, for which this workspace keeps events.")
    if deleted_before_ms and received_ms - deleted_before_ms < found.age_ms:
        day = f"{datetime.fromtimestamp(deleted_before_ms / 1000, UTC):%Y-%m-%d}"
        says = f"This workspace has deleted its events from before {day}, and takes none of that time again."
        found = Oldest(received_ms - deleted_before_ms, says)
    return found


def place(at_ms: int, skew: int, sent_ms: int, received_ms: int, oldest: Oldest = RECENT) -> int:
    """The event's time on our clock. Raises Rejected time_range or too_old.

    An event that claims to be later than its own sending has another clock than `sent_at`, so it is left as it is.
    """
    if skew and at_ms <= sent_ms + SENT_BEFORE_TOLERATED_MS:
        at_ms += skew
    ahead_ms = at_ms - received_ms
    if at_ms < EARLIEST_MS or ahead_ms > FAR_AHEAD_MS:
        raise Rejected(DropReason.TIME_RANGE, "No event can have happened at this time.", "/timestamp")
    if ahead_ms < -oldest.age_ms:
        raise Rejected(DropReason.TOO_OLD, oldest.says, "/timestamp")
    return received_ms if ahead_ms > SLIGHTLY_AHEAD_MS else at_ms


def _unreadable() -> Rejected:
    return Rejected(
        DropReason.TIME_FORMAT,
        "Send RFC 3339 with a zone, such as 2026-03-10T12:00:00Z, or epoch milliseconds.",
        "/timestamp",
    )
