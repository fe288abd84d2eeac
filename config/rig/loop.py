"""A closed loop: each connection asks again as soon as it is answered.

One thread with one poller, so that whoever asks costs little beside what is asked.
"""

import select
import socket
import time
from collections.abc import Callable

PATIENCE_S = 5.0  # for any answer at all
LONGEST_ANSWER = 1 << 17


def closed_loop(
    port: int, connections: int, seconds: float, text_of: Callable[[int], bytes], note: Callable[[bytes, float], None]
) -> float:
    """Sends `text_of(number of the connection)`, and notes each answer with the seconds that it took; for how long.

    TimeoutError when nobody is answered for PATIENCE_S; and what `note` raises.
    """
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    poller, by_number = select.epoll(), {line.fileno(): line for line in lines}
    asked_at: dict[int, float] = {}
    began = time.monotonic()

    def ask(number: int) -> None:
        text = text_of(number)
        asked_at[number] = time.perf_counter()
        by_number[number].sendall(text)

    for number, line in by_number.items():
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poller.register(number, select.EPOLLIN)
        ask(number)
    while by_number:
        answered = poller.poll(PATIENCE_S)
        if not answered:
            raise TimeoutError(f"{len(by_number)} requests have no answer after {PATIENCE_S} s")
        for number, _ in answered:
            note(_answer(by_number[number]), time.perf_counter() - asked_at[number])
            if time.monotonic() < began + seconds:
                ask(number)
            else:
                poller.unregister(number)
                by_number.pop(number).close()
    return time.monotonic() - began


def field_of(answer: bytes, name: bytes) -> bytes:
    """A header's value, or nothing."""
    return answer.partition(b"\r\n\r\n")[0].partition(name + b": ")[2].partition(b"\r\n")[0]


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
    return text.index(b"\r\n\r\n") + 4 + int(field_of(text, b"Content-Length") or 0)
