"""How a website gets the tracking script: the text to paste, and the address that serves the script.

`tracker/build.mjs` writes static/dist/tracker/: the script, the stub that keeps calls until the script is there,
and both packed as .br and .gz.
"""

import hashlib
import json
import shlex
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.views.decorators.http import require_safe

BUILT: Path = settings.BASE_DIR / "static" / "dist" / "tracker"
# Best first. Name in Accept-Encoding -> ending of the packed file.
ENCODINGS = {"br": ".br", "gzip": ".gz"}
HEADERS = {
    "Content-Type": "text/javascript; charset=utf-8",
    # Five minutes: how long a new release, or taking one back, needs to arrive.
    "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    # Any site may load it, those that pin its hash (crossorigin) and isolated ones (COEP) included.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",
}
NOT_BUILT = (
    "/* MetricPal: the tracking script is not built. Run `npm run build` in tracking/tracker on the server. */\n"
)

HTML = """\
<script>{stub}</script>
<script async src="{src}" data-apikey="{key}"></script>
"""
DJANGO = """\
{{# templates/base.html, inside <head> #}}
{tags}\
{{% if user.is_authenticated %}}<script>MetricPal.identify("user-{{{{ user.pk }}}}")</script>{{% endif %}}
"""
REACT = """\
// hooks/useMetricPal.js: call it once near the root; it is safe to render again.
import {{ useCallback, useEffect }} from "react";

export function useMetricPal() {{
  useEffect(() => {{
    if (document.getElementById("metricpal")) return;
    const script = document.createElement("script");
    script.id = "metricpal";
    script.src = {src};
    script.dataset.apikey = {key};
    document.head.appendChild(script);
  }}, []);

  const trackEvent = useCallback((name, properties) => window.MetricPal?.trackEvent(name, properties), []);
  return {{ trackEvent }};
}}
"""


def snippet(workspace_key: str, origin: str, platform: str) -> str:
    """The text to paste for one of PLATFORMS, e.g. snippet("mp_live_…", "https://metrics.example.com", "html").

    Plain text: escaped for where it will be pasted, not for the page that shows it.
    """
    return PLATFORMS[platform](workspace_key, origin.rstrip("/"))


def _html(key: str, origin: str) -> str:
    return HTML.format(stub=_stub(), src=escape(f"{origin}/trackingscript.js"), key=escape(key))


def _django(key: str, origin: str) -> str:
    return DJANGO.format(tags=_html(key, origin))


def _react(key: str, origin: str) -> str:
    return REACT.format(src=json.dumps(f"{origin}/trackingscript.js"), key=json.dumps(key))


def _curl(key: str, origin: str) -> str:
    page_view = {"event_type": "page_view", "visitor_id": "visitor-1", "url": "https://www.example.com/"}
    words = [
        ["curl", f"{origin}/api/v1/collect"],
        ["-H", f"X-API-Key: {key}"],
        ["-H", "Content-Type: application/json"],
        ["-d", json.dumps({"events": [page_view]})],
    ]
    return " \\\n  ".join(map(shlex.join, words)) + "\n"


PLATFORMS: dict[str, Callable[[str, str], str]] = {"html": _html, "react": _react, "django": _django, "curl": _curl}


def _stub() -> str:
    """Empty where the script is not built: the tag works without, only calls before it loads are lost."""
    path = BUILT / "stub.js"
    return path.read_text().strip() if path.exists() else ""


@require_safe
def tracking_script(request: HttpRequest) -> HttpResponse:
    """GET /trackingscript.js: the script as the browser can unpack it. Sets no cookie, whoever asks."""
    path = BUILT / "trackingscript.js"
    if not path.exists():
        return HttpResponse(NOT_BUILT, status=503, headers=HEADERS | {"Cache-Control": "no-store"})
    encoding = _best_encoding(request.headers.get("Accept-Encoding", ""))
    body, etag = _read(path.with_name(path.name + ENCODINGS.get(encoding, "")), path.stat().st_mtime_ns)
    headers = HEADERS | {"ETag": etag}
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    return HttpResponse(body, headers=headers)


def _best_encoding(accepted: str) -> str:
    """ "br", "gzip" or "" for a header such as "gzip, br;q=0"."""
    offers = [part.replace(" ", "").lower().split(";q=") for part in accepted.split(",")]
    wanted = {name for name, *quality in offers if not quality or quality[0].strip("0.")}
    return next((name for name in ENCODINGS if name in wanted), "")


@lru_cache(maxsize=8)
def _read(path: Path, built_ns: int) -> tuple[bytes, str]:
    """Bytes and ETag. `built_ns` makes a new build a new entry."""
    body = path.read_bytes()
    return body, f'"{hashlib.sha256(body).hexdigest()[:20]}"'
