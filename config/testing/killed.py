"""A process that is killed between two writes to PostgreSQL, at each of them in turn."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from workspaces.models import AuditEntry

WRITES = ("INSERT", "UPDATE", "DELETE")


class Killed(Exception):
    """In the place of a kill: nothing of ours catches it."""


@contextmanager
def killed_before(number: int) -> Iterator[None]:
    """Before the write of this number, from 1."""
    writes = count(1)

    def execute(run: Callable[..., Any], sql: str, *about: Any) -> Any:
        if sql.startswith(WRITES) and next(writes) == number:
            raise Killed
        return run(sql, *about)

    with connection.execute_wrapper(execute):
        yield


def check_told(act: Callable[[], object], *models: type[Model]) -> int:
    """`act` changes rows of `models` and writes one audit entry: wherever it is killed, both are there or neither.

    Called anew after each kill, so it reads what it changes anew. Returns how many writes it took.
    """
    watched: list[type[Model]] = [*models, AuditEntry]

    def state() -> list[Any]:
        return [list(each._default_manager.order_by("pk").values()) for each in watched]

    for number in count(1):
        before, entries = state(), AuditEntry.objects.count()
        try:
            with killed_before(number):
                act()
        except Killed:
            # What was written in no transaction but the test's stays, as it would without one.
            transaction.set_rollback(False)
            assert state() == before, f"killed before write {number}, it left a half"
        else:
            assert state()[:-1] != before[:-1] and AuditEntry.objects.count() == entries + 1
            return number - 1
    raise AssertionError
