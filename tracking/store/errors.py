"""What can go wrong with the store, as four errors of ours; nobody else needs to know the driver's."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from clickhouse_connect.driver.exceptions import DatabaseError, Error, OperationalError
from urllib3.exceptions import HTTPError

from tracking.store.model import Limits


class StoreError(Exception):
    """The store refused: the statement or the rows are wrong, and trying again cannot help."""


class StoreUnavailable(StoreError):
    """The store is away, full or overloaded. Trying again later helps."""


class QueryTimeout(StoreError):
    """The read took longer than its limit. A shorter period or fewer groups may answer in time."""

    limits: Limits | None = None  # those it went past


class QueryTooLarge(StoreError):
    """The read needs more rows or memory than its limit."""

    limits: Limits | None = None  # those it went past
    is_of_memory = True


class Unanswered(Exception):
    """tracking.store.exchange got no result: why, with the engine's code where the engine said so."""

    def __init__(self, text: str, code: str | None = None) -> None:
        super().__init__(text)
        self.code = int(code) if code and code.isdecimal() else None


# ClickHouse's error codes: src/Common/ErrorCodes.cpp.
_BY_CODE: dict[int, type[StoreError]] = {
    **dict.fromkeys((159, 160, 209), QueryTimeout),  # TIMEOUT_EXCEEDED, TOO_SLOW, SOCKET_TIMEOUT
    **dict.fromkeys((158, 241, 307, 396), QueryTooLarge),  # rows, memory, bytes, rows or bytes
    # Too many queries; no Keeper; read-only replica; disk full; too many parts; too few replicas; network; lost
    # Keeper session; token refused; too many mutations.
    **dict.fromkeys((202, 210, 225, 242, 243, 252, 279, 285, 319, 516, 692, 999), StoreUnavailable),
}
_MEMORY = 241
_CODE = re.compile(r"Code: (\d+)\.")


@contextmanager
def translated(limits: Limits | None = None) -> Iterator[None]:
    """Raises our errors in place of the driver's and the transport's. `limits` are those of the read."""
    try:
        yield
    except (Error, HTTPError, Unanswered) as error:
        ours = _ours(error)(str(error))
        if isinstance(ours, (QueryTimeout, QueryTooLarge)):
            ours.limits = limits
        if isinstance(ours, QueryTooLarge):
            ours.is_of_memory = _code(error) == _MEMORY
        raise ours from error


def _code(error: Exception) -> int | None:
    found = _CODE.search(str(error))  # an error in the middle of a stream has its code in the text only
    return getattr(error, "code", None) or (int(found[1]) if found else None)


def _ours(error: Exception) -> type[StoreError]:
    code = _code(error)
    if code in _BY_CODE:
        return _BY_CODE[code]
    # Without a code it never reached the engine: refused, reset, timed out on the way.
    lost = isinstance(error, HTTPError) or (isinstance(error, OperationalError | Unanswered) and code is None)
    bad_gateway = isinstance(error, DatabaseError) and code is None and "HTTP status 5" in str(error)
    return StoreUnavailable if lost or bad_gateway else StoreError
