"""Trying a rule out: what it would say now, and whether its channels take a message. Nothing of it is kept."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from analytics.alerts import channels, telling, words
from analytics.alerts.evaluation import condition_of
from analytics.alerts.measure import Gauge
from analytics.channels.base import Channel, Message
from analytics.models import AlertChange, AlertRule
from config.lib.crypto import SealBroken
from config.lib.problems import Problem
from config.lib.ratelimit import Limit, wait_seconds
from workspaces.models import Connection
from workspaces.providers import DeliveryError

OFTEN = Limit(rate=0.1, burst=10)  # tests of a workspace a second: they reach other people's servers

AT_ONCE = 8


@dataclass(frozen=True)
class Sent:
    channel: str
    error: str  # empty: it was taken


@dataclass(frozen=True)
class Trial:
    value: float | None
    base: float | None
    judged: float | None
    would_fire: bool
    message: str
    sent: list[Sent]


def test(rule: AlertRule, now: datetime) -> Trial:
    """QueryError, the errors of the store; Problem for whoever tries too often."""
    spend_one(rule.workspace_id)
    gauge = Gauge(rule, now)
    reading = gauge.read(now)
    fires = reading.judged is not None and condition_of(rule).is_beyond(reading.judged)
    said = words.happened("no_data" if reading.judged is None else "fired", rule, gauge.asked, reading)
    change = AlertChange(rule=rule, kind="fired", at=now, said=f"This is a test. {said}", value=reading.value)
    message = replace(telling.message_of(change, f"test-{uuid.uuid4()}"), kind="test")
    ready = [(each, _ready(each)) for each in rule.channels.all()]
    with ThreadPoolExecutor(AT_ONCE) as threads:  # one that hangs does not keep the others, and whoever asks, waiting
        sent = list(threads.map(lambda one: _sent(one[0], one[1], message), ready))
    return Trial(reading.value, reading.base, reading.judged, fires, said, sent)


def try_out(channel: Connection) -> str:
    """What was wrong, in words; empty when it worked. Problem for whoever tries too often."""
    spend_one(channel.workspace_id)
    return _error_of(lambda: channels.channel_of(channel).test())


def spend_one(workspace_id: int) -> None:
    wait_s = wait_seconds(f"alert-test:{workspace_id}", OFTEN)
    if wait_s:
        says = f"That is too often. Try again in {wait_s} seconds."
        raise Problem(429, "too_often", says, headers={"Retry-After": str(wait_s)})


def _ready(connection: Connection) -> Channel | str:
    """The channel, or why it cannot be used. Asks the database, which threads must not."""
    if connection.paused_at:
        return f"Paused: {connection.pause_reason}"
    found: list[Channel] = []
    error = _error_of(lambda: found.append(channels.channel_of(connection)))
    return error or found[0]


def _sent(connection: Connection, channel: Channel | str, message: Message) -> Sent:
    error = channel if isinstance(channel, str) else _error_of(lambda: channel.tell(message))
    return Sent(connection.name, error)


def _error_of(act: Callable[[], None]) -> str:
    try:
        act()
    except DeliveryError as error:
        return str(error)
    except SealBroken:
        return telling.UNREADABLE
    return ""
