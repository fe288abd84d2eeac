"""Clients that send events and keep the wire contract: 2xx never again, 4xx never again, the rest again, same bytes.

Each client journals what was acknowledged, so that it can be compared with what is stored.
"""

import gzip
import http.client
import json
import threading
import time
import uuid
from collections.abc import Iterable
from pathlib import Path

from config.rig.journal import Journal

RETRY = frozenset({408, 425, 429})
ASKED_BACK = frozenset({429, 503})  # these say when


def page_views(count: int, visitor: str, host: str = "shop.example.com") -> list[dict[str, object]]:
    """Events as the tracking script sends them, each with an id of its own."""
    now_ms = int(time.time() * 1000)
    return [
        {
            "id": str(uuid.uuid4()),
            "event_type": "page_view",
            "timestamp": now_ms + number,
            "visitor_id": visitor,
            "properties": {
                "url": f"https://{host}/p/{number % 40}?utm_source=news",
                "title": f"Page {number % 40}",
                "referrer": "https://www.google.com/",
            },
        }
        for number in range(count)
    ]


class Client:
    """Sends one request after the other until each is answered for good. Its connection is kept, or new for each.

    With `packs` bodies are compressed.
    """

    def __init__(
        self,
        port: int,
        key: str,
        patience_s: float = 60,
        journal: Path | None = None,
        keeps: bool = True,
        packs: bool = False,
    ) -> None:
        self.port, self.key, self.patience_s, self.keeps, self.packs = port, key, patience_s, keeps, packs
        self.journal = Journal(journal)
        self._connection: http.client.HTTPConnection | None = None

    def send(self, events: list[dict[str, object]]) -> None:
        body = json.dumps({"events": events}).encode()
        body = gzip.compress(body, 1) if self.packs else body
        ids = [str(event["id"]) for event in events]
        began = time.monotonic()
        pause = 0.05
        while time.monotonic() - began < self.patience_s:
            status, retry_after = self._post(body)
            self.journal.statuses[status] = self.journal.statuses.get(status, 0) + 1
            if 200 <= status < 300:
                self.journal.acknowledge(ids, began, time.monotonic() - began)
                return
            if 400 <= status < 500 and status not in RETRY:
                self.journal.refused += [(each, status) for each in ids]
                return
            self.journal.retries += 1
            self.journal.hurried += status in ASKED_BACK and retry_after < 1
            time.sleep(min(max(pause, retry_after), 2))
            pause = min(pause * 2, 1)
        self.journal.unanswered += ids

    def _post(self, body: bytes) -> tuple[int, float]:
        """(status, Retry-After in seconds); status 0: no answer came."""
        self.journal.requests += 1
        try:
            connection = self._connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            self._connection = connection
            headers = {"Content-Type": "text/plain;charset=UTF-8", "X-API-Key": self.key}
            packed = {"Content-Encoding": "gzip"} if self.packs else {}
            connection.request("POST", "/api/v1/collect", body, headers | packed)
            response = connection.getresponse()
            response.read()
            if not self.keeps:
                self.close()
            return response.status, float(response.headers.get("Retry-After") or 0)
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, 0

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


Batches = Iterable[list[dict[str, object]]]


def until(done: threading.Event, visitor: str, pause_s: float, size: int = 10) -> Batches:
    """Batches for as long as it takes."""
    number = 0
    while not done.wait(pause_s):
        number += 1
        yield page_views(size, f"{visitor}-{number % 40}")


def run(
    port: int,
    key: str,
    batches: Iterable[Batches],
    patience_s: float = 60,
    journals: Path | None = None,
    keeps: bool = True,
    packs: bool = False,
) -> list[Journal]:
    """One client and thread for each of the works; returns when all are through. `journals` is a folder."""
    clients = [
        (Client(port, key, patience_s, journals and journals / f"{number}.journal", keeps, packs), work)
        for number, work in enumerate(batches)
    ]
    threads = [threading.Thread(target=_work, args=each, daemon=True) for each in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [client.journal for client, _ in clients]


def _work(client: Client, batches: Batches) -> None:
    for batch in batches:
        client.send(batch)
    client.close()
