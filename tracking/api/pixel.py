"""GET /api/v1/collect/pixel.gif: an event as an image, for e-mails, AMP pages and browsers without JavaScript.

    <img src="https://…/api/v1/collect/pixel.gif?k=mp_live_…&event_type=custom&event_name=mail_opened" alt="">

Without `event_type` it is a page view of `url`, or else of the page the image stands in. Fields that are not an
event's own become its properties. Each load counts, unless it carries an `id` that was seen before.
"""

import base64
import re
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from tracking import payloads
from tracking.api import described
from tracking.api.door import Door
from tracking.door import Answer, Dialect, Sent
from tracking.verdicts import Receipt, status_of

GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")  # one transparent point
FIELDS = (
    "id", "event_id", "insert_id", "event_type", "event_name", "timestamp", "session_id", "visitor_id", "user_id",
    "url", "referrer", "title",
)  # fmt: skip
KEYS = ("k", "api_key")
NUMBERS = frozenset({"timestamp", "value", "revenue", "scroll_depth", "final_scroll_depth", "time_on_page"})
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?").fullmatch


def parse(sent: Sent) -> payloads.Payload:
    said: dict[str, Any] = {name: value for name, value in sent.query.items() if value and name not in KEYS}
    for name in NUMBERS.intersection(said):
        said[name] = _number_or(said[name])
    event = {name: said.pop(name) for name in FIELDS if name in said}
    event.setdefault("event_type", event.get("event_name", "page_view"))
    event.setdefault("url", sent.environ.get("HTTP_REFERER", ""))
    return payloads.of({}, [event | {"properties": said}])


def _number_or(text: str) -> float | int | str:
    """A query string holds text alone, and these are to be amounts."""
    if not NUMBER(text):
        return text
    return float(text) if "." in text else int(text)


def answer(receipt: Receipt) -> Answer:
    return Answer(status_of(receipt), GIF, "image/gif")


class PixelView(Door):
    dialect = Dialect(parse, answer, is_resendable=False)
    http_method_names = ("get", "options")  # a HEAD looks whether the image is there and shows it to nobody

    @extend_schema(**described.PIXEL)
    def get(self, request: Request) -> HttpResponse:
        response = self.take_in(request)
        response.headers["Cache-Control"] = "no-store"  # else the second load would not reach us
        return response
