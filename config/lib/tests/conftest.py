"""Servers that behave badly below HTTP."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def drip(settings: Any) -> Iterator[str]:
    """The address of a server that sends the head of its answer one byte at a time, without end."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.05):
                try:
                    connection.sendall(b"a")
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    host = f"127.0.0.1:{listening.getsockname()[1]}"
    settings.OUTGOING_ALLOWED = [host]
    yield f"http://{host}/"
    over.set()
    listening.close()
