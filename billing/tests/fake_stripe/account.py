"""What the stand-in remembers: objects by id, its clock, and the events it has to tell."""

import copy
import json
import threading
from datetime import datetime
from typing import Any

from billing.tests.fake_stripe.refusal import missing
from billing.tests.fake_stripe.shapes import complete

API_VERSION = "2026-10-28.endive"
Object = dict[str, Any]


class Account:
    def __init__(self, now: datetime, url: str = "http://stripe.test") -> None:
        self.now = int(now.timestamp())
        self.url = url  # where its pages are
        self.rows: dict[str, Object] = {}
        self.events: list[Object] = []
        self.usage: list[Object] = []  # meter events
        self.pending_items: list[Object] = []  # prorations that wait for an invoice
        self.after_retries = "cancel"  # or "unpaid": what becomes of a subscription nobody pays
        self.fails_with = 0  # an HTTP status that every request gets
        self.requests: list[tuple[str, str]] = []  # (method, path), answered or not
        self.lock = threading.RLock()
        self._last = 0

    def add(self, prefix: str, kind: str, **fields: Any) -> Object:
        """A new object, stored and told nobody."""
        self._last += 1
        row = {"id": f"{prefix}_{self._last:08d}", "object": kind, "created": self.now, "livemode": False, **fields}
        if kind == "subscription_item":
            del row["livemode"]
        self.rows[row["id"]] = row
        return row

    def get(self, stripe_id: str, kind: str) -> Object:
        row = self.rows.get(stripe_id)
        if row is None or row["object"] != kind:
            raise missing(kind, stripe_id)
        return row

    def all(self, kind: str, **fields: Any) -> list[Object]:
        """Newest first, as Stripe lists them."""
        found = [row for row in self.rows.values() if row["object"] == kind]
        chosen = [row for row in found if all(row.get(name) == value for name, value in fields.items())]
        return list(reversed(chosen))

    def tell(self, kind: str, about: Object) -> None:
        """An event with the object as it is now."""
        self._last += 1
        event = {
            "id": f"evt_{self._last:08d}",
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": {"object": self.shown(about)},
            "livemode": False,
            "pending_webhooks": 1,
            "request": None,
            "type": kind,
        }
        self.events.append(complete(event))

    def shown(self, row: Object, expand: list[str] | None = None) -> Object:
        """The object as an answer: ids opened out where asked, every field there, checked."""
        found: Object = json.loads(json.dumps(row))
        for path in expand or []:
            self._open(found, path.split("."))
        return complete(found)

    def _open(self, found: Any, path: list[str]) -> None:
        if isinstance(found, list):
            for number, each in enumerate(found):
                if isinstance(each, str):
                    found[number] = copy.deepcopy(self.rows[each])
                self._open(found[number], path)
        elif isinstance(found, dict) and path:
            if path[0] == "tax_ids":
                owned = self.all("tax_id", customer=found["id"])
                found["tax_ids"] = listed(owned, f"/v1/customers/{found['id']}/tax_ids")
            elif isinstance(found.get(path[0]), str):
                found[path[0]] = copy.deepcopy(self.rows[found[path[0]]])
            self._open(found.get(path[0]), path[1:])


def listed(rows: list[Object], url: str, has_more: bool = False) -> Object:
    return {"object": "list", "data": rows, "has_more": has_more, "url": url}
