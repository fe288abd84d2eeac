"""Senders that cost little beside what they measure: connections kept open, one request on each, in one poller."""

import json
import time
from dataclasses import dataclass

from config.rig import clients
from config.rig.loop import closed_loop

READY_MADE = 2000  # requests, made before the clock runs
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)


@dataclass
class Sent:
    requests: int
    seconds: float
    waits_s: list[float]  # of each answer, sorted

    def note(self, answer: bytes, wait_s: float) -> None:
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answer[:500].decode("latin-1"))
        self.waits_s.append(wait_s)

    def wait_ms(self, share: float) -> float:
        return round(1000 * self.waits_s[int(len(self.waits_s) * share)], 1)


def saturate(port: int, key: str, size: int, connections: int, seconds: float) -> Sent:
    """As many requests of `size` events as are answered. RuntimeError for an answer that is not 200."""
    waiting, sent = _prepared(key, size), Sent(0, 0.0, [])

    def text_of(_: int) -> bytes:
        return waiting.pop() if waiting else request(key, size, int(time.monotonic() * 1000))

    sent.seconds = closed_loop(port, connections, seconds, text_of, sent.note)
    sent.requests = len(sent.waits_s)
    sent.waits_s.sort()
    return sent


def request(key: str, size: int, number: int) -> bytes:
    """Page views as the script sends them, each with an id of its own."""
    body = json.dumps({"events": clients.page_views(size, visitor=f"bench-{number % 500}")}).encode()
    head = (
        f"POST /api/v1/collect HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {BROWSER}\r\nAccept: */*\r\n"
        f"Accept-Encoding: gzip, br\r\nContent-Type: text/plain;charset=UTF-8\r\nX-API-Key: {key}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _prepared(key: str, size: int) -> list[bytes]:
    return [request(key, size, number) for number in range(max(200, READY_MADE // size))]
