"""The engine's own wall: a statement sees one dataset, whatever it says. Both datasets hold rows in every table."""

import pytest

from tracking import store
from tracking.store import StoreError
from tracking.tests.store.blocks import NOON_MS, events

ACME, GLOBEX = 2_000_000_001, 2_000_000_003


@pytest.fixture(scope="module", autouse=True)
def two_datasets(migrated_event_store: object) -> None:
    for dataset, rows in ((ACME, 3), (GLOBEX, 5)):
        store.insert("events", events(dataset, range(rows)), token=f"isolation:{dataset}")
        visits = {"dataset_id": [dataset] * rows, "session_id": [NOON_MS // 1000 << 32 | n for n in range(rows)]}
        store.insert("sessions", visits | {"version": [1] * rows}, token=f"isolation:{dataset}")
        people = {"dataset_id": [dataset] * rows, "visitor_id": range(rows), "person_id": range(rows)}
        store.insert("identity", people | {"version": [1] * rows}, token=f"isolation:{dataset}")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(), min(dataset_id), max(dataset_id) FROM events",
        "SELECT count(), min(dataset_id), max(dataset_id) FROM events AS sessions",
        "SELECT count(), min(e.dataset_id), max(e.dataset_id) FROM events AS e",
        "SELECT count(), min(dataset_id), max(dataset_id) FROM sessions FINAL",
        "SELECT count(), min(dataset_id), max(dataset_id) FROM identity FINAL",
        "SELECT count(), min(dataset_id), max(dataset_id) FROM (SELECT * FROM events)",
        "WITH all AS (SELECT * FROM events) SELECT count(), min(dataset_id), max(dataset_id) FROM all",
        "SELECT count(), min(dataset_id), max(dataset_id) FROM view(SELECT * FROM events)",
        "SELECT count(), min(dataset_id), max(dataset_id) FROM events"
        " WHERE session_id IN (SELECT session_id FROM sessions)",
        "SELECT count(), min(e.dataset_id), max(s.dataset_id) FROM events AS e"
        " JOIN sessions AS s ON s.session_id = e.session_id",
        "SELECT count(), min(e.dataset_id), max(s.dataset_id) FROM events AS e"
        " JOIN (SELECT * FROM sessions FINAL) AS s USING session_id",
        "SELECT (SELECT count() FROM events), (SELECT min(dataset_id) FROM sessions),"
        " (SELECT max(dataset_id) FROM identity)",
        "SELECT count(), min(dataset_id), max(dataset_id) FROM"
        " (SELECT * FROM events SETTINGS readonly = 0, additional_table_filters = {})",
        f"SELECT count(), min(dataset_id), max(dataset_id) FROM events WHERE dataset_id = {ACME} OR 1 = 1",
    ],
)  # fmt: skip
def test_a_statement_without_a_condition_sees_its_dataset_only(sql: str) -> None:
    assert store.query(sql, dataset_id=ACME).rows == [(3, ACME, ACME)]
    assert [row for block in store.stream(sql, dataset_id=GLOBEX) for row in block] == [(5, GLOBEX, GLOBEX)]


def test_a_union_sees_its_dataset_on_both_sides() -> None:
    sql = "SELECT dataset_id FROM events UNION DISTINCT (SELECT dataset_id FROM sessions)"
    assert store.query(sql, dataset_id=ACME).rows == [(ACME,)]


def test_naming_another_dataset_finds_nothing() -> None:
    sql = "SELECT count() FROM events WHERE dataset_id = {other:UInt32}"
    assert store.query(sql, {"other": GLOBEX}, dataset_id=ACME).rows == [(0,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count() FROM events SETTINGS additional_table_filters = {}",
        "SELECT count() FROM merge(currentDatabase(), 'events')",
        "SELECT count() FROM Merge (currentDatabase(), 'events')",
        "SELECT * FROM mergeTreeIndex(currentDatabase(), events)",
        "SELECT * FROM system . parts",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1/', 'LineAsString')",
        "SELECT count() FROM remote('127.0.0.1', currentDatabase(), 'events')",
        "SELECT count() FROM loop(events)",
    ],
)
def test_the_ways_around_the_wall_are_closed(sql: str) -> None:
    with pytest.raises(StoreError):
        store.query(sql, dataset_id=ACME)
    with pytest.raises(StoreError):
        list(store.stream(sql, dataset_id=ACME))


def test_the_dataset_is_found_by_the_primary_key() -> None:
    for table in ("events", "sessions"):
        plan = store.query(f"EXPLAIN indexes = 1 SELECT uniqExact(visitor_id) FROM {table}", dataset_id=ACME)
        text = "\n".join(row[0] for row in plan.rows)
        assert f"(dataset_id in [{ACME}, {ACME}])" in text.split("PrimaryKey")[1]


def test_days_are_pruned_by_the_primary_key() -> None:
    """Fails when ts comes into the primary key: it then takes the condition from toDate(ts)."""
    sql = "EXPLAIN indexes = 1 SELECT uniqExact(visitor_id) FROM events WHERE ts >= '2026-03-10 00:00:00'"
    text = "\n".join(row[0] for row in store.query(sql, dataset_id=ACME).rows)
    assert "toDate(ts)" in text.split("PrimaryKey")[1]
