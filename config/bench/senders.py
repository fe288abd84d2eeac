"""Senders that cost little beside what they measure: connections kept open, one request on each, in one poller."""

import json
import select
import socket
import time
from dataclasses import dataclass

from config.rig import clients

READY_MADE = 2000  # requests, made before the clock runs
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)


@dataclass
class Sent:
    requests: int
    seconds: float
    waits_s: list[float]  # of each answer, sorted

    def wait_ms(self, share: float) -> float:
        return round(1000 * self.waits_s[int(len(self.waits_s) * share)], 1)


@dataclass
class Line:
    sock: socket.socket
    asked_at: float = 0.0


def saturate(port: int, key: str, size: int, connections: int, seconds: float) -> Sent:
    """As many requests of `size` events as are answered. RuntimeError for an answer that is not 200."""
    waiting, sent = _prepared(key, size), Sent(0, 0.0, [])
    poller = select.epoll()
    lines: dict[int, Line] = {}
    for _ in range(connections):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines[sock.fileno()] = Line(sock)
        poller.register(sock.fileno(), select.EPOLLIN)
    began = time.monotonic()
    for line in lines.values():
        _send(line, waiting, key, size)
    while lines:
        for descriptor, _ in poller.poll(5):
            line = lines[descriptor]
            _take_answer(line.sock)
            sent.waits_s.append(time.perf_counter() - line.asked_at)
            if time.monotonic() < began + seconds:
                _send(line, waiting, key, size)
            else:
                poller.unregister(descriptor)
                lines.pop(descriptor)
                line.sock.close()
    sent.requests, sent.seconds = len(sent.waits_s), time.monotonic() - began
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


def _send(line: Line, waiting: list[bytes], key: str, size: int) -> None:
    text = waiting.pop() if waiting else request(key, size, int(time.monotonic() * 1000))
    line.asked_at = time.perf_counter()
    line.sock.sendall(text)


def _take_answer(sock: socket.socket) -> None:
    text = sock.recv(1 << 17)
    while b"\r\n\r\n" not in text:
        text += sock.recv(1 << 17)
    head, _, body = text.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(text[:500].decode("latin-1"))
    length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += sock.recv(1 << 17)
