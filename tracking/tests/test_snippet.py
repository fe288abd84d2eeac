import html
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.template import Context, Template

from tracking.snippet import PLATFORMS, snippet

KEY = "mp_live_1234567890abcdef"
ORIGIN = "https://metrics.example.com"
NODE = shutil.which("node")
PHP = shutil.which("php")
# As much of WordPress as the plugin asks for: a visitor opens a page, and we see what would be printed.
WORDPRESS = """
define('ABSPATH', '/'); $printed = array();
function current_user_can($what) { return false; }
function wp_print_inline_script_tag($code) { global $printed; $printed[] = $code; }
function wp_print_script_tag($attributes) { global $printed; $printed[] = $attributes; }
function add_action($name, $fn, $priority) { global $printed; $fn(); echo json_encode($printed); }
"""


def php_text(written: str) -> str:
    """What a text in single quotes says: only the quote and the backslash are escaped there."""
    assert re.fullmatch(r"'(?:[^'\\]|\\.)*'", written, re.DOTALL)
    return re.sub(r"\\([\\'])", r"\1", written[1:-1])


@pytest.fixture(autouse=True)
def known_build(built: Callable[..., Path]) -> None:
    built("2.2.0", trackingscript="")


def words(command: str) -> list[str]:
    """As a shell would read them."""
    return shlex.split(command.replace("\\\n", ""))


def test_the_html_snippet_is_the_stub_and_the_tag() -> None:
    assert snippet(KEY, ORIGIN + "/", "html") == (
        "<script>window.stub=1</script>\n"
        f'<script async src="{ORIGIN}/trackingscript.js" data-apikey="{KEY}"></script>\n'
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_key_with_quotes_and_angle_brackets_breaks_out_of_no_snippet(platform: str) -> None:
    odd = "a'b\"c<d>&$(e)`f`"
    text = snippet(odd, ORIGIN, platform)
    found = {
        "html": lambda: html.unescape(re.search(r'data-apikey="([^"]*)"', text)[1]),  # type: ignore[index]
        "django": lambda: html.unescape(re.search(r'data-apikey="([^"]*)"', text)[1]),  # type: ignore[index]
        "react": lambda: json.loads(re.search(r"dataset.apikey = (.*);", text)[1]),  # type: ignore[index]
        "wordpress": lambda: php_text(re.search(r"'data-apikey' => ('.*')\)\);", text)[1]),  # type: ignore[index]
        "gtm": lambda: json.loads(re.search(r"'data-apikey', (.*)\);", text)[1]),  # type: ignore[index]
        "curl": lambda: words(text)[3].removeprefix("X-API-Key: "),
    }[platform]()
    assert found == odd


def test_the_curl_snippet_sends_a_page_view_to_the_collector() -> None:
    command = words(snippet(KEY, ORIGIN, "curl"))
    assert command[:2] == ["curl", f"{ORIGIN}/api/v1/collect"]
    assert command[3] == f"X-API-Key: {KEY}"
    assert json.loads(command[-1])["events"][0]["event_type"] == "page_view"


def test_the_django_snippet_is_a_template_that_identifies_who_is_signed_in() -> None:
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


def test_the_wordpress_plugin_prints_the_stub_and_the_tag_for_visitors_alone(
    built: Callable[..., Path], tmp_path: Path
) -> None:
    built("2.2.0", trackingscript="", stub=r"say('it\'s \\ here')")
    text = snippet(KEY, ORIGIN, "wordpress")
    assert php_text(re.search(r"inline_script_tag\((.*)\);", text)[1]) == r"say('it\'s \\ here')"  # type: ignore[index]
    assert text.startswith("<?php\n/**\n * Plugin Name: MetricPal\n")
    if PHP:
        file = tmp_path / "metricpal.php"
        file.write_text(text)
        shown = subprocess.run([PHP, "-r", WORDPRESS + "require $argv[1];", "--", str(file)], capture_output=True)
        assert json.loads(shown.stdout) == [
            r"say('it\'s \\ here')",
            {"async": True, "src": f"{ORIGIN}/trackingscript.js", "data-apikey": KEY},
        ]


def test_the_tag_manager_snippet_is_a_script_of_es5_that_makes_the_tag_itself() -> None:
    text = snippet(KEY, ORIGIN, "gtm")
    script = re.fullmatch(r"<script>\n(.*)</script>\n", text, re.DOTALL)
    assert script
    assert not re.search(r"=>|\b(let|const)\b|`", script[1])


def test_an_unknown_platform_is_an_error() -> None:
    with pytest.raises(KeyError):
        snippet(KEY, ORIGIN, "cobol")
