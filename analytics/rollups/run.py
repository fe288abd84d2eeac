"""One run over one dataset: every day that is due, and everything that those days reach.

Nothing of it needs to be exclusive. Two runs at once write what each has seen; if something arrived between, the
fingerprints no longer fit and the next run sees the day as due.
"""

from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db import transaction

from analytics.query.cache import ticks
from analytics.rollups import days
from analytics.rollups.daily import daily
from analytics.rollups.dataset import Dataset
from analytics.rollups.kept import keep
from analytics.rollups.longer import growth, longer
from analytics.rollups.reach import Reach
from tracking.events import MAX_AGE_DAYS

CHECKED_SECONDS = 3600
ALL_CHECKED_SECONDS = 600  # erasures and merges reach further back than late events, but not every second


def roll_up(dataset: Dataset, now: datetime, since: date | None = None) -> list[date]:
    """Compute what is due, on or after `since`; the days that were."""
    reach = _reach(dataset, now)
    if reach is None:
        return []
    first = max(reach.oldest, since) if since else reach.oldest
    raw = days.stored(dataset, first, reach.last)
    due = days.due(dataset, raw, first, reach.last)
    if due:
        days.start(dataset, due, raw)
        with transaction.atomic():
            keep(dataset, daily(dataset, due, reach), now)
            keep(dataset, longer(dataset, "weekly", due, reach), now)
            keep(dataset, longer(dataset, "monthly", due, reach), now)
            keep(dataset, growth(dataset, due, reach), now)
            days.finish(dataset, due, raw, now)
    return due


def bring_up_to_date(dataset: Dataset, now: datetime) -> None:
    """Before numbers are shown. Asked once for each change of the dataset."""
    tick = ticks([dataset.id]).get(dataset.id)
    last = days.last_closed(dataset, now)
    state = f"{dataset.id}:{last}:{dataset.definition}"
    known = days.rollups(dataset).filter(day__gte=days.first_kept(dataset) or date.min)  # what is gone stands as it is
    is_broken = known.exclude(state=days.State.DONE, definition=dataset.definition).exists()
    if not is_broken and tick is not None and cache.get(f"rolled-up:{tick}:{state}"):
        return
    if is_broken or not cache.get(f"rolled-up-all:{state}"):
        roll_up(dataset, now)
        cache.set(f"rolled-up-all:{state}", True, ALL_CHECKED_SECONDS)
    else:
        newest = known.order_by("-day").values_list("day", flat=True).first() or last
        roll_up(dataset, now, since=min(newest, last - timedelta(MAX_AGE_DAYS + 1)))
    cache.set(f"rolled-up:{tick}:{state}", True, CHECKED_SECONDS)


def _reach(dataset: Dataset, now: datetime) -> Reach | None:
    """None where no event was ever stored, or none of a day that is over."""
    last = days.last_closed(dataset, now)
    if kept := days.first_kept(dataset):
        return Reach(kept, last, is_cut=True) if kept <= last else None
    # Days that had events once are looked at for ever: an erasure may have taken the first of them, or all.
    had_any = days.rollups(dataset).filter(events__gt=0).order_by("day").values_list("day", flat=True).first()
    oldest = min((each for each in (days.first_stored(dataset), had_any) if each), default=None)
    return Reach(oldest, last, is_cut=False) if oldest and oldest <= last else None
