"""In which units events lie: by division where all are of one length, by looking up where they are not."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.query.bounds import Parameters
from analytics.query.gaps import edges
from analytics.query.model import Period
from analytics.query.reporting import report
from analytics.reports.units import units
from analytics.tests.reports.raw import Seen, keep, new_dataset
from config.testing.world import NOW

START = datetime(2026, 3, 4, tzinfo=UTC)  # a Wednesday
BERLIN = ZoneInfo("Europe/Berlin")
HOURS = [[START + timedelta(hours=n) for n in range(count)] for count in (1, 63, 64, 127, 128, 255, 256)]
WEEKS = edges(Period("", START, START + timedelta(days=30)), "week")  # the first is cut short
MONTHS = edges(Period("", START, START + timedelta(days=90)), "month")
DAYS_OF_SPRING = edges(
    Period("", datetime(2026, 3, 27, tzinfo=BERLIN), datetime(2026, 4, 2, tzinfo=BERLIN)), "day"
)  # the 29th has 23 hours


@pytest.mark.usefixtures("event_store")
@pytest.mark.parametrize("starts", [*HOURS, WEEKS, MONTHS, DAYS_OF_SPRING], ids=lambda starts: str(len(starts)))
def test_an_event_lies_in_the_last_unit_that_began_before_it(starts: list[datetime]):
    seconds = [int(each.timestamp()) for each in starts]
    chosen = {seconds[0], seconds[len(seconds) // 2], seconds[-1]}
    moments = [at for each in chosen for at in (each - 1, each, each + 1)] + [seconds[0] - 10**7, seconds[-1] + 10**6]
    dataset, bound = new_dataset(), Parameters()
    keep(dataset, [Seen(n, at * 1000, "a" if n else "b") for n, at in enumerate(moments)])

    columns = units(starts, bound), units(starts, bound, when="name = 'a'")
    sql = f"SELECT {', '.join(columns)} FROM events WHERE dataset_id = {bound.bind(dataset, 'UInt32')}"
    found = report(dataset, [(sql, bound)], NOW).rows[0].rows[0]

    assert list(found[0]) == sorted({bisect_right(seconds, at) for at in moments})
    assert list(found[1]) == sorted({bisect_right(seconds, at) for at in moments[1:]})
