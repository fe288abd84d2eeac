"""The audit log: written in one chain, changed by nobody, read by admins, and gone only with its organization."""

import csv
import io
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import User
from config.lib.clock import now
from config.testing.world import PASSWORD
from workspaces import api_keys, audit, organizations
from workspaces.audit import chain
from workspaces.models import AuditEntry, Workspace


def write(acme: Workspace, *actions: str, actor: str = "owner@example.com") -> list[AuditEntry]:
    return [audit.record(acme.organization, actor, action, now=now(), workspace=acme) for action in actions]


def verdict(acme: Workspace) -> chain.Verdict:
    return chain.verify(acme.organization)


def tamper(statement: str, *values: object) -> None:
    """As somebody does who may switch off the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workspaces_auditentry DISABLE TRIGGER audit_is_only_added_to")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE workspaces_auditentry ENABLE TRIGGER audit_is_only_added_to")


def shown(client: Client, **params: str) -> list[str]:
    found = client.get("/o/acme/audit/", params).context["rows"]
    return [entry.action for entry, _ in found]


def test_each_entry_seals_the_one_before_it(acme, clock):
    first, second = write(acme, "a", "b")

    assert (first.number, first.previous) == (1, "0" * 64)
    assert (second.number, second.previous) == (2, first.seal)
    assert (verdict(acme).entries, verdict(acme).is_whole, verdict(acme).last_seal) == (2, True, second.seal)


def test_every_organization_has_a_chain_of_its_own(acme, globex, clock):
    write(acme, "a", "b")

    assert write(globex, "a")[0].number == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workspaces_auditentry SET actor = 'nobody'",
        "DELETE FROM workspaces_auditentry",
        "DELETE FROM workspaces_auditentry WHERE number = 1",
    ],
)
def test_the_database_lets_nobody_change_or_delete_an_entry(acme, clock, statement):
    write(acme, "a", "b")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert (AuditEntry.objects.count(), verdict(acme).is_whole) == (2, True)


def test_nor_empty_the_table(acme, clock):
    write(acme, "a")

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("ALTER TABLE workspaces_auditentry ENABLE TRIGGER audit_is_not_emptied")
        cursor.execute("TRUNCATE workspaces_auditentry")


def test_the_application_cannot_do_it_either(acme, clock):
    entry = write(acme, "a")[0]

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.delete()
    entry.target = "something else"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.save()


def test_the_log_goes_with_its_organization_and_only_with_it(acme, globex, clock):
    write(acme, "a", "b")
    write(globex, "c")

    organizations.delete_organization(acme.organization)

    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["c"]


def test_an_entry_outlives_its_workspace(acme, owner, clock):
    write(acme, "a")
    organizations.delete_workspace(acme, actor=owner, now=now())

    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["workspace.delete", "a"]
    assert verdict(acme).is_whole


@pytest.mark.parametrize(
    ("statement", "fault", "good"),
    [
        ("UPDATE workspaces_auditentry SET actor = 'nobody' WHERE number = 2", "Entry 2 was changed", 1),
        ("DELETE FROM workspaces_auditentry WHERE number = 2", "Entry 2 is missing", 1),
        ("UPDATE workspaces_auditentry SET previous = repeat('0', 64) WHERE number = 2", "does not follow", 1),
    ],
)
def test_what_is_changed_in_spite_of_all_that_is_found(acme, clock, statement, fault, good):
    write(acme, "a", "b", "c")
    with transaction.atomic():
        tamper(statement)

    assert fault in verdict(acme).fault
    assert verdict(acme).entries == good
    with pytest.raises(CommandError, match="1 of 1 logs"):
        call_command("verify_audit", "acme", stdout=io.StringIO())


def test_the_command_prints_the_last_seal(acme, clock):
    entry = write(acme, "a")[0]
    out = io.StringIO()

    call_command("verify_audit", stdout=out)

    assert out.getvalue() == f"acme: 1 entries, whole, last seal {entry.seal}\n"


@pytest.mark.django_db(transaction=True)
def test_entries_written_at_the_same_time_stay_one_chain(acme):
    def work() -> None:
        for _ in range(5):
            write(acme, "at.once")
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (verdict(acme).entries, verdict(acme).is_whole) == (20, True)


def test_signing_in_and_out_and_what_failed_is_written_down(acme, owner, anonymous):
    anonymous.post("/accounts/login/", {"login": owner.email, "password": "wrong password"})
    anonymous.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    anonymous.post("/accounts/logout/")

    found = AuditEntry.objects.order_by("number").values_list("actor", "action", "target")
    assert list(found) == [
        (owner.email, "login.failed", "from 127.0.0.1"),
        (owner.email, "login", "from 127.0.0.1"),
        (owner.email, "login.end", "from 127.0.0.1"),
    ]


def test_a_login_through_the_api_is_one_too(acme, owner, anonymous):
    anonymous.post("/auth/jwt/login", {"username": owner.email, "password": PASSWORD}, "application/json")

    assert AuditEntry.objects.get().action == "login"


def test_a_login_of_somebody_else_is_nobodys_here(acme, globex, stranger: User, anonymous):
    anonymous.post("/accounts/login/", {"login": stranger.email, "password": PASSWORD})

    assert list(AuditEntry.objects.values_list("organization__slug", flat=True)) == ["globex"]


def test_the_page_filters_by_who_what_and_when(as_admin, acme, clock):
    write(acme, "key.issue", "member.join")
    write(acme, "key.revoke", actor="key Server (mp_secret_…)")
    clock.shift(timedelta(days=2))
    write(acme, "rules.change")

    assert shown(as_admin) == ["rules.change", "key.revoke", "member.join", "key.issue"]
    assert shown(as_admin, action="key.issue") == ["key.issue"]
    assert shown(as_admin, action="key") == ["key.revoke", "key.issue"]
    assert shown(as_admin, actor="Server") == ["key.revoke"]
    assert shown(as_admin, **{"from": "2026-03-12"}) == ["rules.change"]
    assert shown(as_admin, to="2026-03-10") == ["key.revoke", "member.join", "key.issue"]
    assert shown(as_admin, workspace="acme", actor="nobody") == []


def test_long_logs_come_page_by_page(as_admin, acme, clock):
    write(acme, *(f"a.{number}" for number in range(60)))

    first = as_admin.get("/o/acme/audit/")
    second = as_admin.get(first.context["older"])

    assert [len(page.context["rows"]) for page in (first, second)] == [50, 10]
    assert second.context["rows"][-1][0].number == 1


def test_the_page_says_whether_the_chain_is_whole(as_admin, acme, clock):
    entry = write(acme, "a")[0]

    page = as_admin.get("/o/acme/audit/", {"check": "1"}).content.decode()

    assert "All 1 entries are as they were written" in page
    assert entry.seal in page


def test_analysts_do_not_read_it_and_strangers_do_not_find_it(as_analyst, as_stranger, acme):
    for address in ("/o/acme/audit/", "/o/acme/audit.csv", f"/api/v1/organizations/{acme.organization.uid}/audit"):
        assert (as_analyst.get(address).status_code, as_stranger.get(address).status_code) == (403, 404)


def test_the_csv_can_be_checked_without_us(as_admin, acme, clock):
    write(acme, "a", "b")

    answer = as_admin.get("/o/acme/audit.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))

    assert [row["action"] for row in rows] == ["audit.export", "b", "a"]
    assert [row["previous"] for row in rows] == [rows[1]["seal"], rows[2]["seal"], "0" * 64]


def test_the_api_lists_it_and_checks_the_chain(as_admin, acme, clock):
    write(acme, "key.issue", "rules.change")
    address = f"/api/v1/organizations/{acme.organization.uid}/audit"

    found = as_admin.get(address, {"action": "key"}).json()
    checked = as_admin.get(f"{address}/chain").json()

    assert [(entry["number"], entry["action"], entry["workspace"]) for entry in found["entries"]] == [
        (1, "key.issue", "Acme")
    ]
    assert (checked["whole"], checked["entries"]) == (True, 2)


def test_a_date_that_is_none_is_told(as_admin, acme):
    address = f"/api/v1/organizations/{acme.organization.uid}/audit"

    assert as_admin.get(address, {"from": "yesterday"}).json()["code"] == "invalid_date"
    assert as_admin.get("/o/acme/audit/", {"from": "yesterday"}).status_code == 200


def test_keys_are_in_it_and_their_text_is_not(as_admin, acme, owner, clock):
    _, raw = api_keys.issue(acme, name="Server", actor=owner, now=now(), kind="secret", permissions=["read"])

    page = as_admin.get("/o/acme/audit/").content.decode()

    assert "key.issue" in page
    assert raw not in page


@pytest.mark.parametrize(
    "statement", ["UPDATE workspaces_auditentry SET actor = 'nobody'", "DELETE FROM workspaces_auditentry"]
)
def test_nor_can_a_role_that_is_no_superuser_and_was_given_every_right(acme, clock, statement):
    write(acme, "a")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE some_application NOSUPERUSER")
        cursor.execute("GRANT ALL ON workspaces_auditentry, workspaces_organization TO some_application")
        cursor.execute("SET LOCAL ROLE some_application")
        cursor.execute(statement)

    assert (AuditEntry.objects.count(), verdict(acme).is_whole) == (1, True)
