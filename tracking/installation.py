"""Is the snippet working? What the install page says while somebody waits for the first event, and why none comes.

signs (what the log, the store and the refusals tell) ──diagnose──► Finding
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from config.lib.redis_clients import buffer_client
from tracking import browse, trial, usage
from workspaces import refusals
from workspaces.models import ENVIRONMENTS, Workspace

LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class Signs:
    """Of the live data, unless the name says test."""

    newest: list[dict[str, Any]] = field(default_factory=list)  # stored in the last hour, newest first
    stored_at: datetime | None = None  # when the newest stored event was received
    accepted_today: int = 0
    rejected_today: dict[str, int] = field(default_factory=dict)
    accepted_today_test: int = 0
    trials_today: int = 0  # of accepted_today_test, from this page's button
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """`code` is stable; `is_done` when an event of a person has arrived; `event` that event's row."""

    code: str
    headline: str
    advice: str = ""
    is_done: bool = False
    event: dict[str, Any] | None = None


def look(workspace: Workspace, now: datetime) -> Signs:
    """Raises redis.RedisError, StoreError."""
    live, test = (workspace.dataset_id(environment) for environment in ENVIRONMENTS)
    today = usage.of_day(live, now)
    accepted = today.pop(usage.ACCEPTED, 0)
    today.pop(usage.DropReason.DUPLICATE, 0)
    return Signs(
        newest=browse.latest(live, browse.Wanted(now - LATELY, now + LATELY)).rows,
        stored_at=stored_at(live),
        accepted_today=accepted,
        rejected_today=today,
        accepted_today_test=usage.of_day(test, now).get(usage.ACCEPTED, 0),
        trials_today=trial.accepted(test, now),
        refused=refusals.lately(live),
    )


def stored_at(dataset_id: int) -> datetime | None:
    """When the newest stored event of the dataset was received: everything acknowledged before it can be seen."""
    tick: Any = buffer_client().get(f"tick:{dataset_id}")
    return datetime.fromtimestamp(int(tick) / 1000, UTC) if tick else None


def diagnose(signs: Signs) -> Finding:
    """The first thing worth saying: success, then what is surely wrong, then what is probably wrong."""
    by_people = [row for row in signs.newest if not row["bot"]]
    if by_people:
        return Finding("arrived", "Events are arriving.", is_done=True, event=by_people[0])
    if signs.newest:
        names = ", ".join(sorted({row["bot"] for row in signs.newest}))
        return Finding("bots", f"Only bots so far: {names}.", "Open your website in an ordinary browser of your own.")
    if origin := signs.refused.get("origin"):
        advice = "Add this host to “Hosts that may send” in the settings, or empty that list."
        return Finding("origin", f"Events from {origin} are refused.", advice)
    if prefix := signs.refused.get("ended_key"):
        advice = "Your website carries a key that is revoked or expired. Copy the snippet from this page again."
        return Finding("ended_key", f"Events with the key {prefix}… are refused.", advice)
    return _of_the_day(signs)


def _of_the_day(signs: Signs) -> Finding:
    if signs.stored_at:
        advice = "None in the last hour. Open a page of your website and watch this line."
        return Finding("earlier", "Events have arrived before.", advice)
    if signs.accepted_today:
        return Finding("storing", "Events are received and are being stored.", "This takes a second or two.")
    if signs.rejected_today:
        reason = max(signs.rejected_today, key=signs.rejected_today.__getitem__)
        if reason == usage.DropReason.QUARANTINED:
            said = "Events arrive and wait in quarantine: they do not fit their schema."
            return Finding("quarantined", said, "Look under Data quality → Quarantine.")
        if reason in usage.FILTERED:
            advice = "Look under Settings → Privacy & filters."
            return Finding("filtered", f"Events arrive and your own filters keep them out: {_words(reason)}.", advice)
        advice = "The answer to each request names the field. Look into the network tab of your browser."
        return Finding("rejected", f"Events arrive and are not valid: {_words(reason)}.", advice)
    if signs.accepted_today_test > signs.trials_today:
        advice = "Your website carries the test key. For live numbers use the key that begins with mp_live_."
        return Finding("test_key", "Only test data so far.", advice)
    advice = "Open a page of your website that carries the snippet."
    if signs.trials_today:
        return Finding("tested", "The test event arrived. Now waiting for your website …", advice)
    return Finding("waiting", "Waiting for the first event …", advice)


def _words(reason: str) -> str:
    return reason.replace("_", " ")
