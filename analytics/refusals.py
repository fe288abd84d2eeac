"""What the engine and the store refuse, as problem documents."""

from collections.abc import Iterator
from contextlib import contextmanager

from analytics.query.costs import said
from analytics.query.model import QueryError
from config.lib.problems import Problem
from tracking.store import QueryTimeout, QueryTooLarge, StoreUnavailable


@contextmanager
def as_problems() -> Iterator[None]:
    """Around whatever asks the engine in an API view."""
    try:
        yield
    except QueryError as error:
        raise Problem(400, "invalid_query", str(error), field=error.field) from error
    except QueryTimeout as error:
        raise Problem(422, "query_timeout", said(error)) from error
    except QueryTooLarge as error:
        raise Problem(422, "query_too_large", said(error)) from error
    except StoreUnavailable as error:
        detail = "The event store is not answering. Nothing is lost; try again shortly."
        raise Problem(503, "store_unavailable", detail, headers={"Retry-After": "5"}) from error
