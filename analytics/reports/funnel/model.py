"""What a funnel asks. In the URL:

?step=is,event,signup&step=is,goal,purchase&order=strict&window=14d&per=visit&without=is,event,refund&by=country
"""

from dataclasses import dataclass, field
from typing import Literal

from analytics.query.model import Filter
from analytics.reports.steps import Step, text_of_step

Order = Literal["ordered", "strict", "any"]
Per = Literal["person", "visit", "account"]

ORDERS = {"ordered": "in this order", "strict": "directly one after the other", "any": "in any order"}
UNITS = {"person": "people", "visit": "visits", "account": "accounts"}
DROPS = {"attempt": "ends the attempt", "person": "leaves out the whole person"}
MIN_STEPS, MAX_STEPS, MAX_WITHOUT = 2, 10, 5
DEFAULT_WINDOW = "14d"
SECONDS = {"m": 60, "h": 3600, "d": 86_400}
MAX_WINDOW_DAYS = 366
GROUPS = 10  # of a breakdown; the rest is one group
# The upper ends of the bars of the histogram, in seconds; the last bar has none.
DURATIONS = (10, 60, 300, 900, 3600, 3 * 3600, 12 * 3600, 86_400, 3 * 86_400, 7 * 86_400, 14 * 86_400)


def _usual() -> tuple[Step, ...]:
    return ((Filter("type", "is", ("page_view",)),), (Filter("type", "is", ("goal",)),))


@dataclass(frozen=True)
class Funnel:
    steps: tuple[Step, ...] = field(default_factory=_usual)
    order: Order = "ordered"
    window: str = DEFAULT_WINDOW  # from the first step to the last: 30m, 12h, 14d
    per: Per = "person"
    without: tuple[Step, ...] = ()  # events that must not come between the first step and the last
    drops: Literal["attempt", "person"] = "attempt"
    by: str = ""  # a dimension; empty: not broken down
    attribution: str = "first"  # whose value: of the "first" step, of the "last" one taken, or of step "2" …

    @property
    def window_ms(self) -> int:
        return int(self.window[:-1]) * SECONDS[self.window[-1]] * 1000

    @property
    def is_usual(self) -> bool:
        return self.steps == _usual()

    @property
    def parameters(self) -> list[tuple[str, str]]:
        pairs = [] if self.is_usual else [("step", text_of_step(each)) for each in self.steps]
        pairs += [("without", text_of_step(each)) for each in self.without]
        usual = {"order": "ordered", "window": DEFAULT_WINDOW, "per": "person", "attribution": "first"}
        own = {"order": self.order, "window": self.window, "per": self.per, "by": self.by}
        own |= {"drops": self.drops if self.without and self.drops != "attempt" else ""}
        own |= {"attribution": self.attribution if self.by else ""}
        return pairs + [(name, value) for name, value in own.items() if value and usual.get(name) != value]
