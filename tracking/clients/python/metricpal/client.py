"""The client of a server program."""

import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from metricpal.outbox import Counts, Outbox
from metricpal.plain import moment
from metricpal.plain import properties as plain
from metricpal.quotas import Meter, Quota
from metricpal.transport import Transport

log = logging.getLogger("metricpal")
Call = TypeVar("Call", bound=Callable[..., Any])


def _quietly(call: Call) -> Call:
    """The program that calls must not fail because counting failed: the error is logged, the answer is None."""

    @wraps(call)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except Exception:
            log.exception("MetricPal: %s failed", call.__name__)
            return None

    return guarded  # type: ignore[return-value]


class Client:
    """`url`: where MetricPal is. `key`: a secret key of the workspace (a publishable one can send events too).

    Events leave in batches of `batch_size`, after `flush_interval_s` seconds at the latest. At most `max_queue` wait;
    what comes then is dropped and counted (`counts`). A batch is tried `max_tries` times. `enabled=False`: nothing is
    sent, for tests and development.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        batch_size: int = 100,
        flush_interval_s: float = 1.0,
        max_queue: int = 10_000,
        max_tries: int = 8,
        timeout_s: float = 10.0,
        enabled: bool = True,
    ) -> None:
        self._enabled = enabled
        self._meter = Meter(Transport(url, key, timeout_s), Transport(url, key, timeout_s))
        self._outbox = Outbox(
            Transport(url, key, timeout_s),
            batch_size=batch_size,
            flush_interval_s=flush_interval_s,
            max_queue=max_queue,
            max_tries=max_tries,
            tick=self._meter.send,
            ended=self._meter.end,
            forget=self._meter.begin,
        )

    @_quietly
    def track(
        self,
        event: str,
        properties: Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        visitor_id: str | None = None,
        timestamp: datetime | float | None = None,
        event_id: str | None = None,
    ) -> str | None:
        """The event's id; None where it was dropped. The same `event_id` (a UUID) counts once."""
        return self._put({"event_type": getattr(event, "value", event), "properties": plain(properties)}, user_id,
                         visitor_id, timestamp, event_id)  # fmt: skip

    @_quietly
    def identify(
        self, user_id: str, traits: Mapping[str, Any] | None = None, *, visitor_id: str | None = None
    ) -> str | None:
        """`traits` are true of the person from now on. `visitor_id`: whom the browser's script knows them as."""
        said = {"event_type": "identify", "properties": {}, "user_properties": plain(traits)}
        return self._put(said, user_id, visitor_id, None, None)

    @_quietly
    def increment_usage(self, metric: str, quantity: int = 1) -> None:
        """Counts units of your own against the organization's quota. Needs a secret key."""
        if self._enabled:
            self._meter.add(metric, quantity)
            self._outbox.wake()

    def check_quota(self, metric: str) -> Quota:
        """Asks, unless it asked in the last ten seconds. Never raises: see `Quota.known`."""
        return (self._enabled and self._quota(metric)) or Quota(metric)

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Sends what waits, now. Whether all of it was answered for in time."""
        return self._outbox.flush(timeout_s)

    def close(self, timeout_s: float = 10.0) -> bool:
        """The same, and nothing is taken afterwards. Programs that end do it by themselves."""
        done = self._outbox.close(timeout_s)
        self._meter.close()
        return done

    def counts(self) -> Counts:
        return self._outbox.counts()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @_quietly
    def _quota(self, metric: str) -> Quota:
        return self._meter.quota(metric)

    def _put(
        self,
        said: dict[str, Any],
        user_id: str | None,
        visitor_id: str | None,
        timestamp: datetime | float | None,
        event_id: str | None,
    ) -> str | None:
        at = moment(timestamp)
        made = {
            "id": event_id or str(uuid.uuid4()),
            "timestamp": at if at is not None else moment(datetime.now().astimezone()),
            **{name: str(who) for name, who in (("user_id", user_id), ("visitor_id", visitor_id)) if who is not None},
            **said,
        }
        return made["id"] if self._enabled and self._outbox.put(made) else None


_default: Client | None = None


def configure(url: str, key: str, **options: Any) -> Client:
    """Makes the client that decorators and middlewares use where they are given none."""
    global _default
    _default = Client(url, key, **options)
    return _default


def default() -> Client | None:
    return _default
