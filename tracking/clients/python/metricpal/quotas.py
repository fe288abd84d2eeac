"""How much of a quota is used, and the units that are counted against one."""

import threading
import uuid
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import quote

from metricpal.plain import encode
from metricpal.transport import Transport

FRESH_S = 10.0  # an answer about a quota is used again for so long


@dataclass(frozen=True)
class Quota:
    """`limit` None: there is none. `known` False: MetricPal could not be asked; then nothing counts as exceeded.

    Reads like a mapping too: `quota["exceeded"]`.
    """

    metric: str
    current: int = 0
    limit: int | None = None
    exceeded: bool = False
    known: bool = False

    def __getitem__(self, name: str) -> Any:
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(name) from None


class Meter:
    """Sums units by metric, and sends each sum under an id of its own: a sum sent twice counts once. Thread-safe."""

    def __init__(self, sending: Transport, asking: Transport) -> None:
        self._sending, self._asking = sending, asking
        self.begin()

    def begin(self) -> None:
        """With nothing counted; in a child process too, as its parent sends what was counted before."""
        self._lock, self._ask_lock = threading.Lock(), threading.Lock()
        self._sending.forget()
        self._asking.forget()
        self._sums: dict[str, int] = {}
        self._unanswered: list[dict[str, Any]] = []
        self._quotas: dict[str, tuple[float, Quota]] = {}

    def add(self, metric: str, quantity: int) -> None:
        with self._lock:
            self._sums[metric] = self._sums.get(metric, 0) + quantity

    def send(self) -> bool:
        """Whether all of it was answered for."""
        with self._lock:
            sums, self._sums = self._sums, {}
        new = [{"metric": name, "quantity": sum, "event_id": str(uuid.uuid4())} for name, sum in sums.items() if sum]
        # What got no answer goes again under the same id.
        waiting, self._unanswered = [*self._unanswered, *new], []
        for body in waiting:
            answer = self._sending.send("POST", "/api/v1/analytics/usage", encode(body))
            if answer.is_transient and len(self._unanswered) < 1000:
                self._unanswered.append(body)
        return not self._unanswered

    def end(self) -> None:
        """Nothing is sent any more."""
        self._sending.close()

    def close(self) -> None:
        """Nothing is asked any more; who asks all the same opens a connection again."""
        with self._ask_lock:
            self._asking.close()

    def quota(self, metric: str) -> Quota:
        asked_at, known = self._quotas.get(metric, (-FRESH_S, None))
        if known and monotonic() - asked_at < FRESH_S:
            return known
        quota = self._ask(metric)
        if quota.known:
            self._quotas[metric] = (monotonic(), quota)
        return quota

    def _ask(self, metric: str) -> Quota:
        with self._ask_lock:
            answer = self._asking.send("GET", f"/api/v1/analytics/quotas?metric={quote(metric)}")
        if answer.status != 200 or not isinstance(answer.body, dict):
            return Quota(metric)
        said = answer.body
        return Quota(metric, said.get("current", 0), said.get("limit"), bool(said.get("exceeded")), known=True)
