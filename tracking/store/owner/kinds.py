"""What kind of statement a text is, by the engine's own parser.

Parsing is a tenth of what a question of a small workspace costs (2.2 of 21 ms for a funnel), and the same questions
come again and again, as their values travel beside them: so what was found is kept.
"""

import threading
from dataclasses import dataclass
from typing import Any

from tracking.store.owner.sessions import TENANT, Key, Session

MOST, LONGEST = 1024, 16_384  # texts, and bytes of one


@dataclass(frozen=True)
class Kind:
    name: str  # READ_ONLY, CONTROL …, as the engine calls it
    count: int  # of statements


class Kinds:
    def __init__(self) -> None:
        self._found: dict[tuple[Key, str], Kind] = {}
        self._changing = threading.Lock()

    def of(self, session: Session, sql: str) -> Kind:
        database, settings = session.key
        # All other settings may decide how a text is read, as its dialect does.
        key = (database, tuple(each for each in settings if each[0] != TENANT)), sql
        return self._found.get(key) or self._keep(key, _asked(session.connection, sql))

    def _keep(self, key: tuple[Key, str], found: Kind) -> Kind:
        if len(key[1]) <= LONGEST:
            with self._changing:
                if len(self._found) >= MOST:
                    self._found.pop(next(iter(self._found)))
                self._found[key] = found
        return found


def _asked(connection: Any, sql: str) -> Kind:
    found = connection._conn.classify_query(sql)
    return Kind(found["query_class"].name, found["statement_count"])
