"""POST /api/v1/collect: our own dialect, which the script and the SDKs speak."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from tracking import payloads, serializers
from tracking.api.door import Door
from tracking.door import Dialect


class CollectView(Door):
    dialect = Dialect(lambda sent: payloads.parse(sent.body))

    @extend_schema(**serializers.COLLECT)
    def post(self, request: Request) -> HttpResponse:
        return self.take_in(request)


def health(request: HttpRequest) -> HttpResponse:
    """That the process answers. Whether its stores do is said by /readiness."""
    return JsonResponse({"status": "healthy", "service": "collect"})
