"""Serving the script and its builds. Tag containers have tests of their own."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.test import Client

from tracking import script_builds
from tracking.models import ScriptChannel

pytestmark = pytest.mark.django_db
SCRIPT = "console.log('script')\n"


def get(encoding: str = "", path: str = "/trackingscript.js", **headers: str) -> Any:
    return Client().get(path, headers={"Accept-Encoding": encoding, **headers})


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "br", "gzip, deflate, br", "gzip;q=0.5, br;q=0"])
def test_the_script_arrives_whole_in_the_best_packing_the_browser_takes(built: Callable[..., Path], encoding: str):
    built("2.2.0", trackingscript=SCRIPT)
    answer = get(encoding)
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[answer.headers.get("Content-Encoding", "")]
    assert unpack(answer.content).decode() == SCRIPT
    wanted = {"": "", "identity": "", "gzip;q=0.5, br;q=0": "gzip"}.get(encoding, encoding.split(", ")[-1])
    assert answer.headers.get("Content-Encoding", "") == wanted


def test_any_site_may_load_and_time_it_and_nobody_gets_a_cookie(built: Callable[..., Path]):
    built("2.2.0", trackingscript=SCRIPT)
    answer = get("br")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=86400"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Timing-Allow-Origin"] == "*"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not answer.cookies


def test_a_browser_that_has_it_is_told_so_until_it_is_built_anew(built: Callable[..., Path]):
    built("2.2.0", trackingscript=SCRIPT)
    first = get("gzip")
    again = get("gzip", **{"If-None-Match": f'W/"other", {first.headers["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert get("br").headers["ETag"] != first.headers["ETag"]
    built("2.2.0", trackingscript="new")
    assert get("gzip", **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_only_get_and_head_are_served(built: Callable[..., Path]):
    built("2.2.0", trackingscript=SCRIPT)
    assert Client().head("/trackingscript.js").status_code == 200
    assert Client().post("/trackingscript.js").status_code == 405


def test_a_script_that_is_not_built_says_how_to_build_it_and_is_not_cached(built: Callable[..., Path]):
    (built("2.2.0", trackingscript=SCRIPT) / "trackingscript.js").unlink()
    answer = get()
    assert answer.status_code == 503
    assert answer.content.startswith(b"/* MetricPal: the tracking script is not built. Run `npm run build`")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_channel_that_an_operator_holds_goes_on_serving_the_older_version(built: Callable[..., Path]):
    built("2.1.0", trackingscript="older")
    older = script_builds.installed()
    assert older
    script_builds.keep(older)
    built("2.2.0", trackingscript="newer")
    assert get().content == b"newer"

    ScriptChannel.objects.create(name="stable", version="2.1.0")
    assert get().content == b"older"
    assert script_builds.of_channel("canary").version == "2.2.0"
    assert script_builds.versions() == ["2.2.0", "2.1.0"]


def test_each_file_of_each_build_has_an_address_for_ever_and_a_hash_in_the_manifest(built: Callable[..., Path]):
    built("2.1.0", trackingscript="older")
    script_builds.keep(script_builds.installed() or pytest.fail("not built"))
    built("2.2.0", trackingscript="newer")
    for version, body in (("2.1.0", b"older"), ("2.2.0", b"newer")):
        files = json.loads(get(path=f"/s/{version}/manifest.json").content)["files"]
        name = next(name for name in files if name.startswith("trackingscript."))
        answer = get(path=f"/s/{version}/{name}")
        assert (answer.status_code, answer.content) == (200, body)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert files[name]["integrity"] == script_builds.integrity_of(body.decode())
        assert files[name]["bytes"] == 5


def test_a_script_in_a_browsers_cache_still_finds_its_parts_after_a_new_build(built: Callable[..., Path]):
    folder = built("2.2.0", **{"trackingscript": SCRIPT, "more.0a1b2c3d": "part"})
    get()
    (folder / "more.0a1b2c3d.js").unlink()
    built("2.2.0", trackingscript="new", **{"more.4e5f6a7b": "new part"})
    assert get(path="/s/2.2.0/more.0a1b2c3d.js").content == b"part"
    built("2.3.0", trackingscript="newer")
    assert get(path="/s/2.2.0/more.0a1b2c3d.js").content == b"part"


def test_a_file_that_the_build_named_by_its_digest_keeps_its_name(built: Callable[..., Path]):
    built("2.2.0", **{"trackingscript": SCRIPT, "vitals.0a1b2c3d": "lazy"})
    assert get(path="/s/2.2.0/vitals.0a1b2c3d.js").content == b"lazy"


@pytest.mark.parametrize(
    "path",
    [
        "/s/9.9.9/trackingscript.00000000.js",
        "/s/2.2.0/nothing.js",
        "/s/%00/a.js",
        "/s/2.2.0/",
        "/s/9.9.9/manifest.json",
    ],
)
def test_an_address_without_a_file_answers_with_a_comment_and_no_page(built: Callable[..., Path], path: str):
    built("2.2.0", trackingscript=SCRIPT)
    answer = get(path=path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.content.startswith(b"/*")
