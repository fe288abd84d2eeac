import gzip
import html
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.template import Context, Template
from django.test import Client

from tracking import snippet as module
from tracking.snippet import PLATFORMS, snippet

KEY = "mp_live_1234567890abcdef"
ORIGIN = "https://metrics.example.com"
NODE = shutil.which("node")


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A build of known content in the place of the real one."""
    script = b"console.log('script')\n"
    (tmp_path / "trackingscript.js").write_bytes(script)
    (tmp_path / "trackingscript.js.gz").write_bytes(gzip.compress(script))
    (tmp_path / "trackingscript.js.br").write_bytes(brotli.compress(script))
    (tmp_path / "stub.js").write_text("window.stub=1\n")
    monkeypatch.setattr(module, "BUILT", tmp_path)
    yield tmp_path


def words(command: str) -> list[str]:
    """As a shell would read them."""
    return shlex.split(command.replace("\\\n", ""))


def get(encoding: str = "", **headers: str) -> Any:
    return Client().get("/trackingscript.js", headers={"Accept-Encoding": encoding, **headers})


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "br", "gzip, deflate, br", "gzip;q=0.5, br;q=0"])
def test_the_script_arrives_whole_in_the_best_packing_the_browser_takes(built: Path, encoding: str) -> None:
    answer = get(encoding)
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[answer.headers.get("Content-Encoding", "")]
    assert unpack(answer.content) == (built / "trackingscript.js").read_bytes()
    wanted = {"": "", "identity": "", "gzip;q=0.5, br;q=0": "gzip"}.get(encoding, encoding.split(", ")[-1])
    assert answer.headers.get("Content-Encoding", "") == wanted


def test_any_site_may_load_and_time_it_and_nobody_gets_a_cookie(built: Path) -> None:
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


def test_a_browser_that_has_it_is_told_so_until_it_is_built_anew(built: Path) -> None:
    first = get("gzip")
    again = get("gzip", **{"If-None-Match": f'W/"other", {first.headers["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert get("br").headers["ETag"] != first.headers["ETag"]
    (built / "trackingscript.js").write_bytes(b"new")
    (built / "trackingscript.js.gz").write_bytes(gzip.compress(b"new"))
    assert get("gzip", **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_only_get_and_head_are_served(built: Path) -> None:
    assert Client().head("/trackingscript.js").status_code == 200
    assert Client().post("/trackingscript.js").status_code == 405


def test_a_script_that_is_not_built_says_how_to_build_it_and_is_not_cached(built: Path) -> None:
    (built / "trackingscript.js").unlink()
    answer = get()
    assert answer.status_code == 503
    assert answer.content.startswith(b"/* MetricPal: the tracking script is not built. Run `npm run build`")
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_html_snippet_is_the_stub_and_the_tag(built: Path) -> None:
    assert snippet(KEY, ORIGIN + "/", "html") == (
        "<script>window.stub=1</script>\n"
        f'<script async src="{ORIGIN}/trackingscript.js" data-apikey="{KEY}"></script>\n'
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_key_with_quotes_and_angle_brackets_breaks_out_of_no_snippet(built: Path, platform: str) -> None:
    odd = "a'b\"c<d>&$(e)`f`"
    text = snippet(odd, ORIGIN, platform)
    found = {
        "html": lambda: html.unescape(re.search(r'data-apikey="([^"]*)"', text)[1]),  # type: ignore[index]
        "django": lambda: html.unescape(re.search(r'data-apikey="([^"]*)"', text)[1]),  # type: ignore[index]
        "react": lambda: json.loads(re.search(r"dataset.apikey = (.*);", text)[1]),  # type: ignore[index]
        "curl": lambda: words(text)[3].removeprefix("X-API-Key: "),
    }[platform]()
    assert found == odd


def test_the_curl_snippet_sends_a_page_view_to_the_collector() -> None:
    command = words(snippet(KEY, ORIGIN, "curl"))
    assert command[:2] == ["curl", f"{ORIGIN}/api/v1/collect"]
    assert command[3] == f"X-API-Key: {KEY}"
    assert json.loads(command[-1])["events"][0]["event_type"] == "page_view"


def test_the_django_snippet_is_a_template_that_identifies_who_is_signed_in(built: Path) -> None:
    template = Template(snippet(KEY, ORIGIN, "django"))
    user = {"is_authenticated": True, "pk": 7}
    assert 'MetricPal.identify("user-7")' in template.render(Context({"user": user}))
    assert "identify" not in template.render(Context({"user": {"is_authenticated": False}}))


@pytest.mark.skipif(NODE is None, reason="needs Node")
def test_the_react_snippet_is_a_module_that_parses(tmp_path: Path) -> None:
    file = tmp_path / "useMetricPal.mjs"
    file.write_text(snippet(KEY, ORIGIN, "react"))
    done = subprocess.run([str(NODE), "--check", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_unknown_platform_is_an_error() -> None:
    with pytest.raises(KeyError):
        snippet(KEY, ORIGIN, "cobol")
