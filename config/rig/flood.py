"""A crowd in a closed loop, which asks again whatever the answer is."""

import json
import uuid
from collections import Counter
from dataclasses import dataclass, field

from config.rig.clients import page_views
from config.rig.loop import closed_loop, field_of

MARK = "00000000-0000-4000-8000-000000000000"  # where the id of an event goes
REFUSED = frozenset({429, 503})


@dataclass
class Flooded:
    """`waits_s` of the accepted requests, sorted; `hurried`: refusals that do not say when to come again."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    waits_s: list[float] = field(default_factory=list)
    hurried: int = 0

    def note(self, answer: bytes, wait_s: float) -> None:
        status = int(answer.split(b" ", 2)[1])
        self.statuses[status] += 1
        if status == 200:
            self.waits_s.append(wait_s)
        elif status in REFUSED:
            self.hurried += int(field_of(answer, b"Retry-After") or 0) < 1

    def wait_s(self, share: float) -> float:
        return self.waits_s[int(len(self.waits_s) * share)]


def flood(port: int, key: str, connections: int, seconds: float) -> Flooded:
    """Single events of many visitors. TimeoutError when nobody is answered for five seconds."""
    found, texts = Flooded(), _texts(key)

    def text_of(number: int) -> bytes:
        return texts[number % len(texts)].replace(MARK.encode(), str(uuid.uuid4()).encode())

    found.seconds = closed_loop(port, connections, seconds, text_of, found.note)
    found.waits_s.sort()
    return found


def _texts(key: str) -> list[bytes]:
    """Of forty visitors; MARK stands for the id."""
    found = []
    for visitor in range(40):
        (event,) = page_views(1, f"crowd-{visitor}")
        body = json.dumps({"events": [event | {"id": MARK}]})
        head = f"POST /api/v1/collect HTTP/1.1\r\nHost: flood\r\nX-API-Key: {key}\r\nContent-Type: text/plain\r\n"
        found.append(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
    return found
