"""As much of a request as its organization's limits have room for; the rest is held.

Nobody is asked for permission first: the log itself refuses what does not fit and says how much would
(tracking.append), so that senders who race for the last events of a limit get exactly as many in as there are.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import DatabaseError

from config.lib.problems import Problem
from tracking.append import CountersCold, HoldFull, Ration, TooLittleRoom
from tracking.keys import KeyGrant
from tracking.usage import DropReason, rations, warm
from tracking.verdicts import Verdict

HELD_DAYS = 30
SAID = (
    f"The limit of events is used up. This event is kept for {HELD_DAYS} days, and counted when the limit is raised. "
    "Do not send it again."
)


def fit(quantity: int, ration: Ration | None, attempt: Callable[[int, Ration | None], bool]) -> bool:
    """`attempt(room, ration)` logs the first `room` events and holds the others; what it returns.

    Raises Problem 402 when no more can be held.
    """
    room = quantity
    while True:
        try:
            return attempt(room, ration if room == quantity else ration and ration._replace(quantity=room))
        except TooLittleRoom as little:
            room = little.room  # less than before: sooner or later it fits
        except CountersCold:
            ration = _warmed(ration)
        except HoldFull:
            raise Problem(
                402, "hold_full", "The limit of events is used up and no more can be held. Raise the limit first."
            ) from None


def _warmed(ration: Ration | None) -> Ration | None:
    """The same once it is known what was used; without limits where nobody can tell: in doubt nothing is held."""
    if ration is None:
        return None
    try:
        warm.warm(ration.organization_id, (ration.day, ration.month))
    except DatabaseError:
        return ration._replace(ceilings=())
    return ration


def ration_of(grant: KeyGrant, bot: str, quantity: int, now: datetime) -> Ration | None:
    """None for what is not billable: test data, and bots."""
    if grant.environment == "test" or bot or not grant.consumer.organization_id:
        return None
    return rations.of_events(grant.consumer, quantity, now)


def mark_held(verdicts: Sequence[Verdict], room: int) -> None:
    """Of the accepted events all after the first `room` are held."""
    accepted = [verdict for verdict in verdicts if verdict.status == "accepted"]
    for verdict in accepted[room:]:
        verdict.status, verdict.code, verdict.detail = "held", DropReason.QUOTA, SAID
