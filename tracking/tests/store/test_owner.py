"""The owner as a process: who may start it, what a kill costs, how it stops, what it takes at rest."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from tracking.tests.store.owners import ROOT, Owner

Start = Callable[..., Owner]
TABLE = (
    "CREATE TABLE rows (a UInt64) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100,"
    " fsync_after_insert = 1, fsync_part_directory = 1"
)


def _with_table(owner: Owner) -> Client:
    driver = owner.client()
    driver.command(TABLE)
    return driver


def _numbers(driver: Client) -> list[int]:
    return [number for (number,) in driver.query("SELECT a FROM rows ORDER BY a").result_rows]


def test_kill_9_during_inserts_keeps_every_acknowledged_block(start: Start) -> None:
    owner = start()
    driver = _with_table(owner)
    acknowledged: list[int] = []

    def write() -> None:
        for number in range(100_000):
            try:
                driver.insert("rows", [[number * 10 + i] for i in range(10)])
            except (DatabaseError, OperationalError):
                return
            acknowledged.append(number)

    writer = Thread(target=write)
    writer.start()
    while len(acknowledged) < 30:
        time.sleep(0.01)
    owner.kill()
    writer.join()

    stored = _numbers(start().client())
    blocks = {number // 10 for number in stored}
    assert set(acknowledged) <= blocks
    assert len(blocks) - len(acknowledged) <= 1  # the one that was under way
    assert len(stored) == 10 * len(blocks)  # whole blocks, each once


def test_a_token_is_remembered_over_a_kill(start: Start) -> None:
    owner = start()
    token = {"insert_deduplication_token": "batch-1"}
    _with_table(owner).insert("rows", [[1]], column_names=["a"], settings=token)
    owner.kill()
    driver = start().client()
    driver.insert("rows", [[1]], column_names=["a"], settings=token)
    driver.insert("rows", [[2]], column_names=["a"], settings={"insert_deduplication_token": "batch-2"})
    assert _numbers(driver) == [1, 2]


def test_a_second_owner_is_refused_in_a_sentence(start: Start) -> None:
    first = start()
    second = start()
    assert second.process.wait(timeout=10) == 1
    assert second.process.stderr is not None
    assert second.process.stderr.read() == (
        f"Another event store (process {first.process.pid}) has {first.path} open. Stop it, or choose another --path.\n"
    )


def test_a_taken_port_is_refused_in_a_sentence(start: Start, tmp_path: Path) -> None:
    taken = start().port
    second = start(f"--port={taken}", path=tmp_path / "other")
    assert second.process.wait(timeout=10) == 1
    assert second.process.stderr is not None
    assert f"Cannot listen on 127.0.0.1:{taken}: Address already in use." in second.process.stderr.read()


def test_without_a_token_it_listens_to_this_host_only(start: Start) -> None:
    owner = start("--host=0.0.0.0", token="")
    assert owner.process.wait(timeout=10) == 1
    assert owner.process.stderr is not None
    assert owner.process.stderr.read() == (
        "The event store would answer everybody on 0.0.0.0. Set EVENT_STORE_TOKEN.\n"
    )


def test_a_stop_finishes_the_insert_under_way(start: Start) -> None:
    owner = start()
    _with_table(owner)
    begun, told = Event(), Event()

    def body() -> Iterator[bytes]:
        yield b"INSERT INTO rows FORMAT CSV\n1\n2\n"
        begun.set()
        told.wait(10)
        time.sleep(0.3)
        yield b"3\n"

    answers: list[int] = []

    def write() -> None:
        answers.append(owner.http.post("/", content=body()).status_code)

    writer = Thread(target=write)
    writer.start()
    begun.wait(10)
    time.sleep(0.2)  # the head has arrived
    owner.process.terminate()
    told.set()
    assert owner.process.wait(timeout=20) == 0
    writer.join()
    assert answers == [200]
    assert _numbers(start().client()) == [1, 2, 3]


def test_a_stop_does_not_wait_for_long_reads(start: Start) -> None:
    owner = start()
    statuses: list[int] = []

    def read() -> None:
        sql = "SELECT sum(cityHash64(number)) FROM numbers(1000000000000)"
        statuses.append(owner.http.post("/", content=sql).status_code)

    reader = Thread(target=read)
    reader.start()
    time.sleep(0.5)
    assert owner.stop() == 0  # which waits for 40 seconds; the read would take an hour
    reader.join()
    assert statuses == [500]  # "Query was cancelled", not a broken connection


def test_slow_readers_of_exports_do_not_keep_a_dashboard_waiting(owner: Owner) -> None:
    driver = owner.client()
    exports = [driver.raw_stream("SELECT number FROM numbers(1000000000)", fmt="TSV") for _ in range(4)]
    assert driver.query("SELECT 1").result_rows == [(1,)]  # refused after five seconds without a place
    for export in exports:
        export.close()


def test_long_dashboards_do_not_keep_an_insert_waiting(start: Start) -> None:
    owner = start()
    driver = _with_table(owner)
    stop = Event()

    def read() -> None:
        sql, limits = "SELECT sum(cityHash64(number)) FROM numbers(100000000000)", {"max_execution_time": "0.5"}
        while not stop.is_set():
            owner.http.post("/", content=sql, params=limits | {"max_threads": "1"})

    readers = [Thread(target=read) for _ in range(8)]  # more than there are places to read
    for reader in readers:
        reader.start()
    time.sleep(0.5)
    took = []
    for _ in range(3):  # this machine may stand still for a moment; behind the reads each would wait
        begun = time.perf_counter()
        driver.raw_insert("rows", insert_block="1\n", fmt="CSV")  # `insert` would read the table's columns first
        took.append(time.perf_counter() - begun)
    stop.set()
    for reader in readers:
        reader.join()
    assert min(took) < 0.5


def test_it_takes_less_than_350_mb_at_rest(start: Start) -> None:
    owner = start()
    _with_table(owner).insert("rows", [[1]], column_names=["a"])
    assert owner.memory() < 350


def test_caches_and_memory_are_bounded(start: Start) -> None:
    rows = (
        start("--memory=512")
        .client()
        .query(
            "SELECT name, toUInt64(value) FROM system.server_settings"
            " WHERE name IN ('max_server_memory_usage', 'mark_cache_size')"
        )
    )
    assert dict(rows.result_rows) == {"max_server_memory_usage": 512 << 20, "mark_cache_size": 128 << 20}


def test_the_engine_keeps_no_log_tables(owner: Owner) -> None:
    sql = "SELECT name FROM system.tables WHERE database = 'system' AND engine LIKE '%MergeTree'"
    assert owner.client().query(sql).result_rows == []


def test_backups_go_below_the_data_directory_and_nowhere_else(owner: Owner) -> None:
    driver = owner.client(database="t")
    driver.command("CREATE TABLE saved (a UInt8) ENGINE = MergeTree ORDER BY a")
    driver.command(f"BACKUP TABLE saved TO File('{owner.path}/backups/one')")
    assert (owner.path / "backups/one/.backup").exists()
    with pytest.raises(DatabaseError, match="not allowed for backups"):
        driver.command(f"BACKUP TABLE saved TO File('{owner.path.parent}/elsewhere')")


def test_the_management_command_becomes_the_owner(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "eventstore", f"--path={tmp_path}/events", "--port=0", "--token=s3cret"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Event store on http://127.0.0.1:")
    address = line.split()[3].rstrip(",")
    assert httpx.post(address, content="SELECT 1", auth=("default", "s3cret")).text == "1\n"
    process.terminate()
    assert process.wait(timeout=20) == 0
    process.stdout.close()
