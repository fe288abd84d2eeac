"""The sandbox: events are written to the log of this installation and go nowhere."""

import json
import logging

from tracking.destinations.model import Batch, Destination, Outcome
from tracking.destinations.webhook import to_event
from workspaces.providers import register

log = logging.getLogger("metricpal.forwarding")
log.setLevel(logging.INFO)  # said however quiet the worker is otherwise


@register
class Log(Destination):
    kind, label = "log", "Log (sandbox)"
    says = "Nothing leaves this machine: what would be sent is written to its log."

    def send(self, batch: Batch) -> Outcome:
        for event in batch.events:
            # ASCII: a visitor's text may hold signs that a terminal obeys.
            log.info("would be forwarded: %s", json.dumps(to_event(event)))
        return Outcome(len(batch.events))

    def test(self) -> None:
        log.info("the sandbox of forwarding works")
