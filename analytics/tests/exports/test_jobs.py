"""Exports in the background: asked for on the page, worked on by the task, fetched by the link."""

import csv
import hashlib
import io
import json
import re
from datetime import timedelta

import pytest

from analytics.exports import jobs, links
from analytics.exports.watched import Watched
from analytics.models import Export
from analytics.reports import all_events
from analytics.tasks import forget_exports, make_export, resume_exports
from analytics.tests.world import page_view, store_events
from analytics.views.exports.sources import ExportWork
from config.lib import clock as present
from tracking.store import StoreUnavailable
from workspaces.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path / "exports"


@pytest.fixture
def ask(event_store, acme, as_owner, clock):
    """Asks on the page, as the form does. The export."""

    def post(**given):
        fields = {"source": "events", "format": "csv", "period": "yesterday"} | given
        answer = as_owner.post(f"/w/{acme.slug}/exports/", fields)
        assert answer.status_code == 302, answer.content.decode()
        return Export.objects.get()

    return post


@pytest.fixture
def five(event_store, acme):
    """Five events: two at 9, one at 11, two at 14 o'clock."""
    paths = {"09:10": "/a", "09:20": "/b", "11:00": "/c", "14:00": "/d", "14:30": "/e"}
    store_events(acme.dataset_id(), [page_view(at, path) for at, path in paths.items()])


def finished(export):
    make_export(export.pk)
    export.refresh_from_db()
    return export


def link_on(client, acme):
    return re.search(
        r'href="http://testserver(/exports/[^"]+/)"', client.get(f"/w/{acme.slug}/exports/").content.decode()
    )[1]


def content(answer):
    return b"".join(answer.streaming_content)


def test_an_export_is_asked_for_made_and_fetched_by_its_link(ask, five, as_owner, anonymous, acme):
    export = finished(ask())

    answer = anonymous.get(link_on(as_owner, acme))
    raw = content(answer)
    rows = list(csv.DictReader(io.StringIO(raw.decode())))

    assert (export.state, export.rows, export.percent) == ("done", 5, 100)
    assert [row["path"] for row in rows] == ["/e", "/d", "/c", "/b", "/a"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="acme-events-2026-03-10.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_manifest_tells_rows_and_checksum_of_the_file(ask, five, as_owner, anonymous, acme):
    finished(ask(format="json"))
    link = link_on(as_owner, acme)

    raw, manifest = content(anonymous.get(link)), anonymous.get(f"{link}manifest.json").json()

    assert manifest["rows"] == len(json.loads(raw)) == 5
    assert manifest["bytes"] == len(raw)
    assert manifest["sha256"] == hashlib.sha256(raw).hexdigest()
    assert manifest["columns"] == all_events.HEADING


def test_filters_of_the_report_hold_for_its_export(ask, five):
    assert finished(ask(f="is,page,/c|/d")).rows == 2


def test_no_event_of_a_neighbour_or_of_the_test_data_is_in_it(ask, five, globex, acme):
    store_events(globex.dataset_id(), [page_view("10:00", "/theirs")])
    store_events(acme.dataset_id("test"), [page_view("10:00", "/tried")])

    assert finished(ask()).rows == 5


def test_the_rows_come_in_pieces_of_full_hours(ask, five, monkeypatch):
    monkeypatch.setattr(all_events, "SPAN_ROWS", 2)

    export = finished(ask())

    assert [(part["from"][11:13], part["rows"]) for part in export.plan] == [("14", 2), ("11", 1), ("09", 2)]
    assert export.rows == export.rows_total == 5


class Killed(BaseException):
    """As when the process is gone: nobody tidies up."""


def test_a_killed_export_goes_on_behind_its_last_piece(ask, five, monkeypatch, clock):
    monkeypatch.setattr(all_events, "SPAN_ROWS", 2)
    export, asked, whole = ask(), [], ExportWork.rows

    def dying(work, part):
        asked.append(part["from"][11:13])
        if asked == ["14", "11"]:
            raise Killed
        return whole(work, part)

    monkeypatch.setattr(ExportWork, "rows", dying)
    with pytest.raises(Killed):
        make_export(export.pk)
    make_export(export.pk)  # a second worker, too early: the claim still holds
    assert asked == ["14", "11"]

    clock.shift(jobs.CLAIM)
    resume_exports()  # sends the task; a worker runs it
    finished(export)

    assert asked == ["14", "11", "11", "09"]
    assert (export.state, export.rows, len(export.pieces)) == ("done", 5, 3)


def test_an_export_that_kills_every_worker_is_given_up(ask, five, monkeypatch, clock):
    export, tried = ask(), []

    def dying(work, part):
        tried.append(part)
        raise Killed

    monkeypatch.setattr(ExportWork, "rows", dying)
    for _ in range(jobs.ATTEMPTS):
        with pytest.raises(Killed):
            make_export(export.pk)
        clock.shift(jobs.CLAIM)
    finished(export)

    assert len(tried) == jobs.ATTEMPTS == 10
    assert (export.state, export.reason[:21]) == ("failed", "It broke off 10 times")
    assert not export.folder.exists()


def test_with_every_piece_the_attempts_begin_anew(ask, five, monkeypatch):
    monkeypatch.setattr(all_events, "SPAN_ROWS", 2)
    export = ask()
    Export.objects.update(attempts=jobs.ATTEMPTS - 1)
    whole = jobs.claim(export.pk, present.now())

    jobs.advance(whole, ExportWork(whole), present.now)

    export.refresh_from_db()
    assert (export.state, export.attempts) == ("done", 0)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_claim_holds_while_the_file_is_packed_and_summed(ask, five, monkeypatch, clock, kind):
    """As on a very slow disk: 50 s for each block, of a claim of 120 s, and five rows are too few to be told of."""
    others = []

    class Slow(Watched):
        def write(self, block, /):
            pass_time()
            return super().write(block)

        def readinto(self, block, /):
            pass_time()
            return super().readinto(block)

    def pass_time():
        clock.shift(timedelta(seconds=50))
        others.append(jobs.claim(export.pk, present.now()))

    monkeypatch.setattr(jobs, "Watched", Slow)
    monkeypatch.setattr(jobs, "BLOCK", 64)
    export = ask(format=kind)

    assert finished(export).state == "done"
    assert len(others) > 5
    assert set(others) == {None}


def test_half_a_file_of_a_killed_worker_is_deleted_by_the_next(ask, five, monkeypatch, clock):
    export = ask()
    with monkeypatch.context() as patch:
        patch.setattr(jobs.hashlib, "file_digest", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            make_export(export.pk)
    (half,) = export.folder.glob("*.csv")
    clock.shift(jobs.CLAIM)

    finished(export)

    assert [path.name for path in export.folder.iterdir()] == [export.file] != [half.name]


def test_writing_a_file_may_take_a_day():
    assert make_export.time_limit == 86_400


def test_who_lost_the_claim_writes_nothing_down_any_more(ask, five, clock):
    export = ask()
    slow = jobs.claim(export.pk, present.now())
    clock.shift(jobs.CLAIM)
    quick = jobs.claim(export.pk, present.now())

    with pytest.raises(jobs.Lost):
        jobs.advance(slow, ExportWork(slow), present.now)
    jobs.advance(quick, ExportWork(quick), present.now)

    export.refresh_from_db()
    assert (export.state, export.rows) == ("done", 5)


def test_who_lost_the_claim_cannot_make_the_export_fail(ask, five, clock):
    export = ask()
    slow = jobs.claim(export.pk, present.now())
    clock.shift(jobs.CLAIM)
    quick = jobs.claim(export.pk, present.now())
    quick.folder.mkdir(parents=True)

    jobs.fail(slow, "Too late.", present.now())
    assert quick.folder.exists()
    jobs.advance(quick, ExportWork(quick), present.now)

    export.refresh_from_db()
    assert (export.state, export.rows, export.reason) == ("done", 5, "")


def test_two_workers_cannot_claim_the_same_export(ask):
    export = ask()

    assert jobs.claim(export.pk, present.now()) is not None
    assert jobs.claim(export.pk, present.now()) is None


def test_a_long_one_gives_others_their_turn(ask, five, monkeypatch):
    monkeypatch.setattr(all_events, "SPAN_ROWS", 2)
    monkeypatch.setattr(jobs, "SLICE", timedelta(0))
    export = ask()

    make_export(export.pk)

    export.refresh_from_db()
    assert (export.state, export.claim, jobs.due(present.now())) == ("gathering", None, [export.pk])


def test_while_the_store_is_away_it_waits_and_tries_again(ask, five, monkeypatch, clock):
    export = ask()
    with monkeypatch.context() as patch:
        patch.setattr(ExportWork, "plan", lambda work: (_ for _ in ()).throw(StoreUnavailable("away")))
        make_export(export.pk)
    assert jobs.due(present.now()) == []

    clock.shift(timedelta(seconds=15))

    assert jobs.due(present.now()) == [export.pk]
    assert finished(export).state == "done"


def test_without_an_event_there_is_a_file_with_a_heading(ask, as_owner, anonymous, acme):
    finished(ask())

    assert len(content(anonymous.get(link_on(as_owner, acme))).splitlines()) == 1


@pytest.mark.parametrize("kind", ["xlsx", "parquet"])
def test_other_formats_come_with_their_type(ask, five, as_owner, anonymous, acme, kind):
    finished(ask(format=kind))

    answer = anonymous.get(link_on(as_owner, acme))

    assert content(answer)[:4] == {"xlsx": b"PK\3\4", "parquet": b"PAR1"}[kind]
    assert kind[:4] in answer.headers["Content-Type"] or "spreadsheetml" in answer.headers["Content-Type"]


def test_a_report_is_exported_without_a_limit_of_rows(ask, event_store, acme, settings):
    settings.EXPORT_MAX_ROWS = 2
    store_events(acme.dataset_id(), [page_view("10:00", visitor=n) for n in range(1, 6)])

    assert finished(ask(source="people")).rows == 5


# --- the link


def test_a_download_that_was_cut_off_goes_on(ask, five, as_owner, anonymous, acme):
    finished(ask())
    link = link_on(as_owner, acme)
    whole = content(anonymous.get(link))

    part = anonymous.get(link, headers={"Range": "bytes=10-19"})
    rest = anonymous.get(link, headers={"Range": "bytes=20-", "If-Range": part.headers["ETag"]})
    last = anonymous.get(link, headers={"Range": "bytes=-5"})

    assert (part.status_code, content(part)) == (206, whole[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert content(rest) == whole[20:]
    assert content(last) == whole[-5:]


@pytest.mark.parametrize("asked, status", [("bytes=99999999-", 416), ("bytes=5-2", 416), ("lines=1-2", 200)])
def test_a_range_that_cannot_be(ask, five, as_owner, anonymous, acme, asked, status):
    finished(ask())

    answer = anonymous.get(link_on(as_owner, acme), headers={"Range": asked})

    assert answer.status_code == status
    assert (b"".join(answer) != b"") is (status == 200)


def test_of_another_file_no_part_is_given(ask, five, as_owner, anonymous, acme):
    finished(ask())
    headers = {"Range": "bytes=10-", "If-Range": '"of-yesterday"'}

    answer = anonymous.get(link_on(as_owner, acme), headers=headers)

    assert (answer.status_code, content(answer)[:3]) == (200, b"id,")


def test_a_link_ends_with_its_week_and_the_file_is_gone(ask, five, as_owner, anonymous, acme, clock, folder):
    export = finished(ask())
    link = link_on(as_owner, acme)

    clock.shift(jobs.KEPT)

    assert anonymous.get(link).status_code == 404
    forget_exports()
    assert not export.folder.exists()
    assert list(folder.iterdir()) == []


def test_the_files_of_a_deleted_workspace_go_too(ask, five, acme, folder):
    export = finished(ask())
    acme.delete()

    forget_exports()

    assert not export.folder.exists()


def test_an_export_that_begins_while_old_ones_are_forgotten_keeps_its_file(ask, five, monkeypatch):
    begun, listed = [], jobs.folders

    def meanwhile():
        begun.append(finished(ask()))
        return listed()

    monkeypatch.setattr(jobs, "folders", meanwhile)
    forget_exports()

    assert (begun[0].folder / begun[0].file).exists()


def test_a_forged_link_opens_nothing(ask, five, anonymous):
    export = finished(ask())

    assert anonymous.get(f"/exports/{export.uid.hex}:{'x' * 27}/").status_code == 404
    assert anonymous.get(f"/exports/{links.token_of(export)}x/").status_code == 404


def test_deleting_an_export_ends_its_link_at_once(ask, five, as_owner, anonymous, acme):
    export = finished(ask())
    link = link_on(as_owner, acme)

    as_owner.post(f"/w/{acme.slug}/exports/{export.uid}/delete/")

    assert anonymous.get(link).status_code == 404
    assert not export.folder.exists()


def test_cancelling_one_that_runs_stops_its_worker(ask, five, as_owner, acme, monkeypatch):
    export, whole = ask(), ExportWork.rows

    def cancelled(work, part):
        as_owner.post(f"/w/{acme.slug}/exports/{export.uid}/delete/")
        return whole(work, part)

    monkeypatch.setattr(ExportWork, "rows", cancelled)
    make_export(export.pk)

    assert not Export.objects.exists()


def test_every_step_is_in_the_audit_log(ask, five, as_owner, anonymous, acme):
    export = finished(ask())
    content(anonymous.get(link_on(as_owner, acme)))
    as_owner.post(f"/w/{acme.slug}/exports/{export.uid}/delete/")

    found = AuditEntry.objects.filter(action__startswith="export.").order_by("id").values_list("action", "actor")
    assert list(found) == [
        ("export.request", "owner@example.com"),
        ("export.download", "a signed link"),
        ("export.delete", "owner@example.com"),
    ]


# --- the page


def test_the_page_shows_how_far_it_is_and_asks_again_until_it_is_there(ask, five, as_owner, acme):
    export = ask()
    Export.objects.update(state="gathering", rows=40, rows_total=100)

    shown = as_owner.get(f"/w/{acme.slug}/exports/", headers={"HX-Target": "exports-list"}).content.decode()
    assert 'value="20"' in shown
    assert 'hx-trigger="every 1s"' in shown

    Export.objects.update(state="waiting", rows=0, rows_total=None)
    finished(export)
    assert "every 1s" not in as_owner.get(f"/w/{acme.slug}/exports/").content.decode()


def test_what_makes_no_sense_is_said_beside_the_form(as_owner, acme, event_store, clock):
    fields = {"source": "events", "format": "csv", "period": "custom", "from": "2026-03-09", "to": "2026-03-01"}

    shown = as_owner.post(f"/w/{acme.slug}/exports/", fields)

    assert "to must not lie before from" in shown.content.decode()
    assert not Export.objects.exists()


def test_a_workspace_has_so_many_at_once(as_owner, acme, event_store, clock):
    for _ in range(jobs.OPEN_AT_MOST):
        as_owner.post(f"/w/{acme.slug}/exports/", {"source": "events", "format": "csv", "period": "7d"})

    refused = as_owner.post(f"/w/{acme.slug}/exports/", {"source": "events", "format": "csv", "period": "7d"})

    assert "Wait for one, or delete one" in refused.content.decode()
    assert Export.objects.count() == jobs.OPEN_AT_MOST


def test_who_may_not_export_does_not_get_there(as_analyst, acme):
    assert as_analyst.get(f"/w/{acme.slug}/exports/").status_code == 403
