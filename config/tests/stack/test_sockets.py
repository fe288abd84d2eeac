"""A19, A20, A40, A42, A43: what only a real socket shows. Whatever is sent, the next sender gets an answer."""

import json
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from config.rig import clients
from config.rig.stack import Stack, Tenant
from config.tests.stack.test_kill import counted

HEAD = "POST /api/v1/collect HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
BODY = b'{"event_type": "x"}'


@pytest.fixture(scope="module")
def tenant(started: Stack) -> Tenant:
    started.wait_ready()
    return started.tenant(f"sockets {uuid.uuid4().hex[:6]}")


@contextmanager
def connection(stack: Stack) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", stack.port), timeout=10) as opened:
        yield opened


def answered(opened: socket.socket) -> tuple[int, bytes]:
    """(status, body) of the next answer; status 0: the connection was closed without one."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = opened.recv(65_536)
        if not part:
            return 0, b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(lengths[0]) if lengths else False:
        body += opened.recv(65_536)
    return int(head.split(b" ")[1]), body


def ask(stack: Stack, head: str, body: bytes = BODY, length: int | None = None) -> tuple[int, bytes]:
    with connection(stack) as opened:
        opened.sendall(f"{head}Content-Length: {len(body) if length is None else length}\r\n\r\n".encode() + body)
        return answered(opened)


ODD = {
    "a thousand headers": (HEAD + "".join(f"X-{n}: 1\r\n" for n in range(1000)), BODY, (400, 431)),
    "a header of 64 KB": (HEAD + f"X-Long: {'a' * 65_536}\r\n", BODY, (400, 431)),
    "a cookie of 10 KB": (HEAD + f"Cookie: a={'b' * 10_240}\r\n", BODY, (401, 400, 431)),
    "ten megabytes": (HEAD, b'{"event_type": "' + b"x" * (10 << 20) + b'"}', (413,)),
    "HTTP/1.0": (HEAD.replace("1.1", "1.0"), BODY, (401,)),
    "TRACE": (HEAD.replace("POST", "TRACE"), BODY, (405,)),
    "a method nobody knows": (HEAD.replace("POST", "BREW"), BODY, (400, 405, 501)),
    "two lengths": (HEAD + "Content-Length: 3\r\n", BODY, (400, 0)),
    "no host": (HEAD.replace("Host: 127.0.0.1\r\n", ""), BODY, (400, 401)),
    "a path of 10 KB": (HEAD.replace("collect", "collect?" + "a" * 10_240), BODY, (400, 401, 414)),
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_requests_are_answered_and_the_next_sender_is_too(stack, tenant, kind):
    head, body, expected = ODD[kind]
    status, said = ask(stack, head, body)

    assert status in expected
    assert b"Traceback" not in said
    if status in (401, 405, 413):
        assert json.loads(said)["status"] == status  # our own refusals are JSON
    assert ask(stack, HEAD + f"X-API-Key: {tenant.key}\r\n")[0] == 200


def test_a_long_body_is_refused_on_a_connection_that_goes_on(stack, tenant):
    with connection(stack) as opened:
        large = b"x" * (2 << 20)
        opened.sendall(f"{HEAD}Content-Length: {len(large)}\r\n\r\n".encode() + large)
        refused = answered(opened)[0]
        opened.sendall(f"{HEAD}X-API-Key: {tenant.key}\r\nContent-Length: {len(BODY)}\r\n\r\n".encode() + BODY)

        assert (refused, answered(opened)[0]) == (413, 200)


def test_a_body_that_never_comes_holds_nobody_up(stack, tenant):
    with connection(stack) as silent:
        silent.sendall(f"{HEAD}Content-Length: 100\r\n\r\n".encode() + b"{")
        assert ask(stack, HEAD + f"X-API-Key: {tenant.key}\r\n")[0] == 200


def test_a_sender_that_hangs_up_before_the_answer_and_comes_again_counts_once(stack):
    of_its_own = stack.tenant(f"hang up {uuid.uuid4().hex[:6]}")
    body = json.dumps({"events": clients.page_views(3, "v")}).encode()
    head = f"{HEAD}X-API-Key: {of_its_own.key}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    for cut in (len(body) // 2, len(body)):  # in the middle of the body, and before reading the answer
        with connection(stack) as opened:
            opened.sendall(head + body[:cut])
    assert ask(stack, HEAD + f"X-API-Key: {of_its_own.key}\r\n", body)[0] == 200

    assert counted(stack, of_its_own, 3) == 3


def test_a_sender_that_waits_for_leave_to_go_on_gets_it(stack, tenant):
    with connection(stack) as opened:
        head = f"{HEAD}X-API-Key: {tenant.key}\r\nExpect: 100-continue\r\nContent-Length: {len(BODY)}\r\n\r\n"
        opened.sendall(head.encode())
        assert opened.recv(64).startswith(b"HTTP/1.1 100")
        opened.sendall(BODY)
        assert answered(opened)[0] == 200
