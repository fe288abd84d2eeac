"""The documentation is an interface: its pages open, its links lead somewhere, its examples run."""

import ast
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

from config.docs import contents
from config.docs.markdown import load, render
from config.testing.world import PASSWORD
from config.urls import api

ROUTES = [str(each.pattern) for each in api]
PAGES = [slug for slug in contents.CONTENTS if slug != "changelog"]


def blocks(slug: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", contents.source(slug).read_text(), re.M | re.S)


CURL = [(slug, number, block) for slug in PAGES for number, block in enumerate(blocks(slug, "sh")) if "curl" in block]


@pytest.mark.django_db
@pytest.mark.parametrize("slug", contents.CONTENTS)
def test_every_page_opens_with_its_heading(client, slug):
    answer = client.get(f"/docs/{slug}/")

    assert answer.status_code == 200
    assert load(slug).title in answer.content.decode()


def test_every_file_is_in_the_contents():
    files = {path.stem for path in contents.DIRECTORY.glob("*.md")}

    assert files == set(contents.CONTENTS) - set(contents.ELSEWHERE)


@pytest.mark.django_db
def test_an_unknown_page_is_not_found(client):
    assert client.get("/docs/nothing-of-the-kind/").status_code == 404


def is_there(slug: str, anchor: str) -> bool:
    return slug in contents.CONTENTS and (not anchor or anchor in [part.anchor for part in load(slug).parts])


@pytest.mark.parametrize("slug", contents.CONTENTS)
def test_links_between_pages_lead_somewhere(slug):
    links = re.findall(r'href="(?:/docs/([a-z]+)/)?(?:#([^"]*))?"', load(slug).html)

    assert [link for link in links if not is_there(link[0] or slug, link[1])] == []


def test_links_of_the_product_into_the_documentation_lead_somewhere():
    templates = "".join(path.read_text() for path in (contents.DIRECTORY.parent).rglob("*.html"))
    links = re.findall(r"""(?:{% url 'docs_page' '([a-z]+)' %}|"/docs/([a-z]+)/)(?:#([a-z-]+)")?""", templates)

    assert len(links) > 20
    assert [link for link in links if not is_there(link[0] or link[1], link[2])] == []


def test_every_route_of_the_api_is_found_from_the_documentation():
    """`GET /api/v1/…` in a page, with whatever name for what stands in braces."""
    text = " ".join(contents.source(slug).read_text() for slug in PAGES)
    routes = {route: re.sub(r"<[^>]*>", r"[^/\\s`]+", re.escape(route).replace("\\-", "-")) for route in ROUTES}

    missing = [route for route, pattern in routes.items() if not re.search(rf"/api/(v1/)?{pattern}(?![\w/-])", text)]
    assert missing == []


def test_the_settings_are_told_with_their_reasons():
    shown = load("settings").html

    assert all(f"<code>{name}</code>" in shown for name in ("SECRET_KEY", "SPOOL_MB", "LOG_LEVEL"))


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("retention", "/docs/retention/"),
        ("dead letter", "/docs/forwarding/#"),
        ("SPOOL_MB", "/docs/"),
        ("429", "/docs/"),
    ],
)
def test_the_search_finds_the_part_that_has_all_words(client, question, first):
    page = client.get("/docs/search/", {"q": question}).content.decode()

    hits = re.findall(r'<li><a href="(/docs/[^"]*)"', page)
    assert hits[0].startswith(first)
    assert "<mark>" in page


@pytest.mark.parametrize("question", ["", "zzz-nothing", "<script>alert(1)</script>", "a" * 5000])
def test_a_search_without_a_find_says_what_to_do(client, question):
    page = client.get("/docs/search/", {"q": question}).content.decode()

    assert "Try fewer" in page or "Type a word" in page
    assert "alert(1)</script>" not in page


def test_markup_in_a_page_cannot_run():
    assert "<script" not in render("<script>alert(1)</script> [x](javascript:alert(1))")[0]


@pytest.mark.parametrize("slug", PAGES)
def test_json_examples_are_json(slug):
    for block in blocks(slug, "json"):
        json.loads(block)


@pytest.mark.parametrize(("slug", "number", "block"), CURL)
def test_curl_examples_run_as_printed(
    live_site, event_store, acme_key, acme_secret, owner, tmp_path: Path, slug, number, block
):
    (tmp_path / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")
    block = block.replace("user@example.com", owner.email).replace("secure_password", PASSWORD)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "METRICPAL": live_site,
        "KEY": acme_key,
        "SECRET_KEY": acme_secret,
    }

    done = subprocess.run(["bash", "-ec", block], env=environment, capture_output=True, text=True, timeout=30)

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)


@pytest.mark.parametrize("slug", [slug for slug in PAGES if blocks(slug, "python")])
def test_python_examples_are_python(slug):
    for block in blocks(slug, "python"):
        compile(block, slug, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


SOURCES = settings.BASE_DIR / "tracking" / "tracker" / "src"


def test_the_options_of_the_script_stand_in_its_page_with_their_defaults():
    """`batchSize: 50` in the script's defaults is `data-batch-size` with `50` in the table."""
    defaults = re.search(r"DEFAULTS = {(.*?)\n};", (SOURCES / "config.js").read_text(), re.S)
    assert defaults
    code = dict(re.findall(r'^  (\w+): "?([^",]*)"?,', defaults[1], re.M))
    del code["fingerprint"]  # a word of data-cookieless
    rows = re.findall(r"^\| (`data-[^|]*) \| ([^|]*) \|", contents.source("script").read_text(), re.M)
    page = {camel(name): usual for names, usual in rows for name in re.findall(r"`data-([a-z-]+)`", names)}

    assert page.keys() == code.keys()
    assert {name: value for name, value in code.items() if value and page[name] != f"`{value}`"} == {}


def camel(name: str) -> str:
    """As `dataset` of an element has it."""
    return re.sub(r"-([a-z])", lambda match: match[1].upper(), name)


def test_the_calls_of_the_script_stand_in_its_page():
    calls = re.findall(r'^  "(\w+)",', (SOURCES / "methods.js").read_text(), re.M)

    assert len(calls) > 10
    assert [call for call in calls if f"{call}(" not in contents.source("script").read_text()] == []


def test_the_reference_says_of_every_operation_what_it_does():
    schema = SchemaGenerator(urlconf="config.schema_urls").get_schema(request=None, public=True)
    operations = {(path, verb): told for path, verbs in schema["paths"].items() for verb, told in verbs.items()}

    assert len(operations) > 100
    assert [at for at, told in operations.items() if not (told.get("description") and told["summary"])] == []
    assert [at for at, told in operations.items() if not told["tags"][0][0].isupper()] == []
    guides = re.findall(r"\(/docs/([a-z]*)/?\)", schema["info"]["description"])
    assert [slug for slug in guides if slug and slug not in contents.CONTENTS] == []


def test_no_two_shapes_of_the_reference_share_a_name(monkeypatch):
    """The generator keeps one of them and warns: callers of the other would be told of fields that do not exist."""
    warned: list[str] = []
    monkeypatch.setattr("drf_spectacular.plumbing.warn", lambda said, delayed=None: warned.append(said))

    SchemaGenerator(urlconf="config.schema_urls").get_schema(request=None, public=True)

    assert [each for each in warned if "identical names" in each or "has collisions" in each] == []
