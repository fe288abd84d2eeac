"""What is kept of a picture that somebody uploads, and what is no picture."""

import struct

import pytest

from config.lib.pictures import picture
from config.testing.pictures import JPEG, chunk, png

SECRET = b"GPS 52.52 13.40"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (png(40, 20, (b"tEXt", SECRET), (b"eXIf", SECRET)) + b"PK\3\4" + SECRET, png(40, 20)),
        (JPEG[:2] + segment(0xE1, b"Exif\0\0" + SECRET) + segment(0xFE, SECRET) + JPEG[2:] + SECRET, JPEG),
        (JPEG[:2] + b"\xff" + JPEG[2:], JPEG),  # padding before a marker
    ],
    ids=["PNG", "JPEG", "padded JPEG"],
)
def test_only_what_draws_the_picture_is_kept(raw, plain):
    found = picture(raw)

    assert (found.width, found.height, found.data) == (40, 20, plain)


@pytest.mark.parametrize("whole", [png(), JPEG], ids=["PNG", "JPEG"])
def test_whatever_is_cut_off_is_refused(whole):
    for length in range(len(whole)):
        with pytest.raises(ValueError, match="neither a PNG nor a JPEG|cut off or broken"):
            picture(whole[:length])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"GIF89a" + bytes(40),
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        png()[:20] + b"\1" + png()[21:],
        png()[:8] + chunk(b"IEND", b""),
        png()[:8] + chunk(b"IDAT", b"") + png()[8:],
        JPEG[:2] + b"\xff\xd9",
        JPEG[:2] + b"\0" + JPEG[2:],
    ],
    ids=["nothing", "GIF", "SVG", "wrong sum", "PNG of nothing", "pixels first", "JPEG of nothing", "no marker"],
)
def test_what_is_no_picture_is_refused(raw):
    with pytest.raises(ValueError, match="neither a PNG nor a JPEG|cut off or broken"):
        picture(raw)
