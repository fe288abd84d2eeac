"""The owner, seen by an unmodified ClickHouse driver and by plain HTTP. Each promise of section "protocol"."""

import gzip
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread
from typing import Any
from uuid import UUID

import httpx
import pytest
from clickhouse_connect.dbapi import connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, StreamFailureError
from clickhouse_connect.driver.external import ExternalData

from tracking.tests.store.owners import Owner, wait_for_running

COMPRESSIONS = (False, "lz4", "zstd", "gzip")


def _code(driver: Client, sql: str, **options: Any) -> int | None:
    with pytest.raises(DatabaseError) as caught:
        driver.query(sql, **options)
    return caught.value.code


def _post(owner: Owner, sql: str, headers: dict[str, str] | None = None, **parameters: str) -> httpx.Response:
    return owner.http.post("/", content=sql, params=parameters, headers=headers)


@pytest.fixture
def table(driver: Client) -> str:
    driver.command("DROP TABLE IF EXISTS kinds SYNC")
    driver.command(
        "CREATE TABLE kinds (id UInt32, u UUID, s LowCardinality(String), t DateTime64(3, 'UTC'),"
        " p Map(LowCardinality(String), String), n Nullable(Float64), a Array(UInt8))"
        " ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100"
    )
    return "kinds"


TOKEN = {"insert_deduplication_token": "one"}
ROW = [1, UUID(int=5), "x", datetime(2026, 1, 1, tzinfo=UTC), {"k": "v"}, None, [1, 2]]


class TestReading:
    def test_a_question_runs_on_as_many_threads_as_it_asks_for(self, owner: Owner) -> None:
        grouped = "EXPLAIN PIPELINE SELECT number % 9, count() FROM numbers_mt(1000000000) GROUP BY 1"
        assert "AggregatingTransform × 2" in _post(owner, grouped, max_threads="2").text
        assert "AggregatingTransform × 2" not in _post(owner, grouped, max_threads="1").text

    def test_rows_come_back(self, driver: Client) -> None:
        rows = driver.query("SELECT number, toString(number) FROM numbers(3)").result_rows
        assert rows == [(0, "0"), (1, "1"), (2, "2")]

    def test_parameters_of_every_kind_arrive_unchanged(self, driver: Client) -> None:
        values = {"a": 41, "s": "it's \\ ok\n\tünï", "d": datetime(2026, 1, 1, 12, 0, 0, 123000), "l": ["x", "y'z"]}
        sql = "SELECT {a:UInt32}, {s:String}, {d:DateTime64(3, 'UTC')}, {l:Array(String)}, {n:Nullable(String)}"
        assert driver.query(sql, parameters=values | {"n": None}).result_rows == [(*values.values(), None)]

    def test_an_identifier_can_be_a_parameter(self, driver: Client, table: str) -> None:
        assert driver.query("SELECT count() FROM {t:Identifier}", parameters={"t": table}).result_rows == [(0,)]

    def test_long_parameters_travel_as_a_form(self, owner: Owner) -> None:
        driver = owner.client(form_encode_query_params=True)
        assert driver.query("SELECT length({s:String})", parameters={"s": "x" * 200_000}).result_rows == [(200_000,)]

    def test_a_list_of_five_thousand_values_is_a_parameter(self, driver: Client) -> None:
        rows = driver.query("SELECT length({l:Array(UInt64)})", parameters={"l": list(range(5000))}).result_rows
        assert rows == [(5000,)]

    @pytest.mark.parametrize("compress", COMPRESSIONS)
    def test_a_large_result_survives_each_compression(self, owner: Owner, compress: bool | str) -> None:
        driver = owner.client(compress=compress)
        numbers = driver.query("SELECT number FROM numbers(300000)").result_columns[0]
        assert sum(numbers) == 299_999 * 300_000 // 2

    def test_the_summary_tells_what_was_read(self, driver: Client) -> None:
        assert driver.query("SELECT sum(number) FROM numbers(1000)").summary["read_rows"] == "1000"

    def test_column_names_are_known_without_rows(self, driver: Client, table: str) -> None:
        assert driver.query(f"SELECT * FROM {table} LIMIT 0").column_names == ("id", "u", "s", "t", "p", "n", "a")

    def test_a_raw_query_gives_the_format_it_names(self, driver: Client) -> None:
        assert driver.raw_query("SELECT 1 AS a, 'b' AS b FORMAT TSVWithNames") == b"a\tb\n1\tb\n"

    def test_the_db_api_works(self, owner: Owner) -> None:
        connection = connect(host="127.0.0.1", port=owner.port, password=owner.token, username="default")
        cursor = connection.cursor()
        cursor.execute("SELECT number FROM numbers(3)")
        assert cursor.fetchall() == [(0,), (1,), (2,)]


class TestSettings:
    def test_a_setting_lasts_for_its_statement(self, driver: Client) -> None:
        sql = "SELECT getSetting('max_block_size')"
        assert driver.query(sql, settings={"max_block_size": 777}).result_rows == [(777,)]
        assert driver.query(sql).result_rows != [(777,)]

    def test_readonly_lasts_for_its_statement_after_an_error_too(self, driver: Client) -> None:
        assert _code(driver, "SELECT throwIf(1)", settings={"readonly": 1}) == 395
        driver.command("CREATE TABLE IF NOT EXISTS still_writable (a UInt8) ENGINE = Memory")

    def test_a_failed_statement_leaves_nothing_in_the_next_answer(self, owner: Owner) -> None:
        for _ in range(20):
            assert _post(owner, "SELECT 'secret', throwIf(number = 3) FROM numbers(9) FORMAT JSON").status_code == 500
            assert _post(owner, "SELECT 1").text == "1\n"

    def test_an_unknown_setting_is_refused(self, driver: Client) -> None:
        assert _code(driver, "SELECT 1", settings={"max_bananas": 3}) == 115

    def test_a_setting_cannot_smuggle_sql(self, owner: Owner) -> None:
        response = _post(owner, "SELECT 1", **{"max_threads = 1, readonly": "0"})
        assert (response.status_code, response.headers["X-ClickHouse-Exception-Code"]) == (400, "115")
        assert _post(owner, "SELECT getSetting('log_queries_cut_to_length')", max_threads="1', x='").status_code >= 400

    def test_the_database_goes_with_the_request(self, owner: Owner) -> None:
        assert owner.client(database="t").query("SELECT currentDatabase()").result_rows == [("t",)]
        assert owner.client().query("SELECT currentDatabase()").result_rows == [("default",)]

    def test_a_get_changes_nothing(self, owner: Owner) -> None:
        response = owner.http.get("/", params={"query": "CREATE TABLE t.by_link (a UInt8) ENGINE = Memory"})
        assert (response.status_code, response.headers["X-ClickHouse-Exception-Code"]) == (403, "164")


class TestWriting:
    def test_rows_and_columns_are_stored(self, driver: Client, table: str) -> None:
        driver.insert(table, [ROW, [2, *ROW[1:]]])
        driver.insert(table, [[3, 4], ["y", "z"]], column_oriented=True, column_names=["id", "s"])
        assert driver.query(f"SELECT id, s FROM {table} ORDER BY id").result_rows == [
            (1, "x"),
            (2, "x"),
            (3, "y"),
            (4, "z"),
        ]
        assert list(driver.query(f"SELECT * FROM {table} WHERE id = 1").result_rows[0][4:]) == [
            {"k": "v"},
            None,
            [1, 2],
        ]

    @pytest.mark.parametrize("compress", COMPRESSIONS)
    def test_a_body_of_many_compressed_frames_is_stored(self, owner: Owner, table: str, compress: bool | str) -> None:
        driver = owner.client(compress=compress, database="t")
        driver.insert(table, [list(range(50_000)), ["s"] * 50_000], column_oriented=True, column_names=["id", "s"])
        assert driver.query(f"SELECT count(), sum(id) FROM {table}").result_rows == [(50_000, 49_999 * 25_000)]

    def test_raw_blocks_are_stored_from_text_and_from_a_generator(self, driver: Client, table: str) -> None:
        names = ["id", "s"]
        driver.raw_insert(table, column_names=names, insert_block="1,a\n2,b\n", fmt="CSV")
        driver.raw_insert(table, column_names=names, insert_block=(line for line in [b"3\ta\n", b"4\tb\n"]), fmt="TSV")
        packed = gzip.compress(b"5\ta\n") + gzip.compress(b"6\tb\n")
        driver.raw_insert(table, column_names=names, insert_block=packed, fmt="TSV", compression="gzip")
        assert driver.query(f"SELECT groupArray(id) FROM (SELECT id FROM {table} ORDER BY id)").result_rows == [
            ([1, 2, 3, 4, 5, 6],)
        ]

    def test_statements_that_bring_their_rows_are_run(self, driver: Client, table: str) -> None:
        driver.command(f"INSERT INTO {table} (id, s) SELECT number, 'q' FROM numbers(5)")
        driver.command(f"INSERT INTO {table} (id, s) VALUES (9, 'FORMAT CSV')")
        assert driver.query(f"SELECT count() FROM {table}").result_rows == [(6,)]

    def test_rows_that_do_not_fit_are_refused_and_nothing_is_stored(self, driver: Client, table: str) -> None:
        with pytest.raises(DatabaseError):
            driver.raw_insert(table, column_names=["id"], insert_block="1\nabc\n", fmt="CSV")
        assert driver.query(f"SELECT count() FROM {table}").result_rows == [(0,)]

    def test_a_question_without_room_leaves_no_doubt_about_an_insert_beside_it(
        self, owner: Owner, driver: Client, table: str
    ) -> None:
        assert _insert_beside_questions(owner, driver, ["too large"]) == 200
        assert driver.query(f"SELECT count() FROM {table}").result_rows == [(2,)]

    def test_an_insert_beside_an_error_that_might_be_its_own_is_to_be_sent_again(
        self, owner: Owner, driver: Client, table: str
    ) -> None:
        assert _insert_beside_questions(owner, driver, ["too large", "too large"]) == 500
        driver.raw_insert(table, column_names=["id"], insert_block="1\n2\n", fmt="CSV", settings=TOKEN)
        assert driver.query(f"SELECT count() FROM {table}").result_rows == [(2,)]

    def test_a_body_that_breaks_off_stores_nothing(self, owner: Owner, driver: Client, table: str) -> None:
        with socket.create_connection(("127.0.0.1", owner.port)) as raw:
            head = f"POST /?database=t HTTP/1.1\r\nX-ClickHouse-Key: {owner.token}\r\nContent-Length: 1000\r\n\r\n"
            raw.sendall(head.encode() + b"INSERT INTO kinds (id) FORMAT CSV\n1\n2\n")
        time.sleep(0.2)
        assert driver.query(f"SELECT count() FROM {table}").result_rows == [(0,)]


class TestStreaming:
    def test_the_first_rows_arrive_while_the_engine_still_works(self, driver: Client) -> None:
        stream = driver.raw_stream("SELECT number FROM numbers(100000000000)", fmt="TSV")  # takes minutes
        assert stream.read(2) == b"0\n"
        stream.close()

    def test_a_reader_that_hangs_up_frees_its_place(self, owner: Owner, driver: Client) -> None:
        for _ in range(12):  # more than there are places
            stream = driver.raw_stream("SELECT number FROM numbers(1000000000)", fmt="Native")
            stream.read(1000)
            stream.close()
        assert driver.query("SELECT 1").result_rows == [(1,)]

    def test_an_error_in_the_middle_reaches_the_reader(self, driver: Client) -> None:
        sql = "SELECT number, throwIf(number = 1500000, 'boom') FROM numbers(2000000)"
        with pytest.raises(StreamFailureError, match="boom"), driver.query_row_block_stream(sql) as blocks:
            for _ in blocks:
                pass

    def test_an_error_before_the_first_row_has_its_status(self, driver: Client) -> None:
        with pytest.raises(DatabaseError) as caught:
            driver.raw_stream("SELECT throwIf(1)", fmt="TSV")
        assert caught.value.code == 395

    def test_a_million_rows_need_no_more_memory_than_a_few_blocks(self, owner: Owner, driver: Client) -> None:
        owner.forget_peak()
        before, rows = owner.memory(), 0
        sql, small = "SELECT number, repeat('x', 200) FROM numbers(1000000)", {"max_block_size": 10_000}
        with driver.query_row_block_stream(sql, settings=small) as blocks:
            for block in blocks:
                rows += len(block)
        assert rows == 1_000_000  # 208 MB
        assert owner.memory("VmHWM") - before < 60


class TestErrors:
    @pytest.mark.parametrize(
        ("sql", "settings", "code", "status"),
        [
            ("SELECT * FROM nowhere", {}, 60, 404),
            ("SELECT (", {}, 62, 400),
            ("SELECT throwIf(number = 900000) FROM numbers(1000000)", {}, 395, 500),
            ("SELECT count() FROM numbers(1000)", {"max_rows_to_read": "10"}, 158, 500),
            ("SELECT sum(number) FROM numbers(100000000000)", {"max_execution_time": "0.2"}, 159, 408),
            ("SELECT groupArray(number) FROM numbers(10000000)", {"max_memory_usage": "1000000"}, 241, 500),
            ("DROP TABLE kinds", {"readonly": "1"}, 164, 403),
            ("SELECT 1; SELECT 2", {}, 62, 400),
        ],
    )
    def test_each_has_its_code_and_its_status(
        self, owner: Owner, driver: Client, table: str, sql: str, settings: dict[str, str], code: int, status: int
    ) -> None:
        response = _post(owner, sql, database="t", wait_end_of_query="1", **settings)
        assert (response.status_code, response.headers["X-ClickHouse-Exception-Code"]) == (status, str(code))
        assert _code(driver, sql, settings=settings) == code

    def test_a_result_too_large_to_hold_is_refused(self, driver: Client) -> None:
        assert _code(driver, "SELECT toString(number) || repeat('x', 1000) FROM numbers(500000)") == 396

    @pytest.mark.parametrize("sql", ["SET max_threads = 1", "USE default", "CREATE TEMPORARY TABLE x (a UInt8)"])
    def test_what_would_need_a_session_is_refused_with_the_reason(self, owner: Owner, sql: str) -> None:
        response = _post(owner, sql)
        assert response.status_code == 501
        assert "Send settings and the database with each request" in response.text

    def test_external_data_is_refused_with_the_way_out(self, driver: Client) -> None:
        data = ExternalData(file_name="ext", data=b"1\n", fmt="CSV", structure="x UInt8")
        with pytest.raises(DatabaseError, match="Array parameter"):
            driver.query("SELECT * FROM ext", external_data=data)

    def test_a_file_of_the_host_is_not_written(self, owner: Owner) -> None:
        assert _post(owner, "SELECT 1 INTO OUTFILE '/tmp/x'").status_code == 501

    def test_an_unknown_compression_is_refused(self, owner: Owner) -> None:
        assert _post(owner, "SELECT 1", headers={"Content-Encoding": "br"}).status_code == 501

    def test_a_broken_compression_is_refused(self, owner: Owner) -> None:
        assert _post(owner, "SELECT 1", headers={"Content-Encoding": "gzip"}).status_code >= 400

    def test_the_connection_is_usable_after_a_refusal(self, owner: Owner) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{owner.port}") as client:
            assert client.post("/", content=b"x" * 100_000).status_code == 403
            assert client.get("/ping").text == "Ok.\n"


class TestAccess:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"X-ClickHouse-Key": "guess"},
            {"Authorization": "Basic !!"},
            {"Authorization": "Bearer a-token-for-tests"},
        ],
    )
    def test_nobody_without_the_token_is_served(self, owner: Owner, headers: dict[str, str]) -> None:
        response = httpx.post(f"http://127.0.0.1:{owner.port}/", content="SELECT 1", headers=headers)
        assert (response.status_code, response.headers["X-ClickHouse-Exception-Code"]) == (403, "516")

    def test_the_token_may_come_as_key_password_or_basic(self, owner: Owner) -> None:
        url = f"http://127.0.0.1:{owner.port}/"
        assert httpx.post(url, content="SELECT 1", headers={"X-ClickHouse-Key": owner.token}).text == "1\n"
        assert httpx.post(url, content="SELECT 1", params={"password": owner.token}).text == "1\n"
        assert httpx.post(url, content="SELECT 1", auth=("default", owner.token)).text == "1\n"

    def test_ping_needs_none(self, owner: Owner) -> None:
        assert httpx.get(f"http://127.0.0.1:{owner.port}/ping").text == "Ok.\n"


@pytest.mark.parametrize("waits", ["0", "1"])
def test_the_engine_stops_when_its_client_went_away(owner: Owner, driver: Client, waits: str) -> None:
    with socket.create_connection(("127.0.0.1", owner.port)) as raw:
        sql = b"SELECT sum(cityHash64(number)) FROM numbers(1000000000000)"
        head = f"POST /?wait_end_of_query={waits} HTTP/1.1\r\nX-ClickHouse-Key: {owner.token}\r\n"
        raw.sendall(f"{head}Content-Length: {len(sql)}\r\n\r\n".encode() + sql)
        wait_for_running(driver, 1)
    wait_for_running(driver, 0)


def _insert_beside_questions(owner: Owner, driver: Client, questions: list[str]) -> int:
    """The status of an insert of the rows 1 and 2; between them `questions` past their own memory are asked."""

    def rows() -> Iterator[bytes]:
        yield b"1\n"
        wait_for_running(driver, 1, "INSERT INTO kinds%")
        for _ in questions:
            sql = "SELECT groupArray(number) FROM numbers(10000000)"
            assert _code(driver, sql, settings={"max_memory_usage": "1000000"}) == 241
        yield b"2\n"

    asked = {"database": "t", "query": "INSERT INTO kinds (id) FORMAT CSV"} | TOKEN
    return owner.http.post("/", content=rows(), params=asked).status_code


def test_eight_clients_at_once_get_their_own_answers(owner: Owner) -> None:
    wrong: list[int] = []

    def ask(number: int) -> None:
        driver = owner.client()
        for _ in range(10):
            if driver.query(f"SELECT {number} + sum(number) FROM numbers(1001)").result_rows != [(number + 500_500,)]:
                wrong.append(number)

    threads = [Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
