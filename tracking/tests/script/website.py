"""A customer's website and a collector of another origin, on loopback, for the browser tests of the script.

The collector writes down every request and answers as the test says; the real one has tests of its own.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

BASE = Path(__file__).resolve().parents[3]  # also for the benchmark, which has no settings
BUILT = BASE / "static" / "dist" / "tracker"
FIXTURES = BASE / "tracking" / "tracker" / "test" / "browser"
SECONDS = 5.0
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
# Attributes of the tag: events leave soon, or not before the test wants them to.
QUICK = 'data-interval-start="150" data-interval-increment="0"'
SLOW = 'data-interval-start="60000"'
# Plays the tab being hidden or shown again.
HIDE = """hidden => {
    Object.defineProperty(document, 'hidden', {get: () => hidden, configurable: true});
    Object.defineProperty(document, 'visibilityState', {get: () => hidden ? 'hidden' : 'visible', configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
}"""

Event = dict[str, Any]


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Tests have no use for an access log."""

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serve(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Runs a server until the block ends; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Collector:
    """Answers 200 unless `answers` holds others: statuses to be used up, `forever` what comes after them."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.kinds: list[tuple[str, str]] = []  # method and content type of every request
        self.sizes: list[int] = []
        self.taken_at: list[float] = []  # of every request, monotonic
        self.answers: list[int] = []
        self.forever = 200
        self.said = b"{}"  # the body of every answer
        self.parts: dict[str, bytes] = {}  # by the beginning of their names, instead of what was built
        self.changed = threading.Condition()

    def take(self, method: str, kind: str, raw: bytes) -> int:
        with self.changed:
            self.kinds.append((method, kind))
            self.taken_at.append(time.monotonic())
            status = self.answers.pop(0) if self.answers else self.forever
            if method == "POST":
                self.sizes.append(len(raw))
                self.bodies.append({**json.loads(raw), "status": status})
            self.changed.notify_all()
            return status

    def events(self, event_type: str = "", status: int = 200) -> list[Event]:
        """Events answered with `status`, in order of arrival, with the fields of their envelope."""
        shared = ("visitor_id", "session_id", "page_view_id", "url")
        return [
            {**{name: body[name] for name in shared if name in body}, **event}
            for body in list(self.bodies)
            if body["status"] == status
            for event in body["events"]
            if event_type in ("", event["event_type"])
        ]

    def types(self) -> list[str]:
        return [event["event_type"] for event in self.events()]

    def wait(self, done: Callable[[], Any], what: str = "") -> Any:
        """The first true answer of `done`; fails after five seconds."""
        deadline = time.monotonic() + SECONDS
        with self.changed:
            while not (found := done()):
                left = deadline - time.monotonic()
                assert left > 0, f"{what} did not arrive; what did: {self.events()}"
                self.changed.wait(left)
        return found

    def one(self, event_type: str) -> Event:
        found: list[Event] = self.wait(lambda: self.events(event_type), event_type)
        return found[0]

    def handler(self) -> type[Quiet]:
        collector = self

        class Handler(Quiet):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                status = collector.take("POST", self.headers["Content-Type"], raw)
                allow = {"Access_Control_Allow_Origin": "*", "Access_Control_Expose_Headers": "Retry-After"}
                self.answer(status, collector.said, **allow, **({} if status == 200 else {"Retry_After": "1"}))

            def do_GET(self) -> None:
                """The parts of the script, which lie beside the collector."""
                file = BUILT / Path(self.path).name
                found = self.path.startswith("/s/") and file.exists()
                headers = {"Content_Type": "text/javascript", "Access_Control_Allow_Origin": "*"}
                body = collector.parts.get(file.name.partition(".")[0]) or (file.read_bytes() if found else b"")
                self.answer(200 if found else 404, body, **headers)

            def do_OPTIONS(self) -> None:
                self.answer(collector.take("OPTIONS", "", b"") and 204)

        return Handler


class Website:
    """Serves one page at every path, and the built script."""

    def __init__(self, collector: str) -> None:
        self.collector = collector
        self.html = b""
        self.url = ""
        self.status = 200  # of the page
        self.headers: dict[str, str] = {}  # of the page, with _ for -
        self.files: dict[str, bytes] = {}  # scripts of the site's own, by name
        self.posted: list[tuple[str, bytes]] = []  # path and body of what was sent to the site itself

    def show(
        self, fixture: str = "index", *, options: str = "", before: str = "", after: str = "", body: str = ""
    ) -> str:
        """Sets the page; gives the address of its root."""
        values = {"options": options, "before": before, "after": after, "body": body, "collector": self.collector}
        text = (FIXTURES / f"{fixture}.html").read_text()
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        self.html = text.encode()
        return f"{self.url}/"

    def handler(self) -> type[Quiet]:
        website = self

        class Handler(Quiet):
            def do_GET(self) -> None:
                file = BUILT / Path(self.path.partition("?")[0]).name
                if self.path.endswith("?slow"):
                    time.sleep(0.3)
                if file.suffix == ".js":
                    body = website.files.get(file.name) or file.read_bytes()
                    self.answer(200, body, Content_Type="text/javascript")
                else:
                    headers = {"Content_Type": "text/html; charset=utf-8", **website.headers}
                    self.answer(website.status, website.html, **headers)

            def do_POST(self) -> None:
                website.posted.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
                self.answer(200, b"{}")

        return Handler


def kept_names(page: Page) -> list[str]:
    """Names of all that the page's origin keeps."""
    cookies = "document.cookie.split('; ').map(cookie => cookie.split('=')[0])"
    script = f"{cookies}.concat(Object.keys(localStorage), Object.keys(sessionStorage))"
    return sorted(name for name in page.evaluate(script) if name)
