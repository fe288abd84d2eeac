"""A crowd in a closed loop: each connection asks again as soon as it is answered, whatever the answer is.

One thread with one poller, so that the crowd costs little beside what it floods.
"""

import json
import select
import socket
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

from config.rig.clients import page_views

PATIENCE_S = 5.0  # for any answer at all
MARK = "00000000-0000-4000-8000-000000000000"  # where the id of an event goes
REFUSED = frozenset({429, 503})
LONGEST_ANSWER = 1 << 16


@dataclass
class Flooded:
    """`waits_s` of the accepted requests, sorted; `hurried`: refusals that do not say when to come again."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    waits_s: list[float] = field(default_factory=list)
    hurried: int = 0

    def wait_s(self, share: float) -> float:
        return self.waits_s[int(len(self.waits_s) * share)]


def flood(port: int, key: str, connections: int, seconds: float) -> Flooded:
    """Single events of many visitors. TimeoutError when nobody is answered for PATIENCE_S."""
    found, texts, asked_at = Flooded(), _texts(key), {}
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    poller, by_number = select.epoll(), {line.fileno(): line for line in lines}
    began = time.monotonic()
    for number, line in by_number.items():
        poller.register(number, select.EPOLLIN)
        asked_at[number] = _ask(line, texts[number % len(texts)])
    while by_number:
        answered = poller.poll(PATIENCE_S)
        if not answered:
            raise TimeoutError(f"{len(by_number)} requests have no answer after {PATIENCE_S} s")
        for number, _ in answered:
            _note(found, _answer(by_number[number]), time.monotonic() - asked_at[number])
            if time.monotonic() < began + seconds:
                asked_at[number] = _ask(by_number[number], texts[number % len(texts)])
            else:
                poller.unregister(number)
                by_number.pop(number).close()
    found.seconds = time.monotonic() - began
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


def _ask(line: socket.socket, text: bytes) -> float:
    line.sendall(text.replace(MARK.encode(), str(uuid.uuid4()).encode()))
    return time.monotonic()


def _answer(line: socket.socket) -> bytes:
    """Head and body."""
    text = b""
    while b"\r\n\r\n" not in text or len(text) < _size(text):
        came = line.recv(LONGEST_ANSWER)
        if not came:
            raise ConnectionError(f"the connection ended within an answer: {text[:200]!r}")
        text += came
    return text


def _size(text: bytes) -> int:
    head, _, _ = text.partition(b"\r\n\r\n")
    return len(head) + 4 + int(_field(head, b"Content-Length") or 0)


def _field(head: bytes, name: bytes) -> bytes:
    return head.partition(name + b": ")[2].partition(b"\r\n")[0]


def _note(found: Flooded, answer: bytes, wait_s: float) -> None:
    status = int(answer.split(b" ", 2)[1])
    found.statuses[status] += 1
    if status == 200:
        found.waits_s.append(wait_s)
    elif status in REFUSED:
        found.hurried += int(_field(answer, b"Retry-After") or 0) < 1
