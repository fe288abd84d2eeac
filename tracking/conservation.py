"""The conservation law: no event is lost on the way in, and the books prove it for every workspace and hour.

    received + replayed = accepted + duplicates + held + quarantined + refused, by reason     the door's books
    accepted            = stored + repeated + broken + still waiting                          door against writer
    stored              = rows of the event store                                             writer against store

Each number is counted by somebody else, in the same step as what it counts becomes true. An hour (of receipt, UTC) is
settled when nothing acknowledged in it can still be waiting: then what is left over is a difference. It is kept, logged
and counted for alarms until it is gone. Why it is there is for a person to find out: nothing here puts it right.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet, Sum

from config.lib.redis_clients import buffer_client
from tracking import books, buffer, intake, usage
from tracking.models import HourDifference
from tracking.store.usage import stored_by_hour
from tracking.usage import received
from tracking.usage.reasons import DropReason
from workspaces.models import ENVIRONMENTS, Environment, Workspace

log = logging.getLogger(__name__)

HOURS = 24
HOUR = timedelta(hours=1)
CLOCKS = timedelta(minutes=1)  # by which those of the web processes and of the log may differ
APART = {DropReason.DUPLICATE, DropReason.QUOTA, DropReason.QUARANTINED}  # no refusals


@dataclass(frozen=True)
class Hour:
    """What was counted of one hour of receipt. The first two hold the words of usage.received and of the writer."""

    start: datetime
    door: Counter[str] = field(default_factory=Counter)
    writer: Counter[str] = field(default_factory=Counter)
    is_settled: bool = False

    @property
    def received(self) -> int:
        return self.door[received.RECEIVED] + self.door[received.REPLAYED]

    @property
    def accepted(self) -> int:
        return self.door[usage.ACCEPTED]

    @property
    def stored(self) -> int:
        return self.writer["stored"]

    @property
    def repeated(self) -> int:
        """Sent again, whether the door or the writer noticed."""
        return self.door[DropReason.DUPLICATE] + self.writer["repeated"]

    @property
    def held(self) -> int:
        return self.door[DropReason.QUOTA]

    @property
    def quarantined(self) -> int:
        return self.door[DropReason.QUARANTINED]

    @property
    def broken(self) -> int:
        return self.writer["broken"]

    @property
    def refused(self) -> dict[DropReason, int]:
        return {reason: self.door[reason] for reason in DropReason if reason not in APART and self.door[reason]}

    @property
    def refusals(self) -> int:
        return sum(self.refused.values())

    @property
    def given_up(self) -> int:
        """What scripts say that they could not send. No part of any sum: it was never received."""
        return self.door[received.GIVEN_UP]

    @property
    def undecided(self) -> int:
        """Received, and neither accepted nor refused."""
        return self.received - self.accepted - sum(self.door[reason] for reason in DropReason)

    @property
    def unstored(self) -> int:
        """Accepted, and not stored: it waits, or, in a settled hour, it is lost."""
        return self.accepted - self.stored - self.writer["repeated"] - self.broken

    @property
    def waiting(self) -> int:
        return 0 if self.is_settled else self.unstored

    @property
    def missing(self) -> int:
        """0, or the law does not hold."""
        return self.undecided + (self.unstored if self.is_settled else 0)


def hours(dataset_id: int, now: datetime, settled_until: datetime, most: int = HOURS) -> list[Hour]:
    """The last hours, the present one first, from the counters. Raises redis.RedisError."""
    newest = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    starts = [newest - number * HOUR for number in range(most)]
    door, writer = _counted(dataset_id, {start.date() for start in starts})
    return [
        Hour(
            start,
            door.get(start.date(), {}).get(start.hour, Counter()),
            writer.get(start.date(), {}).get(start.hour, Counter()),
            is_settled=start + HOUR <= settled_until,
        )
        for start in starts
    ]


def settled_until() -> datetime:
    """What was received before this moment is stored, if it ever will be. Raises redis.RedisError."""
    return intake.watermark() - CLOCKS


def check(now: datetime) -> int:
    """Prove the last hours of everybody; how many do not add up. Raises StoreError, redis.RedisError."""
    until = settled_until()
    for workspace in Workspace.objects.order_by("id").iterator():
        for environment in ENVIRONMENTS:
            prove(workspace, environment, now, until)
    return _recent(now).count()


def unaccounted(now: datetime) -> dict[str, int]:
    """Events of the last hours that are neither counted nor refused, by what is not known of them."""
    totals = _recent(now).aggregate(Sum("undecided"), Sum("unstored"), Sum("vanished"))
    return {what: totals[f"{what}__sum"] or 0 for what in ("undecided", "unstored", "vanished")}


def _recent(now: datetime) -> QuerySet[HourDifference]:
    return HourDifference.objects.filter(hour__gt=now - HOURS * HOUR)


def prove(workspace: Workspace, environment: Environment, now: datetime, settled_until: datetime) -> None:
    """Keep the differences of the settled hours of one environment."""
    settled = [hour for hour in hours(workspace.dataset_id(environment), now, settled_until) if hour.is_settled]
    found = [
        HourDifference(
            workspace=workspace,
            environment=environment,
            hour=hour.start,
            undecided=hour.undecided,
            unstored=hour.unstored,
            vanished=vanished,
            found_at=now,
        )
        for hour, vanished in zip(settled, _vanished(workspace, environment, settled), strict=True)
        if hour.undecided or hour.unstored or vanished
    ]
    _keep(workspace, environment, [hour.start for hour in settled], found)


def _vanished(workspace: Workspace, environment: Environment, settled: Sequence[Hour]) -> list[int]:
    """By how many rows the store has fewer than the writer stored, those aside that were deleted; below 0 where the
    counters were lost.

    It is not asked about a dataset of which nothing came.
    """
    if not any(hour.writer or hour.door for hour in settled):
        return [0] * len(settled)
    rows = stored_by_hour(workspace.dataset_id(environment), settled[-1].start, settled[0].start + HOUR)
    short = [hour.stored - rows.get(hour.start, 0) for hour in settled]
    gone = books.deleted_by_hour(workspace, environment, settled[-1].start) if any(short) else Counter()
    return [each - min(max(each, 0), gone[hour.start]) for hour, each in zip(settled, short, strict=True)]


@transaction.atomic
def _keep(workspace: Workspace, environment: Environment, starts: list[datetime], found: list[HourDifference]) -> None:
    kept = HourDifference.objects.filter(workspace=workspace, environment=environment, hour__in=starts)
    known = set(kept.values_list("hour", flat=True))
    kept.delete()
    HourDifference.objects.bulk_create(found)
    for each in found:
        if each.hour not in known:
            log.error("events of workspace %s (%s) are not accounted for: %s", workspace.slug, environment, each)


def _counted(dataset_id: int, days: Iterable[date]) -> tuple[dict[date, usage.Hours], dict[date, usage.Hours]]:
    """(the door's, the writer's) by day and hour, read at one moment: what moves meanwhile would seem lost."""
    ordered = sorted(days)
    moments = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in ordered]
    with buffer_client().pipeline(transaction=True) as pipe:
        for moment in moments:
            pipe.hgetall(received.key(dataset_id, moment))
            pipe.hgetall(buffer.stored_key(dataset_id, moment))
        found = [received.hours(each) for each in pipe.execute()]
    return dict(zip(ordered, found[::2], strict=True)), dict(zip(ordered, found[1::2], strict=True))
