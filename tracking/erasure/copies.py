"""What other apps keep of events: each deletes its own when it hears of an erasure, and says how much that was."""

from typing import Any

from django.dispatch import Signal

from tracking.models import Erasure

# erasure=Erasure, now; a receiver returns {place: how many}
erasing = Signal()


def erase(erasure: Erasure, now: object) -> dict[str, int]:
    """Raises what a receiver raises: the pass is tried again."""
    answers: list[tuple[Any, Any]] = erasing.send(Erasure, erasure=erasure, now=now)
    return {place: number for _, deleted in answers for place, number in deleted.items()}
