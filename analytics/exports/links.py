"""The signed address of a finished file: it opens without signing in, until the export expires or is deleted."""

from datetime import datetime
from typing import Any

from django.core import signing

from analytics.models import Export

SALT = "analytics.exports"


def token_of(export: Export) -> str:
    return signing.Signer(salt=SALT).sign(export.uid.hex)


def opened(token: str, now: datetime) -> Export | None:
    """None stands for a forged token, an export that is not ready, one that expired and one that is deleted alike."""
    try:
        uid = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    found = Export.objects.select_related("workspace").filter(uid=uid, state=Export.State.DONE, expires_at__gt=now)
    return found.first()


def download_name(export: Export) -> str:
    return f"{export.workspace.slug}-{export.source}-{export.requested_at:%Y-%m-%d}.{export.format}"


def manifest(export: Export) -> dict[str, Any]:
    """What is in the file, to check it by: `sha256sum file`, and its rows without the heading."""
    return {
        "export": str(export.uid),
        "file": download_name(export),
        "source": export.source,
        "format": export.format,
        "parameters": export.parameters,
        "environment": export.environment,
        "columns": export.heading,
        "rows": export.rows,
        "bytes": export.size,
        "sha256": export.sha256,
        "requested_at": export.requested_at.isoformat(),
        "finished_at": export.finished_at.isoformat() if export.finished_at else None,
        "expires_at": export.expires_at.isoformat(),
    }
