"""The logo of an organization, on its PDFs and in the reports that it mails."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from config.lib.pictures import BROKEN, Picture, picture
from config.lib.problems import Problem
from workspaces import audit
from workspaces.models import Logo, Organization

MOST_BYTES = 200_000
SHORTEST, LONGEST = 16, 2000  # pixels of a side
MOST_UNEQUAL = 10  # how many times as long one side may be as the other


def logo_of(organization: Organization) -> Logo | None:
    return Logo.objects.filter(organization=organization).first()


def set_logo(organization: Organization, raw: bytes, *, actor: Any, now: datetime) -> Logo:
    """Problem for what cannot be one."""
    found = _checked(raw)
    values = {"kind": found.kind, "data": found.data, "width": found.width, "height": found.height, "changed_at": now}
    with transaction.atomic():
        made, _ = Logo.objects.update_or_create(organization=organization, defaults=values)
        audit.record(organization, actor, "organization.logo", f"{found.width} × {found.height} pixels", now=now)
    return made


@transaction.atomic
def remove_logo(organization: Organization, *, actor: Any, now: datetime) -> None:
    if Logo.objects.filter(organization=organization).delete()[0]:
        audit.record(organization, actor, "organization.logo", "removed", now=now)


def _checked(raw: bytes) -> Picture:
    if len(raw) > MOST_BYTES:
        raise _refused(f"The file is larger than {MOST_BYTES // 1000} kB. Choose a smaller one.")
    try:
        found = picture(raw)
    except ValueError as error:
        raise _refused(f"{error} Choose a PNG or a JPEG.") from None
    sides = sorted((found.width, found.height))
    if sides[0] < SHORTEST or sides[1] > LONGEST or sides[1] > MOST_UNEQUAL * sides[0]:
        raise _refused(
            f"The picture is {found.width} × {found.height} pixels. Choose one with sides of {SHORTEST} to {LONGEST} "
            f"pixels, one at most {MOST_UNEQUAL} times as long as the other."
        )
    if not _can_be_drawn(found):
        raise _refused(f"{BROKEN} Choose a PNG or a JPEG.")
    return found


def _can_be_drawn(found: Picture) -> bool:
    """Asked of what draws the PDFs, so that none of them fails by it."""
    import typst  # not before it is needed: 8 MB in every process otherwise

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "logo").write_bytes(found.data)
        try:
            typst.compile(b'#image("/logo")', root=Path(folder))  # type: ignore[type-var]  # a fault of its stub
        except typst.TypstError:
            return False
    return True


def _refused(detail: str) -> Problem:
    return Problem(422, "logo", detail, field="logo")
