"""Files of exports that may name somebody who is erased: all of the workspace, since nobody can say which do not."""

import shutil
from datetime import datetime
from typing import Any

from analytics.exports import jobs
from analytics.models import Export
from tracking.erasure import erasing
from tracking.models import Erasure


def connect() -> None:
    """Called once, when the apps are ready."""
    erasing.connect(_erase, sender=Erasure, dispatch_uid="exports")


def _erase(erasure: Erasure, now: datetime, **_: Any) -> dict[str, int]:
    if not erasure.is_person:
        jobs.forget_expired(now)  # rows went with the workspace; this takes the files that no row stands for
        return {}
    found = list(Export.objects.filter(workspace__uid=erasure.workspace_uid, environment=erasure.environment))
    for export in found:
        export.delete()  # whoever still works on it stops when it next says how far it is
        shutil.rmtree(export.folder, ignore_errors=True)
    return {"exports": len(found)}
