"""tracking.store: what goes in comes out, once, within limits, with errors of our own."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from types import ModuleType
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings

from config.rig.link import LOST_ANSWERS, OK, Link
from tracking import store
from tracking.store import Limits, QueryTimeout, QueryTooLarge, StoreError, StoreUnavailable, writes
from tracking.store.client import client
from tracking.store.owner.engine import PLACES
from tracking.tests.store.blocks import NOON, NOON_MS, event_id, events
from tracking.tests.store.owners import Owner

pytestmark = pytest.mark.usefixtures("migrated_event_store")


def _count(dataset: int) -> int:
    count: int = store.query("SELECT count() FROM events", dataset_id=dataset).rows[0][0]
    return count


class TestInsert:
    def test_every_column_comes_back_as_it_went_in(self, dataset: int) -> None:
        columns = events(dataset, [7], path=["/ü"], props=[{"plan": "pro", "ключ": "é"}], value=[9.5], scroll=[80])
        store.insert("events", columns, token=f"{dataset}")
        rows = store.query(f"SELECT {', '.join(columns)} FROM events", dataset_id=dataset)
        expected = {name: values[0] for name, values in columns.items()} | {
            "ts": NOON + timedelta(milliseconds=7),
            "received_at": NOON + timedelta(milliseconds=7),
            "event_id": UUID(int=7),
        }
        assert dict(zip(rows.names, rows.rows[0], strict=True)) == expected

    def test_the_same_token_is_stored_once(self, dataset: int) -> None:
        for _ in range(3):
            store.insert("events", events(dataset, [1, 2]), token=f"{dataset}:1")
        store.insert("events", events(dataset, [1, 2]), token=f"{dataset}:2")
        assert _count(dataset) == 4

    def test_an_answer_that_is_lost_is_not_waited_for_and_the_repetition_stores_nothing_twice(
        self, dataset: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        line = Link(settings.EVENT_STORE_URL)
        settings.EVENT_STORE_URL = line.url
        store.insert("events", events(dataset, [1]), token=f"{dataset}:1")
        monkeypatch.setattr(writes, "INSERT_TIMEOUT", 1)
        store.insert("events", events(dataset, [2]), token=f"{dataset}:2")

        line.mode = LOST_ANSWERS
        with pytest.raises(StoreUnavailable):
            store.insert("events", events(dataset, [3]), token=f"{dataset}:3")
        line.mode = OK
        store.insert("events", events(dataset, [3]), token=f"{dataset}:3")

        assert _count(dataset) == 3
        line.close()

    def test_a_block_of_twenty_thousand_rows_is_one_part(self, dataset: int) -> None:
        store.insert("events", events(dataset, range(20_000)), token=f"{dataset}")
        parts = store.query("SELECT uniqExact(_part) FROM events", dataset_id=dataset)
        assert (parts.rows, _count(dataset)) == ([(1,)], 20_000)

    def test_a_block_without_rows_is_nothing(self, dataset: int) -> None:
        store.insert("events", events(dataset, []), token=f"{dataset}")
        assert _count(dataset) == 0

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"ts": ["yesterday"]}, "events: a value does not fit its column"),
            ({"scroll": [300]}, "column `scroll`"),
            ({"path": [None]}, "column name: `path`"),
            ({"ts": []}, r"one length, not \[0, 1\]"),
            ({"pfad": ["/"]}, "events has no column pfad"),
        ],
    )
    def test_rows_that_cannot_be_stored_are_refused_with_the_reason(
        self, dataset: int, wrong: dict[str, list[object]], says: str
    ) -> None:
        with pytest.raises(StoreError, match=says) as refused:
            store.insert("events", events(dataset, [1], **wrong), token=f"{dataset}")
        assert not isinstance(refused.value, StoreUnavailable)  # trying again would not help
        assert _count(dataset) == 0

    def test_the_newest_version_of_a_visit_wins(self, dataset: int) -> None:
        for version in (1, 3, 2):
            store.insert(
                "sessions",
                {
                    "dataset_id": [dataset],
                    "session_id": [(NOON_MS // 1000) << 32 | 5],
                    "version": [version],
                    "start": [NOON_MS],
                    "stop": [NOON_MS + version],
                    "pageviews": [version],
                },
                token=f"{dataset}:{version}",
            )
        rows = store.query("SELECT start, stop, pageviews FROM sessions FINAL", dataset_id=dataset).rows
        assert rows == [(NOON, NOON + timedelta(milliseconds=3), 3)]


class TestQuery:
    def test_values_are_parameters(self, dataset: int) -> None:
        store.insert("events", events(dataset, [1, 2], path=["/a'b", "/c"]), token=f"{dataset}")
        sql = "SELECT visitor_id FROM events WHERE path = {path:String} AND ts >= {since:DateTime64(3, 'UTC')}"
        found = store.query(sql, {"path": "/a'b", "since": NOON}, dataset_id=dataset)
        assert (found.names, found.rows) == (("visitor_id",), [(1,)])
        assert found.rows_read >= 2  # whole granules, with whatever stands beside them
        assert 0 < found.engine_ms < 1000

    def test_each_type_comes_back_as_documented(self, dataset: int) -> None:
        sql = """SELECT 'a', 18446744073709551615, 1.5, toDate('2026-03-10'), toDateTime('2026-03-10 12:00:00', 'UTC'),
                 toUUID('00000000-0000-0000-0000-000000000007'), [1], (1, 'b'), map('k', 'v'), NULL, true,
                 toFixedString('ab', 2)"""
        row = store.query(sql, dataset_id=dataset).rows[0]
        assert row == (
            "a",
            2**64 - 1,
            1.5,
            NOON.date(),
            NOON,
            UUID(int=7),
            [1],
            (1, "b"),
            {"k": "v"},
            None,
            True,
            b"ab",
        )
        assert row[4].utcoffset() == timedelta(0)

    @pytest.mark.parametrize(
        ("sql", "limits", "error"),
        [
            ("SELECT sum(sleepEachRow(0.01)) FROM numbers(200)", Limits(max_execution_time=0.2), QueryTimeout),
            ("SELECT count() FROM numbers(1000)", Limits(max_rows_to_read=10), QueryTooLarge),
            ("SELECT groupArray(number) FROM numbers(10000000)", Limits(max_memory_usage=10**6), QueryTooLarge),
            ("SELECT nothing FROM events", Limits(), StoreError),
        ],
    )
    def test_each_limit_has_its_error(self, dataset: int, sql: str, limits: Limits, error: type[StoreError]) -> None:
        with pytest.raises(error):
            store.query(sql, dataset_id=dataset, limits=limits)

    @pytest.mark.parametrize("sql", ["DROP TABLE events", "INSERT INTO events SELECT * FROM events"])
    def test_a_query_only_reads(self, dataset: int, sql: str) -> None:
        with pytest.raises(StoreError):
            store.query(sql, dataset_id=dataset)


class TestStream:
    def test_blocks_together_are_the_whole_result(self, dataset: int) -> None:
        blocks = list(store.stream("SELECT number FROM numbers(200000)", dataset_id=dataset))
        assert len(blocks) > 1
        assert sum(number for block in blocks for (number,) in block) == 199_999 * 100_000

    def test_leaving_early_costs_no_time(self, dataset: int) -> None:
        begun = datetime.now(UTC)
        blocks = store.stream("SELECT number FROM numbers(100000000000)", dataset_id=dataset)
        next(blocks)
        blocks.close()  # type: ignore[attr-defined]
        assert datetime.now(UTC) - begun < timedelta(seconds=2)

    def test_an_error_in_the_middle_is_raised(self, dataset: int) -> None:
        sql = "SELECT number, throwIf(number = 1500000, 'boom') FROM numbers(2000000)"
        with pytest.raises(StoreError, match="boom"):
            for _ in store.stream(sql, dataset_id=dataset):
                pass


class TestDuplicates:
    def test_only_the_ids_of_this_dataset_exist(self, dataset: int) -> None:
        store.insert("events", events(dataset, [1, 2, 3]), token=f"{dataset}")
        store.insert("events", events(dataset + 1, [4]), token=f"{dataset + 1}")
        assert store.existing_events(dataset, [event_id(n) for n in (2, 3, 4, 5)]) == {event_id(2), event_id(3)}
        assert store.existing_events(dataset, []) == set()

    def test_asking_for_200_ids_reads_few_of_a_million_rows(self, dataset: int) -> None:
        # Ids are random in real life; this many granules are needed for the index to have something to skip.
        client().command(
            "INSERT INTO events (dataset_id, ts, type, event_id, visitor_id) SELECT {dataset:UInt32},"
            " toDateTime64('2020-01-01', 3, 'UTC') + intDiv(number, 20), 'page_view', generateUUIDv4(number), number"
            " FROM numbers(1000000)",
            parameters={"dataset": dataset},
        )
        known = store.query(
            "SELECT UUIDToNum(event_id) FROM events WHERE visitor_id < 3 ORDER BY visitor_id", dataset_id=dataset
        )
        unknown = [event_id(number) for number in range(2**100, 2**100 + 197)]
        ids = [row[0] for row in known.rows] + unknown
        asked = store.query(
            "SELECT count() FROM events WHERE event_id IN {ids:Array(UUID)}",
            {"ids": [found.hex() for found in ids]},
            dataset_id=dataset,
        )
        assert asked.rows == [(3,)]
        assert asked.rows_read < 400_000  # 0.001 of false alarms for each id and granule: a fifth of the granules
        assert len(store.existing_events(dataset, ids)) == 3

    def test_the_writer_does_not_wait_behind_a_tenants_own_questions(self, dataset: int) -> None:
        store.insert("events", events(dataset, [1]), token=f"{dataset}")
        limits = Limits(max_execution_time=2, max_rows_to_read=0, max_threads=1)

        def ask() -> None:
            with pytest.raises(QueryTimeout):
                store.query(
                    "SELECT sum(cityHash64(number)) FROM numbers(1000000000000)", dataset_id=dataset, limits=limits
                )

        with ThreadPoolExecutor(PLACES["reads"]) as threads:
            asked = [threads.submit(ask) for _ in range(PLACES["reads"])]
            time.sleep(0.5)  # as many run as one tenant may have
            assert store.existing_events(dataset, [event_id(1)]) == {event_id(1)}
            assert not any(each.done() for each in asked)
        for each in asked:
            each.result()

    def test_ids_since_a_moment_are_by_receipt_not_by_time(self, dataset: int) -> None:
        day_ms = 86_400_000
        late = events(dataset, [1], ts=[NOON_MS - 7 * day_ms], received_at=[NOON_MS])
        store.insert("events", late, token=f"{dataset}:late")
        store.insert("events", events(dataset, [2], received_at=[NOON_MS - 1]), token=f"{dataset}:before")
        found = {row for block in store.event_ids_since(NOON) for row in block if row[0] == dataset}
        assert found == {(dataset, event_id(1))}


class TestAbsence:
    @pytest.fixture(autouse=True)
    def no_store(self, settings: Settings) -> None:
        settings.EVENT_STORE_URL = "http://default:@127.0.0.1:9/metricpal"

    def test_each_call_says_that_the_store_is_away(self) -> None:
        for call in (
            lambda: store.query("SELECT 1", dataset_id=2),
            lambda: list(store.stream("SELECT 1", dataset_id=2)),
            lambda: store.insert("events", events(2, [1]), token="t"),
            lambda: store.existing_events(2, [event_id(1)]),
            lambda: list(store.event_ids_since(NOON)),
        ):
            with pytest.raises(StoreUnavailable):
                call()

    def test_it_is_not_up(self) -> None:
        assert store.is_up() is False


def test_threads_share_the_client(dataset: int) -> None:
    store.insert("events", events(dataset, range(5)), token=f"{dataset}")
    with ThreadPoolExecutor(8) as threads:
        asked = [
            threads.submit(store.query, f"SELECT {n} + count() FROM events", dataset_id=dataset) for n in range(40)
        ]
    assert [future.result().rows for future in asked] == [[(n + 5,)] for n in range(40)]


def test_a_forked_child_has_connections_of_its_own(dataset: int) -> None:
    store.insert("events", events(dataset, range(5)), token=f"{dataset}")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, str(_count(dataset)).encode())
        finally:
            os._exit(0)
    here = _count(dataset)
    os.waitpid(child, 0)
    assert (here, os.read(read, 10)) == (5, b"5")
    os.close(read)
    os.close(write)


def test_an_event_takes_less_than_80_bytes_on_the_disk(dataset: int) -> None:
    noise = Random(1)
    rows = 20_000
    ids = [noise.getrandbits(64) for _ in range(rows)]
    columns = events(dataset, ids, ts=sorted(NOON_MS + noise.randrange(86_400_000) for _ in range(rows)))
    columns |= {"session_id": ids, "event_id": [noise.randbytes(16) for _ in range(rows)], "received_at": columns["ts"]}
    columns |= {"path": [f"/blog/{noise.randrange(300)}" for _ in range(rows)]}
    store.insert("events", columns, token=f"{dataset}")
    part = store.query("SELECT any(_part) FROM events", dataset_id=dataset).rows[0][0]
    size = client().query("SELECT bytes_on_disk FROM system.parts WHERE name = {part:String}", {"part": part})
    assert size.result_rows[0][0] / rows < 80


def test_it_is_up(migrated_event_store: ModuleType) -> None:
    assert store.is_up() is True


def test_a_wrong_token_is_a_store_that_is_away(settings: Settings, owner: Owner) -> None:
    settings.EVENT_STORE_URL = owner.url("t").replace(owner.token, "wrong")
    with pytest.raises(StoreUnavailable, match="token is missing or wrong"):
        store.query("SELECT 1", dataset_id=2)
