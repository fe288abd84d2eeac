"""Where a statement ends and an INSERT's data begins: `INSERT INTO t (a, b) FORMAT Native\\n<bytes>`.

Only the head is looked at, token by token, so that quoted names, comments and column lists cannot mislead.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from tracking.store.owner.errors import refuse_size

MAX_STATEMENT_BYTES = 16 << 20
_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<quoted>'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*")
      | (?P<word>\w+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_DATA = re.compile(rb"[ \t\f]*(?:\r?\n)?")
_OUTPUT_FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*(?:SETTINGS\b[^;]*)?;?\s*$", re.IGNORECASE)
# An INSERT with one of these takes its rows from the statement itself.
_NO_DATA = {"SELECT", "WITH", "VALUES", "WATCH", "INFILE"}


@dataclass
class Statement:
    sql: str
    data_format: str = ""  # of an INSERT's data
    data: Iterator[bytes] = field(default_factory=lambda: iter(()))

    @property
    def output_format(self) -> str:
        """The format the statement asks for, or ""."""
        found = _OUTPUT_FORMAT.search(self.sql)
        return found[1] if found else ""


def read(query: str, body: Iterator[bytes]) -> Statement:
    """The statement made of the URL's `query` and the body, which continues it. Raises Refusal when it is too long."""
    head = bytearray(query.encode())
    if head:
        found = _with_data(head, body, complete=True)
        if found:
            return found
        head += b"\n"
    inserting = None
    for chunk in body:
        head += chunk
        if inserting is None and head.strip():
            inserting = _may_insert(head)
        found = _with_data(head, body, complete=False) if inserting else None
        if found:
            return found
        if len(head) > MAX_STATEMENT_BYTES:
            raise refuse_size("A statement", MAX_STATEMENT_BYTES)
    return _with_data(head, body, complete=True) or Statement(head.decode(errors="replace").strip())


def _may_insert(head: bytearray) -> bool:
    start = bytes(head.lstrip()[:6]).upper()
    return start == b"INSERT" or start.startswith((b"--", b"/*"))


def _with_data(head: bytearray, rest: Iterator[bytes], complete: bool) -> Statement | None:
    """The INSERT and its data, or None: another statement, or one whose head is not all here yet."""
    text = head.decode("latin-1")  # one character a byte; keywords are ASCII
    depth, insert, format_at = 0, False, -1
    for token in _TOKEN.finditer(text):
        kind, word = token.lastgroup, token[0].upper()
        if kind == "other":
            depth += (word == "(") - (word == ")")
            if word in "'`\"":
                return None  # a quotation that goes on in the next chunk
        elif kind == "word" and format_at >= 0:
            data = _DATA.match(head, token.end())
            if data is None or (bytes(head[data.end() :]) in (b"", b"\r") and not complete):
                return None  # the name, or the line's end, may go on in the next chunk
            sql = head[:format_at].decode(errors="replace").strip()
            return Statement(sql, token[0], chain((bytes(head[data.end() :]),), rest))
        elif kind == "word" and depth == 0:
            if not insert and word != "INSERT" or word in _NO_DATA:
                return None
            insert = True
            format_at = token.start() if word == "FORMAT" else -1
    return None
