"""Where an INSERT's head ends and its data begins."""

from collections.abc import Iterator

import pytest

from tracking.store.owner.errors import Refusal
from tracking.store.owner.statement import MAX_STATEMENT_BYTES, Statement, read


def _read(*chunks: bytes, query: str = "") -> tuple[Statement, bytes]:
    statement = read(query, iter(chunks))
    return statement, b"".join(statement.data)


def test_data_begins_after_the_line_that_names_the_format() -> None:
    statement, data = _read(b"INSERT INTO t (`a`, `b`) FORMAT Native\n\x02\x00SELECT FORMAT")
    assert (statement.sql, statement.data_format, data) == (
        "INSERT INTO t (`a`, `b`)",
        "Native",
        b"\x02\x00SELECT FORMAT",
    )


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_head_may_arrive_in_any_two_pieces(cut: int) -> None:
    body = b"INSERT INTO t (`a FORMAT b`) SETTINGS x = 1 FORMAT Native\r\n\n\x01\x02\x03"
    statement, data = _read(body[:cut], body[cut:])
    assert statement.sql == "INSERT INTO t (`a FORMAT b`) SETTINGS x = 1"
    assert (statement.data_format, data) == ("Native", b"\n\x01\x02\x03")


def test_a_query_in_the_url_leaves_the_body_to_the_data() -> None:
    statement, data = _read(b"1\n", b"2\n", query="INSERT INTO t FORMAT CSV")
    assert (statement.sql, statement.data_format, data) == ("INSERT INTO t", "CSV", b"1\n2\n")


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t SELECT 1 FORMAT CSV",
        "INSERT INTO t VALUES ('a FORMAT b')",
        "SELECT 'INSERT INTO t FORMAT CSV'",
        "/* INSERT INTO t FORMAT CSV */ SELECT 1",
        "CREATE TABLE insert (format UInt8) ENGINE = Memory",
    ],
)
def test_a_statement_that_brings_its_own_rows_is_left_whole(sql: str) -> None:
    statement, _ = _read(sql.encode())
    assert (statement.sql, statement.data_format) == (sql, "")


def test_a_comment_before_an_insert_does_not_hide_it() -> None:
    statement, data = _read(b"/* who: writer */ insert into t format TSV\n1\n")
    assert (statement.data_format, data) == ("TSV", b"1\n")


def test_the_body_continues_the_url() -> None:
    assert _read(b"FROM t", query="SELECT a")[0].sql == "SELECT a\nFROM t"


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("SELECT 1 FORMAT JSON", "JSON"),
        ("SELECT 1 FORMAT JSON SETTINGS max_threads = 1;", "JSON"),
        ("SELECT format('{}', 1)", ""),
        ("SELECT 1", ""),
    ],
)
def test_the_output_format_is_the_last_word(sql: str, name: str) -> None:
    assert Statement(sql).output_format == name


def test_an_endless_statement_is_refused_before_it_fills_the_memory() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"SELECT 1 " * 100_000

    with pytest.raises(Refusal, match=f"{MAX_STATEMENT_BYTES:,} bytes at most") as refused:
        read("", endless())
    assert refused.value.status == 413
