"""The same rows in every format: read back by something else than what wrote them."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from analytics.exports import formats, spool
from analytics.exports.formats import FORMATS, LONGEST_CELL
from tracking.store.client import client

HEADING = ["name", "count", "share", "new", "at", "nothing", "name"]
AT = datetime(2026, 3, 9, 10, 0, 0, 123_000, tzinfo=UTC)
ROWS = [
    ["=1+1", 1, 1.5, True, AT, None, "x"],
    ["ü, \"q\"\nline", -2, 2, False, AT, None, 3],
    [None, None, None, None, None, None, True],
]  # fmt: skip
HOSTILE = ["=1+1", "+49", "-x", "@a", "\tb", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠a", "\ufeff=1", "'=1",
           "\0=1", "=cmd|'/C calc'!A0", "=HYPERLINK(\"http://x\")", "=IMPORTXML(1)"]  # fmt: skip


@pytest.fixture
def written(tmp_path):
    """The rows as a file of the format, in bytes."""

    def write(kind, heading=HEADING, rows=ROWS, times=1):
        made = [spool.write(tmp_path / f"{n}.zst", len(heading), rows) for n in range(times)]
        file = io.BytesIO()
        FORMATS[kind].write(
            spool.columns(heading, made), spool.read(tmp_path / f"{n}.zst" for n in range(times)), file
        )  # fmt: skip
        return file.getvalue()

    return write


def test_csv_keeps_every_value(written):
    assert list(csv.reader(io.StringIO(written("csv").decode(), newline=""))) == [
        ["name", "count", "share", "new", "at", "nothing", "name (2)"],
        ["'=1+1", "1", "1.5", "True", "2026-03-09T10:00:00.123+00:00", "", "x"],
        ['ü, "q"\nline', "-2", "2", "False", "2026-03-09T10:00:00.123+00:00", "", "3"],
        ["", "", "", "", "", "", "True"],
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_a_csv_is_a_formula(text):
    (row,) = csv.reader(io.StringIO(formats.line([text]), newline=""))

    assert row == [f"'{text}"]


def test_json_is_a_list_of_objects_one_a_line(written):
    text = written("json").decode()

    assert json.loads(text)[0] == {
        "name": "=1+1", "count": 1, "share": 1.5, "new": True, "at": "2026-03-09T10:00:00.123+00:00", "nothing": None,
        "name (2)": "x",
    }  # fmt: skip
    assert len(text.splitlines()) == 1 + 3 + 1
    assert json.loads(written("json", rows=[])) == []


def sheets(raw):
    """Each sheet's rows as (type, text) of every cell."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        roots = [ElementTree.fromstring(book.read(name)) for name in names]
    return [
        [[(cell.get("t", "n"), "".join(cell.itertext())) for cell in row] for row in root.iter(f"{space}row")]
        for root in roots
    ], [formula for root in roots for formula in root.iter(f"{space}f")]


def test_a_workbook_holds_text_as_text_and_numbers_as_numbers(written):
    ((head, first, *_),), formulas = sheets(written("xlsx"))

    assert formulas == []
    assert [text for _, text in head] == ["name", "count", "share", "new", "at", "nothing", "name (2)"]
    assert first == [
        ("inlineStr", "=1+1"), ("n", "1"), ("n", "1.5"), ("b", "1"), ("inlineStr", "2026-03-09T10:00:00.123+00:00"),
        ("inlineStr", "x"),
    ]  # fmt: skip


def test_no_hostile_text_becomes_a_formula_or_a_link_in_a_workbook(written):
    raw = written("xlsx", ["text"], [[text] for text in [*HOSTILE, "https://evil.example"]])

    assert sheets(raw)[1] == []
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        assert not [name for name in book.namelist() if name.endswith("sheet1.xml.rels")]


def test_a_full_sheet_is_followed_by_another(written, monkeypatch):
    monkeypatch.setattr(formats, "SHEET_ROWS", 2)

    found, _ = sheets(written("xlsx", ["n"], [[1], [2], [3]]))

    assert [[row[0][1] for row in sheet] for sheet in found] == [["n", "1", "2"], ["n", "3"]]


def test_a_cell_that_excel_cannot_hold_ends_with_a_sign_that_something_is_missing(written):
    ((_, (cell,)),), _ = sheets(written("xlsx", ["text"], [["a" * 40_000]]))

    assert cell == ("inlineStr", "a" * (LONGEST_CELL - 1) + "…")


@pytest.fixture
def parquet(event_store):
    """What the ClickHouse engine reads in a Parquet file: (name, type) of the columns, and the rows."""

    def read(raw):
        store = client()
        table = "parquet_read_back"
        structure = "name Nullable(String), count Nullable(Int64), share Nullable(Float64), new Nullable(Bool),"
        structure += " at Nullable(DateTime64(3, 'UTC')), nothing Nullable(String), `name (2)` Nullable(String)"
        store.command(f"DROP TABLE IF EXISTS {table}")
        store.command(f"CREATE TABLE {table} ({structure}) ENGINE = Memory")
        store.raw_insert(table, insert_block=raw, fmt="Parquet")
        return store.query(f"SELECT * FROM {table}").result_rows

    return read


def test_the_engine_reads_every_value_of_a_parquet_file(written, parquet):
    assert list(parquet(written("parquet"))) == [
        ("=1+1", 1, 1.5, True, AT, None, "x"),
        ('ü, "q"\nline', -2, 2.0, False, AT, None, "3"),
        (None, None, None, None, None, None, "true"),
    ]


def test_a_parquet_file_has_a_row_group_for_every_so_many_rows(written, parquet, monkeypatch):
    monkeypatch.setattr("analytics.exports.parquet.ROWS", 4)

    raw = written("parquet", times=3)

    assert raw[:4] == raw[-4:] == b"PAR1"
    assert [row[1] for row in parquet(raw)] == [1, -2, None] * 3


def test_a_number_that_no_column_of_numbers_holds_is_kept_as_text(tmp_path):
    piece = spool.write(tmp_path / "x", 1, [[2**64 - 1], [float("nan")]])

    assert list(spool.read([tmp_path / "x"])) == [["18446744073709551615"], [None]]
    assert piece.kinds == [{"text"}]
