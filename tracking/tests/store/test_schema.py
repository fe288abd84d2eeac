"""The schema files: for one server, replicated and sharded; applied in order, once, by several at a time."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from clickhouse_connect.driver.client import Client

from tracking.store.address import Topology
from tracking.store.migrate import migrate
from tracking.store.topology import files, statements
from tracking.tests.store.owners import Owner

TABLES = [
    "changed_days",
    "cohort_members",
    "daily_aggregates",
    "erasures",
    "events",
    "identity",
    "quarantine",
    "schema_versions",
    "sessions",
    "traits",
]


def _tables(owner: Owner, database: str) -> list[str]:
    return [name for (name,) in owner.client(database=database).query("SHOW TABLES").result_rows]


def _rendered(topology: Topology) -> list[str]:
    return [sql for path in files() for sql in statements(path.read_text(), topology, "metricpal")]


def test_files_are_numbered_without_gaps() -> None:
    assert [int(path.stem[:4]) for path in files()] == list(range(1, len(files()) + 1))


def test_every_statement_can_be_repeated() -> None:
    for sql in _rendered("single"):
        assert re.match(r"(CREATE|DROP) (TABLE|VIEW|DICTIONARY) IF (NOT )?EXISTS|ALTER TABLE", sql), sql[:80]
        assert not sql.startswith("ALTER") or "IF NOT EXISTS" in sql or "IF EXISTS" in sql


@pytest.mark.parametrize("topology", ["single", "replicated", "sharded"])
def test_the_engine_accepts_the_syntax_of_every_variant(driver: Client, topology: Topology) -> None:
    for sql in _rendered(topology):
        assert driver.query("SELECT formatQuery({sql:String})", parameters={"sql": sql}).result_rows


def test_a_cluster_has_replicated_tables_and_one_table_over_the_shards() -> None:
    create_local, create_all = statements(files()[0].read_text(), "sharded", "eu")
    assert create_local.startswith("CREATE TABLE IF NOT EXISTS events_local\n(")
    assert "ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')" in create_local
    assert " replicated_deduplication_window = 10000" in create_local
    assert create_all == (
        "CREATE TABLE IF NOT EXISTS events AS events_local"
        " ENGINE = Distributed('eu', currentDatabase(), 'events_local', cityHash64(dataset_id, visitor_id))"
    )


def test_the_version_column_survives_replication() -> None:
    (create,) = statements(files()[1].read_text(), "replicated", "eu")
    path = "/clickhouse/tables/{shard}/{database}/{table}"
    assert f"ENGINE = ReplicatedReplacingMergeTree('{path}', '{{replica}}', version)" in create


def test_a_new_column_reaches_both_tables_of_a_cluster() -> None:
    source = "-- sharding key: rand()\nALTER TABLE events ADD COLUMN IF NOT EXISTS a UInt8;"
    assert statements(source, "sharded", "eu") == [
        "ALTER TABLE events_local ADD COLUMN IF NOT EXISTS a UInt8",
        "ALTER TABLE events ADD COLUMN IF NOT EXISTS a UInt8",
    ]


def test_the_schema_is_applied_once(owner: Owner) -> None:
    told: list[str] = []
    assert migrate(owner.url("once"), told.append) == [path.stem for path in files()]
    assert told[0] == "applied 0001_events"
    assert migrate(owner.url("once")) == []
    assert _tables(owner, "once") == TABLES


def test_four_processes_may_migrate_at_once(owner: Owner) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate, [owner.url("several")] * 4))
    assert (_tables(owner, "several"), migrate(owner.url("several"))) == (TABLES, [])


def test_a_migration_that_was_killed_is_finished_by_the_next(owner: Owner) -> None:
    owner.client().command("CREATE DATABASE killed ENGINE = Atomic")
    owner.client(database="killed").command(_rendered("single")[0])  # applied; the kill came before the record
    assert migrate(owner.url("killed")) == [path.stem for path in files()]
    assert _tables(owner, "killed") == TABLES


def test_the_database_is_one_that_a_server_can_restore(owner: Owner) -> None:
    migrate(owner.url("atomic"))
    rows = owner.client().query("SELECT engine FROM system.databases WHERE name = 'atomic'").result_rows
    assert rows == [("Atomic",)]  # the engine's own default is an Overlay
