"""Whatever is refused, its bytes are taken off the connection first: a sender who is cut off cannot read why."""

import io

import pytest

from config.lib.problems import Problem
from tracking.events import MAX_WIRE_BYTES
from tracking.wire import DRAINED_BYTES, read


def refused(headers: dict[str, str], sent: int, promised: int | None = None) -> tuple[str, int]:
    """(code, bytes left unread) for a body of `sent` bytes, announced as `promised`."""
    stream = io.BytesIO(b" " * sent)
    environ = {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(promised or sent)} | headers
    with pytest.raises(Problem) as problem:
        read(environ, stream)
    return problem.value.code, len(stream.read())


def test_a_refused_body_is_read_to_its_end():
    assert refused({"CONTENT_TYPE": "text/html"}, 1000) == ("content_type", 0)
    assert refused({"HTTP_CONTENT_ENCODING": "br"}, 1000) == ("content_encoding", 0)
    assert refused({}, MAX_WIRE_BYTES + 1) == ("body_too_large", 0)


def test_reading_what_is_refused_has_an_end():
    assert refused({}, 9, promised=DRAINED_BYTES) == ("body_too_large", 0)
    assert refused({}, 9, promised=DRAINED_BYTES + 1) == ("body_too_large", 9)  # answered at once


def test_a_body_that_ends_early_is_refused():
    assert refused({}, 10, promised=11) == ("truncated", 0)
    assert refused({}, 10, promised=MAX_WIRE_BYTES + 1) == ("body_too_large", 0)


def test_a_sender_who_hangs_up_is_no_error_of_ours():
    class HungUp:
        def read(self, size: int, /) -> bytes:
            raise OSError("connection reset")

    with pytest.raises(Problem) as problem:
        read({"CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": "5"}, HungUp())
    assert problem.value.code == "truncated"


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "９", "9" * 20])
def test_a_length_that_is_none_is_refused(length):
    assert refused({"CONTENT_LENGTH": length}, 1)[0] == "content_length"
