"""What a rule says about a number: when it is beyond, and when it is clearly back."""

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal["above", "below", "equals", "change", "anomaly", "absence"]
Direction = Literal["either", "up", "down"]


@dataclass(frozen=True)
class Condition:
    """`threshold` is in the metric's unit; of a change, in percent; of an anomaly, in deviations from the usual.

    Above means more than: a value that equals the threshold is not beyond it. `margin_pct` is how far back within the
    threshold, in percent of it, a value must come before a crossing is over, so that one that trembles around it fires
    once. `for_minutes` is how long it must stay beyond before it fires.
    """

    kind: Kind
    threshold: float = 0
    direction: Direction = "either"
    margin_pct: float = 0
    for_minutes: int = 0

    def is_beyond(self, value: float) -> bool:
        return self._exceeds(value, self.threshold)

    def is_clearly_back(self, value: float) -> bool:
        if self.kind in ("equals", "absence"):
            return not self.is_beyond(value)
        margin = abs(self.threshold) * self.margin_pct / 100
        return not self._exceeds(value, self.threshold + (margin if self.kind == "below" else -margin))

    def _exceeds(self, value: float, threshold: float) -> bool:
        if self.kind == "absence":
            return value <= 0
        if self.kind == "equals":
            return math.isclose(value, threshold, rel_tol=1e-9, abs_tol=1e-9)
        if self.kind == "below":
            return value < threshold
        if self.kind == "above":
            return value > threshold
        up, down = value > threshold, value < -threshold
        return {"up": up, "down": down, "either": up or down}[self.direction]
