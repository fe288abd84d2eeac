"""The logo of an organization: who may choose it, and what can be one."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config.testing.pictures import JPEG, chunk, png
from workspaces import logos
from workspaces.models import AuditEntry, Logo

pytestmark = pytest.mark.django_db
AT = "/o/acme/logo/"


def sent(client, raw, name="logo.png"):
    return client.post(AT, {"logo": SimpleUploadedFile(name, raw)})


@pytest.mark.parametrize(("raw", "kind"), [(png(), "png"), (JPEG, "jpeg")], ids=["PNG", "JPEG"])
def test_an_admin_chooses_it_and_takes_it_away_again(as_admin, raw, kind):
    assert sent(as_admin, raw, "whatever.exe").headers["Location"] == "/o/acme/"
    assert b'<img class="h-auto' in as_admin.get("/o/acme/").content

    shown = as_admin.get(AT)
    assert (shown.content, shown["Content-Type"]) == (raw, f"image/{kind}")
    assert shown["X-Content-Type-Options"] == "nosniff" and "default-src 'none'" in shown["Content-Security-Policy"]

    as_admin.post(AT, {"remove": "1"})
    assert as_admin.get(AT).status_code == 404
    said = AuditEntry.objects.filter(action="organization.logo").order_by("id").values_list("target", flat=True)
    assert list(said) == ["40 × 20 pixels", "removed"]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "neither a PNG nor a JPEG"),
        (b"<svg onload=alert(1)/>", "neither a PNG nor a JPEG"),
        (png()[:-20], "cut off or broken"),
        (png(40, 20).replace(png(40, 20)[41:60], bytes(19)), "cut off or broken"),
        (png(2001, 500), "2001 × 500 pixels"),
        (png(400, 30), "400 × 30 pixels"),
        (png(15, 15), "15 × 15 pixels"),
        (png() + bytes(logos.MOST_BYTES), "larger than 200 kB"),
    ],
    ids=["nothing", "SVG", "cut off", "broken", "too wide", "too flat", "too small", "too heavy"],
)
def test_what_cannot_be_one_is_refused_with_a_sentence_beside_the_field(as_admin, raw, says):
    answer = sent(as_admin, raw)

    assert answer.status_code == 422 and says in answer.content.decode()
    assert not Logo.objects.exists()


def test_pixels_that_cannot_be_read_are_found_out_before_a_report_fails(as_admin):
    head = png()[: 8 + 25]
    answer = sent(as_admin, head + chunk(b"IDAT", b"no pixels") + chunk(b"IEND", b""))

    assert answer.status_code == 422 and "cut off or broken" in answer.content.decode()


def test_only_admins_choose_it_and_strangers_do_not_see_it(as_owner, as_analyst, as_viewer, as_stranger, anonymous):
    assert sent(as_owner, png()).status_code == 302
    for client, status in ((as_analyst, 403), (as_viewer, 403), (as_stranger, 404), (anonymous, 302)):
        assert client.get(AT).status_code == status and sent(client, JPEG).status_code == status
    assert Logo.objects.get().kind == "png"


def test_it_goes_with_its_organization(as_owner, acme):
    sent(as_owner, png())
    acme.organization.delete()

    assert not Logo.objects.exists()
