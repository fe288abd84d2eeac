"""Which errors of the engine make an insert doubtful."""

import json
from typing import Any

import pytest

from tracking.store.owner import doubt
from tracking.store.owner.doubt import Doubt

NO_ROOM, OWN_LIMIT = "Cannot reserve 1.00 MiB", "Query memory limit exceeded: would use 4.06 MiB"


class Engine:
    """Has met `errors`: (when, code, how many, the newest's words, elsewhere)."""

    def __init__(self) -> None:
        self.errors: list[tuple[str, int, str, str, int]] = []
        self.looks = 0

    def query(self, sql: str, form: str) -> Any:
        self.looks += 1
        return self

    def bytes(self) -> bytes:
        return json.dumps({"data": self.errors}).encode()


@pytest.mark.parametrize(
    ("met", "said"),
    [
        ([], None),
        ([("12:01", 243, "1", NO_ROOM, 0)], NO_ROOM),
        ([("12:01", 241, "1", OWN_LIMIT, 0)], None),  # a question's own
        ([("12:01", 241, "2", OWN_LIMIT, 0)], OWN_LIMIT),  # who knows what the first one was
        ([("12:01", 62, "1", "Syntax error", 0)], None),
        ([("12:01", 243, "1", NO_ROOM, 1)], None),  # another server's
        ([("12:01", 49, "1", "Bad", 0), ("12:02", 243, "1", NO_ROOM, 0)], NO_ROOM),
    ],
)
def test_only_an_error_of_writing_that_was_not_there_before_makes_an_insert_doubtful(met, said):
    engine, found = Engine(), Doubt()
    before = found.before(engine)
    engine.errors = met
    assert found.error_since(engine, before) == said
    assert found.error_since(engine, found.before(engine)) is None


def test_the_look_behind_an_insert_serves_the_next_one_only_at_once(monkeypatch):
    engine, found = Engine(), Doubt()
    for _ in range(2):
        found.error_since(engine, found.before(engine))
    assert engine.looks == 3

    monkeypatch.setattr(doubt, "LASTS_S", -1.0)  # later
    found.error_since(engine, found.before(engine))
    assert engine.looks == 5
