"""What browsers load: the tracking script, its builds and the tag containers. JavaScript, whatever is asked for.

    /trackingscript.js, /nano.js    the script of the channel `stable`, and the smallest one
    /s/{version}/{file}             one file of one build, for ever     /s/{version}/manifest.json   with their hashes
    /tag/{id}.js                    a container as it is now
    /tag/{id}/{revision}.js         one revision of it, for ever        /tag/{id}/manifest.json      with their hashes

No cookie is set and none is read: the answer is the same for everybody.
"""

import gzip
import hashlib
import json
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

import brotli
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from config.lib import clock
from config.lib.problems import Problem
from tracking import script_builds
from tracking.containers import serving
from tracking.containers.serving import AWAY, FOREVER, NEVER, UNKNOWN, Served

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
    # Any site may load it, those that pin its hash (crossorigin) and isolated ones (COEP) included.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",
}
# Five minutes: how long a new release, or taking one back, needs to arrive.
RELEASED = "public, max-age=300, stale-while-revalidate=86400"
JSON = "application/json"
NOT_BUILT = Served(
    503,
    "/* MetricPal: the tracking script is not built. Run `npm run build` in tracking/tracker on the server. */\n",
    NEVER,
)
# Best first.
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=9),
    "gzip": lambda body: gzip.compress(body, mtime=0),
}


View = Callable[..., HttpResponse]


def _never_html(view: View) -> View:
    """A page that loads it must get JavaScript also while the database is away."""

    @require_safe
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except (DatabaseError, InterfaceError):
            return answer(request, AWAY)

    return guarded


@require_safe
def tracking_script(request: HttpRequest, variant: str = script_builds.SCRIPT) -> HttpResponse:
    try:
        build = script_builds.of_channel("stable")
        script_builds.keep_once(build)
    except Problem:
        return answer(request, NOT_BUILT)
    except (DatabaseError, InterfaceError):  # no reason to keep the script back
        build = script_builds.installed() or script_builds.Build("", {})
    found = build.files.get(variant)  # an older version may not have had it
    return answer(request, Served(200, found.body, RELEASED) if found else NOT_BUILT)


@_never_html
def script_file(request: HttpRequest, version: str, name: str) -> HttpResponse:
    body = script_builds.file(version, name)
    return answer(request, UNKNOWN if body is None else Served(200, body, FOREVER))


@_never_html
def script_manifest(request: HttpRequest, version: str) -> HttpResponse:
    build = script_builds.find(version)
    if build is None:
        return answer(request, UNKNOWN)
    files = {
        file.name: {
            "bytes": len(file.body.encode()),
            "gzip": len(gzip.compress(file.body.encode())),
            "integrity": file.integrity,
        }
        for file in build.files.values()
    }
    return _json(request, {"version": version, "files": files})


@_never_html
def tag(request: HttpRequest, container_id: str) -> HttpResponse:
    return answer(request, serving.tag(container_id, clock.now()))


@_never_html
def tag_revision(request: HttpRequest, container_id: str, number: int) -> HttpResponse:
    return answer(request, serving.revision(container_id, number))


@_never_html
def tag_manifest(request: HttpRequest, container_id: str) -> HttpResponse:
    found = serving.manifest(container_id)
    return answer(request, UNKNOWN) if found is None else _json(request, found)


@require_safe
def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    """A script tag whose address is wrong gets a comment, and the page no error of ours."""
    return answer(request, UNKNOWN)


def answer(request: HttpRequest, served: Served) -> HttpResponse:
    """As the browser can unpack it; 304 for one that has it."""
    headers = HEADERS | {"Cache-Control": served.cache, "Content-Type": served.kind}
    if served.status != 200:
        return HttpResponse(served.body, status=served.status, headers=headers)
    encoding = _best_encoding(request.headers.get("Accept-Encoding", ""))
    body, etag = _packed(served.body, encoding)
    headers["ETag"] = etag
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    return HttpResponse(body, headers=headers)


def _json(request: HttpRequest, value: dict[str, Any]) -> HttpResponse:
    return answer(request, Served(200, json.dumps(value, indent=2) + "\n", serving.LIVE, JSON))


def _best_encoding(accepted: str) -> str:
    """ "br", "gzip" or "" for a header such as "gzip, br;q=0"."""
    offers = [part.replace(" ", "").lower().split(";q=") for part in accepted.split(",")]
    wanted = {name for name, *quality in offers if not quality or quality[0].strip("0.")}
    return next((name for name in PACKERS if name in wanted), "")


@lru_cache(maxsize=128)
def _packed(body: str, encoding: str) -> tuple[bytes, str]:
    """Bytes and ETag."""
    plain = body.encode()
    packed = PACKERS[encoding](plain) if encoding else plain
    return packed, f'"{hashlib.sha256(packed).hexdigest()[:20]}"'
