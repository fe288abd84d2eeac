"""What is usual at this time: from the same hours of the weeks before, or of the days where weeks are too few.

The middle is the median and the spread the median distance from it, so that one odd week moves neither. A spread is at
least what chance alone makes of a count, and a twentieth of the middle: a metric that never moved may move a little.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

WEEKS = tuple(timedelta(weeks=n) for n in range(1, 7))
DAYS = tuple(timedelta(days=n) for n in range(1, 8))
ENOUGH = 4  # of weeks, else of days; with fewer nothing is usual yet
DEVIATIONS = 1.4826  # of the median distance make one standard deviation of a normal distribution


@dataclass(frozen=True)
class Usual:
    middle: float
    spread: float

    def deviation(self, value: float) -> float:
        """How many spreads `value` lies above (or, below zero, under) the middle."""
        return (value - self.middle) / self.spread


def usual(weeks: Sequence[float | None], days: Sequence[float | None]) -> Usual | None:
    """Of the values of earlier weeks and days; None stands for a time before there was anything."""
    known = [value for value in weeks if value is not None]
    if len(known) < ENOUGH:
        known = [value for value in days if value is not None]
    if len(known) < ENOUGH:
        return None
    middle = median(known)
    distance = median(abs(value - middle) for value in known) * DEVIATIONS
    return Usual(middle, max(distance, math.sqrt(abs(middle)), abs(middle) / 20, 1e-9))
