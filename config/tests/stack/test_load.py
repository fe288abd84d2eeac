"""P14, C13: more senders than there is room for, all for one visitor, and a quiet neighbour who must not notice."""

import threading
import time
import uuid

import pytest

from config.rig import clients
from config.rig.journal import Journal
from config.rig.stack import Stack, Tenant
from config.tests.stack.test_kill import check
from config.tests.stack.test_outage import statuses

CROWD, EACH = 24, 150  # three times the senders that the web process has threads for
QUIET, EVERY_SECONDS = 30, 0.2
pytestmark = pytest.mark.faults


def flood(stack: Stack, tenant: Tenant) -> list[Journal]:
    """One event a request, all of one visitor."""
    work = [[clients.page_views(1, "hot") for _ in range(EACH)] for _ in range(CROWD)]
    return clients.run(stack.port, tenant.key, work)


def trickle(stack: Stack, tenant: Tenant, journals: list[Journal]) -> None:
    sender = clients.Client(stack.port, tenant.key)
    for number in range(QUIET):
        sender.send(clients.page_views(1, f"quiet-{number}"))
        time.sleep(EVERY_SECONDS)
    sender.close()
    journals.append(sender.journal)


def test_a_flood_for_one_visitor_is_answered_honestly_and_its_neighbour_is_heard(stack):
    loud, quiet = (stack.tenant(f"{name} {uuid.uuid4().hex[:6]}") for name in ("loud", "quiet"))
    heard: list[Journal] = []
    neighbour = threading.Thread(target=trickle, args=(stack, quiet, heard))
    neighbour.start()
    flooded = flood(stack, loud)
    neighbour.join()

    assert set(statuses(flooded)) <= {200, 429, 503}  # each got an answer, and in time
    assert set(statuses(heard)) == {200}
    assert sorted(heard[0].latency_s)[QUIET // 2] < 1  # on a machine that is busy with the test itself
    check(stack, loud, flooded)
    check(stack, quiet, heard)
