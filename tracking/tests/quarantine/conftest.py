"""Events of Acme that wait in quarantine, there by the way real ones take."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config.lib.clock import now
from tracking import lease, snapshot, store
from tracking.models import EventSchema
from tracking.schemas import registry
from tracking.tests.door import post
from tracking.writer import Writer
from workspaces.models import Workspace

DEMANDS = {
    "purchase": {
        "order_id": {"type": "string", "required": True},
        "total": {"type": "number", "required": True},
        "plan": {"type": "string", "enum": ["free", "pro"]},
    }
}
Send = Callable[..., Any]


@pytest.fixture
def shop(acme: Workspace, owner: Any) -> EventSchema:
    return registry.create(acme, actor=owner, now=now(), name="shop", mode="quarantine", properties=DEMANDS)


@pytest.fixture
def send(clock: object, acme_key: str) -> Send:
    """send({"order_id": "A1", …}, …): one purchase for each, in one request; the answer."""

    def knock(*properties: dict[str, Any], **about: Any) -> Any:
        events = [{"schema_id": "shop", "event_type": "purchase", "properties": each} | about for each in properties]
        return post({"events": events}, acme_key)

    return knock


@pytest.fixture
def drain(empty_log: None) -> Iterator[Callable[[], None]]:
    """Stores whatever the log holds."""
    fence = lease.acquire()
    assert fence

    def store_all() -> None:
        writer = Writer(fence, snapshot.load(fence))
        while writer.store_next(0):
            pass

    yield store_all
    lease.release(fence)


@pytest.fixture
def counted(acme: Workspace) -> Callable[[], list[tuple[str, str]]]:
    """(order_id, total) of each stored purchase of Acme."""

    def read() -> list[tuple[str, str]]:
        sql = "SELECT props['order_id'], props['total'] FROM events WHERE name = 'purchase' ORDER BY 1, 2"
        return [(order, total) for order, total in store.query(sql, dataset_id=acme.dataset_id()).rows]

    return read
