"""The sandbox writes what would be sent, and sends nothing."""

import logging

from tracking.destinations.log import Log
from tracking.destinations.model import Outcome
from tracking.tests.destinations.made import batch, event
from workspaces.providers import NoSettings


def test_what_would_be_sent_is_in_the_log(caplog):
    caplog.set_level(logging.INFO, "metricpal.forwarding")

    assert Log(NoSettings()).send(batch(event(0, title="\x9b31m"), event(1))) == Outcome(2)

    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert '"id": "0195821b-0000-4000-8000-000000000001"' in lines[0]
    assert lines[0].isascii()
