"""The file behind a signed link, in ranges too: what was cut off goes on where it stopped."""

import re
from typing import IO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from analytics.exports import links
from analytics.exports.formats import FORMATS
from analytics.models import Export
from analytics.views.exports.downloads import NO_STORE
from config.lib import clock
from workspaces import audit

RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Slice:
    """`count` bytes of a file, from where it stands; for FileResponse, which reads until nothing comes."""

    def __init__(self, file: IO[bytes], count: int) -> None:
        self.file, self.left = file, count

    def read(self, size: int = -1) -> bytes:
        found = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(found)
        return found

    def close(self) -> None:
        self.file.close()


@require_safe
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    export = _opened(token)
    etag = f'"{export.sha256}"'
    headers = {**NO_STORE, "Accept-Ranges": "bytes", "ETag": etag, "Referrer-Policy": "no-referrer"}
    wanted = _range(request, etag, export.size)
    if wanted == (0, 0):
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{export.size}"})
    start, end = wanted or (0, export.size)
    if start == 0 and request.method == "GET":
        _note(export)
    answer = FileResponse(
        Slice(_at(export, start), end - start),
        as_attachment=True,
        filename=links.download_name(export),
        content_type=FORMATS[export.format].content_type,
        headers=headers,
        status=206 if wanted else 200,
    )
    answer.headers["Content-Length"] = str(end - start)
    if wanted:
        answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{export.size}"
    return answer


@require_safe
def manifest(request: HttpRequest, token: str) -> HttpResponse:
    return JsonResponse(links.manifest(_opened(token)), headers=dict(NO_STORE))


def _opened(token: str) -> Export:
    export = links.opened(token, clock.now())
    if export is None:
        raise Http404
    return export


def _at(export: Export, start: int) -> IO[bytes]:
    try:
        found = (export.folder / export.file).open("rb")
    except FileNotFoundError:
        raise Http404 from None  # deleted this moment
    found.seek(start)
    return found


def _note(export: Export) -> None:
    """Whoever holds the link may come without an account, so the audit log names the link."""
    workspace = export.workspace
    audit.record(
        workspace.organization, "a signed link", "export.download", str(export), now=clock.now(), workspace=workspace
    )


def _range(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """[start, end) of a request for one range; (0, 0) for one that cannot be; None for the whole file."""
    if request.headers.get("If-Range", etag) != etag:
        return None
    found = RANGE.fullmatch(request.headers.get("Range", ""))
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1 if found[2] else size)
    return (start, end) if start < end else (0, 0)
