"""What gunicorn cannot read is refused as everything else is: a problem document, and no 5xx for a sender's mistake."""

import json

import pytest
from gunicorn.config import Config
from gunicorn.http import errors
from gunicorn.http.parser import RequestParser

from config.web import refusals

OURS = "POST /api/v1/collect HTTP/1.1\r\nHost: x\r\n"
NO_HTTP = {
    "empty lines first": ("\r\n\r\nPOST / HTTP/1.1\r\n\r\n", 400, "http"),
    "HTTP/0.9": ("GET /\r\n\r\n", 400, "http"),
    "HTTP/2": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "http"),
    "another version": ("GET / HTTP/3.1\r\n\r\n", 400, "http_version"),
    "a method in small letters": ("post / HTTP/1.1\r\n\r\n", 400, "method"),
    "an address of 9 KB": (f"GET /{'a' * 9000} HTTP/1.1\r\n\r\n", 414, "uri_too_long"),
    "a cookie of 17 KB": (f"{OURS}Cookie: {'a' * 17_000}\r\n\r\n", 431, "head_too_large"),
    "a thousand fields": (OURS + "A: b\r\n" * 1000 + "\r\n", 431, "head_too_large"),
    "two lengths": (f"{OURS}Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400, "header"),
    "a length and chunks": (f"{OURS}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "header"),
    "a folded line": (f"{OURS}A: b\r\n c\r\n\r\n", 400, "header"),
    "a name with a blank": (f"{OURS}A B: c\r\n\r\n", 400, "header"),
    "a coding nobody knows": (f"{OURS}Transfer-Encoding: xchunked\r\n\r\n", 400, "transfer_encoding"),
    "an expectation of its own": (f"{OURS}Expect: tea\r\n\r\n", 417, "expectation"),
}


@pytest.mark.parametrize(("text", "status", "code"), NO_HTTP.values(), ids=NO_HTTP)
def test_what_is_no_http_is_told_what_to_send(text: str, status: int, code: str) -> None:
    with pytest.raises(errors.ParseException) as refused:
        next(RequestParser(Config(), iter([text.encode()]), ("127.0.0.1", 1)))
    problem = refusals.of(refused.value)
    assert problem is not None
    head, _, body = refusals.written(problem).decode().partition("\r\n\r\n")

    assert head.startswith(f"HTTP/1.1 {status} ")
    assert "Content-Type: application/problem+json\r\n" in head
    assert "Connection: close\r\n" in head
    assert json.loads(body)["code"] == code


def test_a_header_that_we_would_answer_is_no_mistake_of_the_sender() -> None:
    assert refusals.of(errors.InvalidResponseHeader("X")) is None
