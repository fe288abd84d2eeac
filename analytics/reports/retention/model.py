"""What retention asks. In the URL:

?begin=is,event,signup&back=is,event,login&who=first&unit=week&clock=rolling&came=after&columns=12&brackets=1-3,4-7
"""

from dataclasses import dataclass
from typing import Literal

from analytics.reports.steps import ANYTHING, Step, text_of_step

Unit = Literal["hour", "day", "week", "month"]
WHO = {"first": "for the first time ever", "recurring": "at any time"}
UNITS = {"hour": "hour", "day": "day", "week": "week", "month": "month"}
CLOCKS = {"calendar": "of the calendar", "rolling": "since they began"}
CAME = {"on": "in that {unit}", "after": "in that {unit} or later"}
SECONDS: dict[Unit, int] = {
    "hour": 3600,
    "day": 86_400,
    "week": 7 * 86_400,
    "month": 30 * 86_400,
}  # of the rolling clock
USUAL_COLUMNS, MAX_COLUMNS = 8, 60
MAX_BRACKETS = 20


@dataclass(frozen=True)
class Retention:
    begin: Step = ANYTHING
    back: Step = ANYTHING
    who: Literal["first", "recurring"] = "first"
    unit: Unit = "day"
    clock: Literal["calendar", "rolling"] = "calendar"
    came: Literal["on", "after"] = "on"
    columns: int = USUAL_COLUMNS  # units after the first
    brackets: tuple[tuple[int, int], ...] = ()  # columns of several units: (1, 3) is the first to the third after

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The columns, each as its first and last unit after the one of the beginning."""
        return self.brackets or tuple((n, n) for n in range(1, self.columns + 1))

    @property
    def reach(self) -> int:
        """Units after the beginning that are looked at."""
        return max(last for _, last in self.spans)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        usual = Retention()
        pairs = [("begin", text_of_step(self.begin))] if self.begin != usual.begin else []
        pairs += [("back", text_of_step(self.back))] if self.back != usual.back else []
        words = ("who", "unit", "clock", "came", "columns")
        pairs += [(n, str(getattr(self, n))) for n in words if getattr(self, n) != getattr(usual, n)]
        return pairs + ([("brackets", ",".join(f"{a}-{b}" for a, b in self.brackets))] if self.brackets else [])
