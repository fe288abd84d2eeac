"""Questions to ports on loopback: is it free, does it answer? Plain sockets, each within a second."""

import random
import socket

HOST = "127.0.0.1"
SERVER_PORTS = (10_000, 32_000)


def port_is_free(port: int, host: str = HOST) -> bool:
    with socket.socket() as probe:
        # Without it, connections that a stopped server left in TIME_WAIT look like an occupied port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody uses, below the range from which the kernel takes the near ends of connections.

    Within that range a client may sit on a server's port by the time it starts again; one that keeps asking a port
    where nobody listens is even connected to itself.
    """
    while not port_is_free(port := random.randrange(*SERVER_PORTS)):
        pass
    return port


def accepts(port: int, host: str = HOST) -> bool:
    """Whether something listens there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _ask(port: int, request: bytes) -> bytes:
    """The first bytes of the answer; empty when there is none."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(request)
            return connection.recv(512)
    except OSError:
        return b""


def answers_http(port: int, path: str) -> bool:
    """Whether GET `path` is answered with 200."""
    request = f"GET {path} HTTP/1.0\r\nHost: {HOST}:{port}\r\n\r\n"
    return b" 200 " in _ask(port, request.encode()).split(b"\r\n", 1)[0]


def answers_ping(port: int, password: str) -> bool:
    """Whether a Valkey is up and has read its log: until then it says LOADING."""
    return b"+PONG" in _ask(port, f"AUTH {password}\r\nPING\r\n".encode())
