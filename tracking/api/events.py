"""Events by themselves, in lists, and of a schema: the addresses under which programs send.

    POST /api/events             one event                {"event_name": "signup", "properties": {…}, "user_id": …}
    POST /api/events/batch       a list, bare or named    [{"name": …}, …] or {"events": […]}
    POST /api/events/ingest      one event of a schema    {"schema_id": "portfolio", "event_type": …}

POST /api/v1/analytics/events is the first of them under another address, with `event_data` and `user_properties`.
The same addresses answer GET with stored events: analytics.api.events adds that.
"""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from tracking import bodies, payloads
from tracking.api import described
from tracking.api.door import Door
from tracking.door import Dialect, Sent


def parse(sent: Sent) -> payloads.Payload:
    return payloads.parse(sent.body)


def parse_list(sent: Sent) -> payloads.Payload:
    if not sent.body.lstrip().startswith(b"["):
        return payloads.parse(sent.body)
    return payloads.of({}, bodies.read(sent.body), sent.body)


class EventView(Door):
    dialect = Dialect(parse)

    @extend_schema(**described.EVENT)
    def post(self, request: Request) -> HttpResponse:
        return self.take_in(request)


class BatchView(Door):
    dialect = Dialect(parse_list)

    @extend_schema(**described.BATCH)
    def post(self, request: Request) -> HttpResponse:
        return self.take_in(request)


class IngestView(Door):
    dialect = Dialect(parse)

    @extend_schema(**described.INGEST)
    def post(self, request: Request) -> HttpResponse:
        return self.take_in(request)
