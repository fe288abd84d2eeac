"""A report as a file, at once: as many rows as EXPORT_MAX_ROWS; whoever wants more is shown to the exports."""

from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from analytics.exports import files
from analytics.exports.formats import FORMATS
from analytics.views.exports import paper, sources
from analytics.views.unavailable import says_when_unavailable
from config.lib import clock
from workspaces import audit
from workspaces.access import WorkspaceRequest, get_access, workspace_view

NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@require_safe
@workspace_view(needs="viewer")
@says_when_unavailable
def download(request: WorkspaceRequest, slug: str, source: str, file_format: str) -> HttpResponse:
    if source not in sources.SOURCES or file_format not in (*FORMATS, "pdf"):
        raise Http404
    what, now = sources.SOURCES[source], clock.now()
    get_access(request.user, slug, what.needs)
    sources.check(source, _asked(request, now, settings.EXPORT_MAX_ROWS))
    if file_format == "pdf":
        return _paper(request, source, now)
    kind = FORMATS[file_format]
    most = settings.EXPORT_MAX_ROWS
    made = files.make(what.table(_asked(request, now, most + 1)), kind)
    if made.rows > most:
        made.file.close()
        messages.info(request, f"That is more than {most:,} rows. Here it is made in the background, all of it.")
        asked = urlencode({"source": source, "format": file_format})
        return HttpResponseRedirect(f"{reverse('exports', args=[slug])}?{asked}&{request.GET.urlencode()}")
    _note(request, f"{what.title} as {file_format}, {made.rows} rows", now)
    name = f"{slug}-{source}-{now:%Y-%m-%d}.{file_format}"
    sent = FileResponse(
        made.file, as_attachment=True, filename=name, content_type=kind.content_type, headers=dict(NO_STORE)
    )
    return cast(HttpResponse, sent)


def _paper(request: WorkspaceRequest, source: str, now: datetime) -> HttpResponse:
    made = paper.pdf(source, _asked(request, now, settings.EXPORT_MAX_ROWS))
    _note(request, f"{sources.SOURCES[source].title} as pdf", now)
    name = f"{request.workspace.slug}-{source}-{now:%Y-%m-%d}.pdf"
    headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def _note(request: WorkspaceRequest, what: str, now: datetime) -> None:
    workspace = request.workspace
    audit.record(workspace.organization, request.user, "export.download", what, now=now, workspace=workspace)


def _asked(request: WorkspaceRequest, now: datetime, most_rows: int) -> sources.Asked:
    """As the page shows it: compared with the period before unless it says otherwise."""
    params = request.GET.copy()
    params.setdefault("compare", "previous")
    return sources.asked(
        request.workspace, sources.environment_of(request.GET), params.urlencode(), now, most_rows
    )  # fmt: skip
