"""P14, C13: more senders than there is room for, all for one visitor, and a quiet neighbour who must not notice."""

import threading
import time
import uuid
from statistics import median, quantiles

import pytest

from config.rig import clients
from config.rig.clients import Batches
from config.rig.journal import Journal
from config.rig.stack import Stack, Tenant
from config.tests.stack.test_kill import CLIENTS, check
from config.tests.stack.test_outage import statuses

CROWD = 3 * CLIENTS  # three times those who already keep the door busy, each sending as fast as it is answered
FLOOD_SECONDS, RATED_SECONDS = 10, 3
EVERY_SECONDS, RECOVERED_SECONDS = 0.2, 5
pytestmark = pytest.mark.faults


def sent(stack: Stack, tenant: Tenant, senders: int, seconds: float, pause_s: float = 0) -> list[Journal]:
    """One event a request, all of one visitor."""
    done = threading.Event()

    def one() -> Batches:
        while not done.wait(pause_s):
            yield clients.page_views(1, "hot")

    threading.Timer(seconds, done.set).start()
    return clients.run(stack.port, tenant.key, [one() for _ in range(senders)])


def waits(journals: list[Journal]) -> list[float]:
    return [each for journal in journals for each in journal.latency_s]


def test_a_flood_for_one_visitor_is_answered_honestly_and_its_neighbour_is_heard(stack):
    loud, quiet = (stack.tenant(f"{name} {uuid.uuid4().hex[:6]}") for name in ("loud", "quiet"))
    rated = sent(stack, loud, CLIENTS, RATED_SECONDS)
    heard: list[Journal] = []
    listen = lambda: heard.extend(sent(stack, quiet, 1, FLOOD_SECONDS, EVERY_SECONDS))  # noqa: E731
    neighbour = threading.Thread(target=listen)
    neighbour.start()
    flooded = sent(stack, loud, CROWD, FLOOD_SECONDS)
    neighbour.join()
    time.sleep(RECOVERED_SECONDS)
    after = sent(stack, quiet, 1, RATED_SECONDS, EVERY_SECONDS)

    rate = len(waits(rated)) / RATED_SECONDS
    p99 = quantiles(waits(flooded), n=100)[98]
    print(f"rated {rate:.0f}/s; flood {len(waits(flooded)) / FLOOD_SECONDS:.0f}/s, p99 {p99 * 1000:.0f} ms")
    print(f"neighbour {median(waits(heard)) * 1000:.0f} ms, afterwards {median(waits(after)) * 1000:.0f} ms")
    assert set(statuses(flooded)) <= {200, 429, 503}  # each got an answer, and in time
    assert sum(each.hurried for each in flooded) == 0
    assert p99 < max(1, 3 * CROWD / rate)  # a second; on a machine that is busy with others, three times one's turn
    assert set(statuses(heard)) == {200}
    assert median(waits(heard)) < median(waits(flooded)) + 0.05  # who sends much waits longer than who sends little
    assert median(waits(after)) < median(waits(rated)) + 0.05
    check(stack, loud, [*rated, *flooded])
    check(stack, quiet, [*heard, *after])
