"""The documentation is an interface: its pages open, its links lead somewhere, its examples run."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from config import docs
from config.testing.world import PASSWORD

PAGES = [slug for slug in docs.CONTENTS if slug != "changelog"]


def blocks(slug: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", docs.source(slug).read_text(), re.M | re.S)


CURL = [(slug, number, block) for slug in PAGES for number, block in enumerate(blocks(slug, "sh")) if "curl" in block]


@pytest.mark.django_db
@pytest.mark.parametrize("slug", docs.CONTENTS)
def test_every_page_opens_with_its_heading(client, slug):
    answer = client.get(f"/docs/{slug}/")

    assert answer.status_code == 200
    assert docs.load(slug).title in answer.content.decode()


def test_every_file_is_in_the_contents():
    files = {path.stem for path in docs.DIRECTORY.glob("*.md")}

    assert files == set(docs.CONTENTS) - set(docs.ELSEWHERE)


@pytest.mark.django_db
def test_an_unknown_page_is_not_found(client):
    assert client.get("/docs/nothing-of-the-kind/").status_code == 404


@pytest.mark.parametrize("slug", docs.CONTENTS)
def test_links_between_pages_lead_somewhere(slug):
    links = re.findall(r'href="/docs/([a-z]*)/?', docs.load(slug).html)

    assert [link for link in links if link and link not in docs.CONTENTS] == []


def test_markup_in_a_page_cannot_run():
    assert "<script" not in docs.render_markdown("<script>alert(1)</script> [x](javascript:alert(1))")


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
