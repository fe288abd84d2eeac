"""How many people a frozen cohort holds, after some were taken off because no event of theirs is left."""

from typing import Any

from analytics.models import Cohort
from tracking.expiry.deletion import expired
from tracking.expiry.places import dataset_of
from tracking.models import Expiry
from tracking.store import lists


def connect() -> None:
    """Called once, when the apps are ready."""
    expired.connect(_recount, sender=Expiry, dispatch_uid="cohort sizes")


def _recount(row: Expiry, **_: Any) -> None:
    """Raises StoreError: then the run is gone on with."""
    if not row.found.get("cohort_members"):
        return
    sizes = lists.sizes(dataset_of(row))
    frozen = Cohort.objects.filter(workspace=row.workspace, environment=row.environment, kind=Cohort.Kind.FROZEN)
    for cohort in frozen:
        frozen.filter(pk=cohort.pk).update(size=sizes.get(cohort.pk, 0))
