"""How far raw events can still tell: what a retention period dropped must not be counted again as nothing."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Reach:
    oldest: date  # the first day of which every event is there
    last: date  # the last day that is over
    is_cut: bool  # there were older ones, whose numbers stand as they were computed

    def covers(self, start: date) -> bool:
        """Whether something that looks back to `start` can be computed anew."""
        return not self.is_cut or start >= self.oldest
