"""The stand-in over HTTP: keys, versions, idempotency, errors; and the events it sends."""

import json
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import stripe

from billing.tests.fake_stripe import forms, pages, routes
from billing.tests.fake_stripe.account import API_VERSION, Account
from billing.tests.fake_stripe.refusal import Refusal, invalid

KEY = "sk_test_stand_in"
WEBHOOK_SECRET = "whsec_stand_in"
Answer = tuple[int, dict[str, str], bytes]


class Server:
    """`with Server(account):` answers at `account.url` until the block ends."""

    def __init__(self, account: Account, port: int = 0) -> None:
        self.account = account
        self._answers: dict[str, tuple[str, Answer]] = {}  # by idempotency key: the request, its answer
        self._http = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._http.daemon_threads = True
        self.account.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "Server":
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, method: str, target: str, headers: dict[str, str], body: str) -> Answer:
        account, url = self.account, urlsplit(target)
        with account.lock:
            account.requests.append((method, url.path))
            if not url.path.startswith("/v1/"):
                return pages.answer(account, method, url.path, forms.parse(body))
            if account.fails_with:
                return _json(account.fails_with, {"error": {"type": "api_error", "message": "Out of order."}})
            try:
                return self._once(method, url.path, headers, body or url.query)
            except Refusal as refusal:
                return _json(refusal.status, {"error": refusal.error})

    def _once(self, method: str, path: str, headers: dict[str, str], text: str) -> Answer:
        """An idempotency key gets the answer it got before; with another request, a refusal."""
        if headers.get("authorization") != f"Bearer {KEY}":
            raise Refusal(401, "invalid_request_error", "Invalid API Key provided.")
        if headers.get("stripe-version") != API_VERSION:
            raise invalid(f"This stand-in speaks {API_VERSION}.")
        key, request = headers.get("idempotency-key", ""), f"{method} {path} {text}"
        if method == "POST" and key in self._answers:
            asked, answer = self._answers[key]
            if asked != request:
                message = "Keys for idempotent requests can only be used with the same parameters."
                raise Refusal(400, "idempotency_error", message, "idempotency_key_in_use")
            return answer
        answer = _json(200, routes.answer(self.account, method, path, forms.parse(text)))
        if method == "POST" and key:
            self._answers[key] = (request, answer)
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: two would wait for each other for 40 ms

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, more, content = outer.answer(self.command, self.path, headers, body)
                self.send_response(status)
                for name, value in {**more, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = _serve

            def log_message(self, *_: Any) -> None:
                """Nothing: tests have enough to print."""

        return Handler


def signed(event: dict[str, Any], at: int | None = None, secret: str = WEBHOOK_SECRET) -> tuple[str, str]:
    """(body, Stripe-Signature) of an event, as Stripe sends it."""
    body = json.dumps(event, indent=2)
    header = stripe.WebhookSignature.generate_signature_header(body, secret, at or int(time.time()))
    return body, header


def deliver(event: dict[str, Any], url: str) -> None:
    """Over HTTP; raises OSError when nobody is there."""
    body, signature = signed(event)
    headers = {"Content-Type": "application/json", "Stripe-Signature": signature}
    urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers), timeout=10).close()


def _json(status: int, body: dict[str, Any]) -> Answer:
    return status, {"Content-Type": "application/json", "Request-Id": "req_1"}, json.dumps(body).encode()
