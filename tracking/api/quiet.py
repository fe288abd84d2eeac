"""What other tools' SDKs ask besides sending events, answered so that they go on: no flags, no surveys, no recording.

Nothing here depends on the key that was sent, so none is looked up.
"""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from tracking.api.door import PREFLIGHT

COMPRESSION = ["gzip", "gzip-js"]
# No word of surveys: told that there are none, posthog-js loads its script for them all the same.
SILENT: dict[str, Any] = {
    "supportedCompression": COMPRESSION,
    "sessionRecording": False,
    "heatmaps": False,
    "capturePerformance": False,
    "captureDeadClicks": False,
    "autocaptureExceptions": False,
    "autocapture_opt_out": False,
    "defaultIdentifiedOnly": True,
    "siteApps": [],
}
NO_FLAGS = {"flags": {}, "featureFlags": {}, "featureFlagPayloads": {}, "errorsWhileComputingFlags": False}


@csrf_exempt
def posthog_flags(request: HttpRequest) -> HttpResponse:
    """/flags and, of older SDKs, /decide: there are no flags here."""
    return _open(JsonResponse(SILENT | NO_FLAGS | {"config": {"enable_collect_everything": True}}), request)


def posthog_config(request: HttpRequest, token: str) -> HttpResponse:
    """/array/<key>/config, with which posthog-js begins."""
    return _open(JsonResponse(_config(token)), request)


def posthog_script(request: HttpRequest, token: str) -> HttpResponse:
    """The same as a script."""
    said = json.dumps({"config": _config(token), "siteApps": []})
    text = f'(w=>{{(w._POSTHOG_REMOTE_CONFIG=w._POSTHOG_REMOTE_CONFIG||{{}})["{token}"]={said}}})(window)'
    return _open(HttpResponse(text, content_type="text/javascript"), request)


def segment_settings(request: HttpRequest, key: str) -> HttpResponse:
    """/v1/projects/<write key>/settings, with which analytics.js begins: the one destination is this host."""
    host = f"{request.get_host()}/v1"
    own: dict[str, Any] = {"apiKey": key, "apiHost": host, "protocol": request.scheme, "unbundledIntegrations": []}
    return _open(JsonResponse({"integrations": {"Segment.io": own}, "plan": {}, "edgeFunction": {}}), request)


def _config(token: str) -> dict[str, Any]:
    return SILENT | {"token": token, "hasFeatureFlags": False, "elementsChainAsString": True}


def _open(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """To any page; a preflight has the same answer without a body."""
    if request.method == "OPTIONS":
        response = HttpResponse(status=204, headers=PREFLIGHT, content_type="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
    return response
