"""Days that were over for long and changed all the same are told, so that nothing is kept of them that is not true."""

import pytest

from config.testing.world import NOW
from tracking import store
from tracking.store import erasure, expiry
from tracking.tests.door import NOW_MS, post
from tracking.writer import Writer
from workspaces.models import Workspace

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
pytestmark = pytest.mark.usefixtures("clock", "event_store")


def send(key: str, *hours_ago: float) -> None:
    for number, hours in enumerate(hours_ago):
        event = {"event_type": "page_view", "timestamp": NOW_MS - round(hours * HOUR_MS), "user_id": f"u{number}"}
        assert post({"events": [event]}, key).status_code == 200


def changed(workspace: Workspace) -> list[int]:
    """How many days ago they were."""
    rows = store.query("SELECT day FROM changed_days FINAL ORDER BY day DESC", dataset_id=workspace.dataset_id()).rows
    return [NOW_MS // DAY_MS - day for (day,) in rows]


def test_a_late_event_tells_its_day_and_one_of_today_or_yesterday_none(
    acme: Workspace, acme_key: str, writer: Writer
) -> None:
    send(acme_key, 0, 23, 12 + 3 * 24 + 1)
    assert writer.store_next(0)
    assert changed(acme) == [4]


def test_a_visit_over_midnight_tells_both_its_days(acme: Workspace, acme_key: str, writer: Writer) -> None:
    hours = [12 + 3 * 24 + minutes / 60 for minutes in (-10, 10)]
    for each in hours:
        send(acme_key, each)
    assert writer.store_next(0)
    assert changed(acme) == [3, 4]


def test_what_was_made_of_rows_that_went_goes_with_them(acme: Workspace) -> None:
    dataset = acme.dataset_id()

    def kept() -> int:
        return int(store.query("SELECT count() FROM daily_aggregates", dataset_id=dataset).rows[0][0])

    def keep() -> None:
        # Made in 2100: the engine's own clock takes away what is old.
        columns = {"dataset_id": [dataset] * 2, "question": [1] * 2, "day": [NOW_MS // 1000, NOW_MS // 1000 - 43_201]}
        store.insert("daily_aggregates", columns | {"made_at": [4_102_444_800_000] * 2}, token="")

    keep()
    assert list(expiry.delete_before(dataset, NOW.date()))
    assert kept() == 1  # of the day that begins later
    erasure.delete_person(dataset, [1], [])
    assert (kept(), changed(acme)) == (0, [NOW_MS // DAY_MS])  # day 0: all of them
    keep()
    erasure.delete_datasets([dataset])
    assert (kept(), changed(acme)) == (0, [])
