"""Where a list goes on: a signed place of one dataset, so that nobody carries it into another."""

from typing import Any

from django.core import signing

from analytics.query.model import QueryError


def seal(dataset_id: int, kind: str, *place: Any) -> str:
    return signing.dumps([dataset_id, *place], salt=f"analytics.{kind}", compress=True)


def unseal(dataset_id: int, kind: str, cursor: str) -> list[Any]:
    """The place. QueryError for a cursor that is not of this list."""
    try:
        its, *place = signing.loads(cursor, salt=f"analytics.{kind}")
    except signing.BadSignature:
        its, place = None, []
    if its != dataset_id:
        raise QueryError("This cursor belongs to another list. Start again without a cursor.", "cursor")
    return place
