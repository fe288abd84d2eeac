"""How many people a frozen cohort holds, after some were taken off: erased, or because no event of theirs is left."""

from typing import Any

from analytics.models import Cohort
from tracking.erasure import erasing
from tracking.expiry.deletion import expired
from tracking.expiry.places import dataset_of
from tracking.models import Erasure, Expiry
from tracking.store import lists


def connect() -> None:
    """Called once, when the apps are ready."""
    expired.connect(_after_expiry, sender=Expiry, dispatch_uid="cohort sizes")
    erasing.connect(_after_erasure, sender=Erasure, dispatch_uid="cohort sizes")


def _after_expiry(row: Expiry, **_: Any) -> None:
    """Raises StoreError: then the run is gone on with."""
    if row.found.get("cohort_members"):
        _recount(dataset_of(row), workspace=row.workspace, environment=row.environment)


def _after_erasure(erasure: Erasure, **_: Any) -> dict[str, int]:
    """The store has been gone through before. Raises StoreError: the pass is tried again."""
    if erasure.is_person:
        [dataset_id] = erasure.datasets
        _recount(dataset_id, workspace__uid=erasure.workspace_uid, environment=erasure.environment)
    return {}


def _recount(dataset_id: int, **of: Any) -> None:
    frozen = Cohort.objects.filter(kind=Cohort.Kind.FROZEN, **of)
    sizes = lists.sizes(dataset_id) if frozen else {}
    for cohort in frozen:
        Cohort.objects.filter(pk=cohort.pk).update(size=sizes.get(cohort.pk, 0))
