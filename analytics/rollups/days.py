"""Which days are due: those never rolled up, those whose events changed since, those computed under another definition.

A day's fingerprint is made of the ids of its events and of whose they are, so a late event, an import, an erasure or
a merge of persons each change it: nobody has to announce them. What a retention period dropped from the store stays
as it was computed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from analytics.models import RollupDay
from analytics.query.scope import Parameters, where
from analytics.rollups.ask import ask
from analytics.rollups.dataset import Dataset
from config.lib.clock import day_start
from tracking.expiry.limits import deleted_before

State = RollupDay.State


@dataclass(frozen=True)
class Raw:
    """What the store holds of one day."""

    events: int
    fingerprint: str


NOTHING = Raw(0, "0")


def last_closed(dataset: Dataset, now: datetime) -> date:
    return now.astimezone(ZoneInfo(dataset.zone)).date() - timedelta(1)


def first_stored(dataset: Dataset) -> date | None:
    """The day of the oldest event. Reads the key's start only."""
    bound = Parameters({"dataset": dataset.id})
    oldest = "SELECT toDate(ts) FROM events WHERE dataset_id = {dataset:UInt32} ORDER BY dataset_id, toDate(ts) LIMIT 1"
    sql = f"SELECT min(ts), count() FROM events WHERE dataset_id = {{dataset:UInt32}} AND toDate(ts) = ({oldest})"
    [(moment, count)] = ask(dataset.id, sql, bound)
    return moment.astimezone(ZoneInfo(dataset.zone)).date() if count else None


def first_kept(dataset: Dataset) -> date | None:
    """The first day of its zone of which nothing was deleted because it grew too old; None: nothing ever was."""
    before = deleted_before(dataset.workspace, dataset.environment)
    if before is None:
        return None
    begins_later = day_start(before, dataset.zone) >= datetime.combine(before, time(), UTC)
    return before if begins_later else before + timedelta(1)


def stored(dataset: Dataset, first: date, last: date) -> dict[date, Raw]:
    """Of each day that has events."""
    bound = Parameters()
    ids = "groupBitXor(sipHash64(event_id, person_id))"  # a merge of persons changes who was active
    sql = (
        f"SELECT toDate(ts, {bound.bind(dataset.zone, 'String')}) AS day, count(), {ids}"
        f" FROM events WHERE {where(dataset.with_bots(first, last), 'events', bound)} GROUP BY day"
    )
    rows = ask(dataset.id, sql, bound)
    return {day: Raw(events, str(fingerprint)) for day, events, fingerprint in rows}


def due(dataset: Dataset, raw: dict[date, Raw], first: date, last: date) -> list[date]:
    """The days of [first, last] whose numbers do not stand."""
    known = {each.day: each for each in rollups(dataset).filter(day__range=(first, last))}
    return [day for day in span(first, last) if not _stands(known.get(day), raw.get(day, NOTHING), dataset.definition)]


def _stands(known: RollupDay | None, raw: Raw, definition: str) -> bool:
    return (
        known is not None
        and known.state == State.DONE
        and (known.events, known.fingerprint) == (raw.events, raw.fingerprint)
        and known.definition == definition
    )


def start(dataset: Dataset, days: Iterable[date], raw: dict[date, Raw]) -> None:
    """Before their numbers are touched: whoever is killed from here on leaves days that are due again."""
    made = [_row(dataset, day, raw.get(day, NOTHING), State.STARTED, None) for day in days]
    _save(made, ["state", "events", "fingerprint", "definition"])


def finish(dataset: Dataset, days: Iterable[date], raw: dict[date, Raw], now: datetime) -> None:
    made = [_row(dataset, day, raw.get(day, NOTHING), State.DONE, now) for day in days]
    _save(made, ["state", "events", "fingerprint", "definition", "finished_at"])


def reopen(dataset: Dataset, days: Iterable[date]) -> None:
    """Something outside the events changed what these days come to, such as a spend."""
    rollups(dataset).filter(day__in=list(days)).update(state=State.STARTED)


def rollups(dataset: Dataset):  # type: ignore[no-untyped-def]  # a queryset of RollupDay
    return RollupDay.objects.filter(workspace=dataset.workspace, environment=dataset.environment)


def span(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def _row(dataset: Dataset, day: date, raw: Raw, state: State, at: datetime | None) -> RollupDay:
    return RollupDay(
        workspace=dataset.workspace,
        environment=dataset.environment,
        day=day,
        state=state,
        events=raw.events,
        fingerprint=raw.fingerprint,
        definition=dataset.definition,
        finished_at=at,
    )


def _save(made: list[RollupDay], fields: list[str]) -> None:
    RollupDay.objects.bulk_create(
        made, 500, update_conflicts=True, unique_fields=["workspace", "environment", "day"], update_fields=fields
    )
