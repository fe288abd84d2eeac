"""Events that are stored long after they were received: whoever stores them names them here.

The position of every destination has passed them, and the sweep looks back one hour only. They go into the outbox with
`latecomers`; this module stays small, because the ways in load it.
"""

from collections.abc import Sequence
from datetime import datetime

from tracking.models import Forwarding, LateArrival


def note(dataset_id: int, received_at: datetime, event_ids: Sequence[bytes], now: datetime) -> None:
    """Before they go into the log: noted in vain does no harm."""
    if Forwarding.objects.filter(connection__workspace_id=dataset_id // 2).exists():
        ids = b"".join(event_ids)
        LateArrival.objects.create(dataset_id=dataset_id, received_at=received_at, ids=ids, noted_at=now)
