"""R21: a full disk. Nothing is acknowledged that is not on one, and all of it is counted when there is room."""

import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from config.rig.disk import Disk, may_mount, small_disk
from config.rig.stack import Stack
from config.tests.stack.test_kill import check, send_while
from config.tests.stack.test_outage import statuses
from tracking.tests.store.owners import Owner

pytestmark = pytest.mark.skipif(not may_mount(), reason="mounting a small disk takes root")
# Megabytes. The log's file holds everything until Valkey compacts it, from 64 on: all tests of this module have to fit.
SIZES = {"buffer": 128, "eventstore": 160, "spool": 24}


@pytest.fixture(scope="module")
def disks() -> Iterator[tuple[Stack, dict[str, Disk]]]:
    with ExitStack() as mounted:
        folder = Path(mounted.enter_context(tempfile.TemporaryDirectory(prefix="metricpal-disks-")))
        try:
            found = {name: mounted.enter_context(small_disk(folder / name, size)) for name, size in SIZES.items()}
        except PermissionError as error:
            pytest.skip(f"no small disk here: {error}")
        yield mounted.enter_context(Stack(folder)), found


def test_the_event_store_acknowledges_no_rows_that_it_could_not_write(tmp_path):
    """The engine's library ends a stream of rows without a word when the disk is full."""
    try:
        with small_disk(tmp_path / "store", 24) as disk:
            owner = Owner(disk.folder / "events")
            try:
                _check_that_full_is_full(owner.http, disk)
            finally:
                owner.close()
    except PermissionError as error:
        pytest.skip(f"no small disk here: {error}")


def _check_that_full_is_full(http: httpx.Client, disk: Disk) -> None:
    http.post("/", content="CREATE TABLE few (id UInt32, s String) ENGINE = MergeTree ORDER BY id")
    insert = "INSERT INTO few FORMAT CSV\n" + "".join(f"{number},{uuid.uuid4()}\n" for number in range(5000))
    disk.fill()
    refused = http.post("/", content=insert)
    disk.empty()
    taken = http.post("/", content=insert)

    assert (refused.status_code, refused.headers["X-ClickHouse-Exception-Code"]) == (500, "319")
    assert (taken.status_code, http.post("/", content="SELECT count() FROM few").text) == (200, "5000\n")


@pytest.mark.faults
@pytest.mark.parametrize("full", [["buffer"], ["eventstore"], ["buffer", "spool"]], ids=" and ".join)
def test_full_disks_lose_and_double_nothing(disks, full):
    stack, found = disks
    tenant = stack.tenant(f"disk {uuid.uuid4().hex[:6]}")

    def breaking(sender: threading.Thread) -> None:
        time.sleep(0.3)
        for name in full:
            found[name].fill()
        time.sleep(6)
        for name in full:
            found[name].empty()
        stack.wait_ready()

    journals = send_while(stack, tenant, 12_000, breaking)

    check(stack, tenant, journals)
    assert set(statuses(journals)) <= ({200, 503, 0} if "spool" in full else {200, 0})
    if "spool" in full:
        assert statuses(journals)[503] > 0
