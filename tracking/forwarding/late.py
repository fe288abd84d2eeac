"""Events that are stored long after they were received: whoever stores them names them here.

The position of every destination has passed them, and the sweep looks back one hour only. They go into the outbox with
`latecomers`; this module stays small, because the ways in load it.
"""

from collections.abc import Sequence
from datetime import datetime

from tracking.models import Forwarding, LateArrival


def note(dataset_id: int, received_at: datetime, event_ids: Sequence[bytes], now: datetime) -> None:
    """Once they are in the log, at this very moment: `latecomers` looks for them when all that was logged before `now`
    is stored, and never again. Noted twice does no harm, so whoever logs them again after a crash notes them again."""
    if Forwarding.objects.filter(connection__workspace_id=dataset_id // 2).exists():
        ids = b"".join(event_ids)
        LateArrival.objects.create(dataset_id=dataset_id, received_at=received_at, ids=ids, noted_at=now)
