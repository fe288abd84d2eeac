"""Invitations and roles: who may let in whom, and what a link in a mail is worth."""

import re
import socket
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.test import Client

from accounts.models import User
from config.lib import clock
from config.lib.problems import Problem
from config.lib.redis_clients import cache_client
from config.testing.world import NOW
from workspaces import members
from workspaces.models import AuditEntry, Invitation, Role
from workspaces.views import members as view


@pytest.fixture
def boss(acme, owner):
    return acme.organization.memberships.get(user=owner)


def membership(acme, user):
    return acme.organization.memberships.get(user=user)


def invite_by_page(client, email="new@example.com", role="analyst") -> str:
    """Sends an invitation from the members page; the link of the mail."""
    answer = client.post("/o/acme/members/", {"email": email, "role": role})
    assert answer.status_code == 302, answer.content
    found = re.search(r"http://testserver(/invitations/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def test_an_invited_newcomer_signs_up_and_is_in_without_another_mail(as_owner, acme, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    link = invite_by_page(as_owner)
    assert mail.outbox[0].to == ["new@example.com"] and "as Analyst" in mail.outbox[0].body
    newcomer = Client()
    assert b"Create an account" in newcomer.get(link).content
    sign_up = newcomer.post(link).headers["Location"]
    form = {"email": "new@example.com", "password1": "correct horse battery staple", "next": link}
    assert newcomer.post(sign_up, form).headers["Location"] == link
    assert newcomer.post(link).headers["Location"] == "/"
    assert membership(acme, User.objects.get(email="new@example.com")).role == "analyst"
    assert newcomer.get("/").headers["Location"] == "/w/acme/"
    assert len(mail.outbox) == 1


def test_the_sign_up_page_of_an_invitation_has_its_address_and_only_for_who_holds_the_link(as_owner):
    link = invite_by_page(as_owner)
    newcomer, undecided = Client(), Client()
    sign_up = newcomer.post(link).headers["Location"]
    assert 'value="new@example.com"' in newcomer.get(sign_up).content.decode()
    undecided.get(link)  # "I have an account", and from there to the page for those who have none
    assert 'value="new@example.com"' in undecided.get(f"/accounts/signup/?next={link}").content.decode()
    assert "new@example.com" not in Client().get("/accounts/signup/").content.decode()


def test_opening_the_link_changes_nothing(as_owner, as_stranger):
    link = invite_by_page(as_owner, "stranger@example.com")
    as_stranger.get(link)
    assert Invitation.objects.get().accepted_at is None


def test_the_link_lets_nobody_else_in(as_owner, as_stranger, acme, stranger):
    link = invite_by_page(as_owner, "new@example.com")
    assert b"You are signed in as stranger@example.com" in as_stranger.get(link).content
    as_stranger.post(link)
    assert not acme.organization.memberships.filter(user=stranger).exists()


def test_who_signs_up_with_another_address_than_the_invited_one_has_to_confirm_it(as_owner, acme):
    link = invite_by_page(as_owner)
    newcomer = Client()
    sign_up = newcomer.post(link).headers["Location"]
    newcomer.post(sign_up, {"email": "else@example.com", "password1": "correct horse battery staple", "next": link})
    signed_up = User.objects.get(email="else@example.com")
    assert [(each.email, each.verified) for each in signed_up.emailaddress_set.all()] == [("else@example.com", False)]
    assert b"You are signed in as else@example.com" in newcomer.get(link).content


@pytest.mark.parametrize("then", ["viewer", "removed"])
def test_an_invitation_promises_no_more_than_its_sender_has_by_now(boss, acme, admin, stranger, as_stranger, then):
    second = membership(acme, admin)
    members.change_role(boss, second, Role.OWNER, NOW)
    _, token = members.invite(second, email=stranger.email, role="owner", now=clock.now())
    invitation = members.open_invitation(token, clock.now())
    members.change_role(boss, second, then, NOW) if then == "viewer" else members.remove(boss, second, NOW)
    assert as_stranger.post(f"/invitations/{token}/").status_code == 404
    assert members.open_invitations(stranger, clock.now()) == []
    with pytest.raises(Problem, match="Ask for a new invitation"):
        members.accept(invitation, stranger, clock.now())


def test_an_invitation_ends_with_the_account_of_its_sender(acme, admin, stranger, as_stranger):
    """A person who was shut out must not come back by a link sent to an address of theirs."""
    _, token = members.invite(membership(acme, admin), email=stranger.email, role="admin", now=clock.now())
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert as_stranger.post(f"/invitations/{token}/").status_code == 404
    User.objects.filter(pk=admin.pk).update(is_active=True)
    assert as_stranger.post(f"/invitations/{token}/").status_code == 302


def test_an_admin_neither_withdraws_nor_replaces_the_invitation_of_an_owner(boss, as_admin):
    members.invite(boss, email="new@example.com", role="owner", now=clock.now())
    assert b"Withdraw" not in as_admin.get("/o/acme/members/").content
    as_admin.post(f"/o/acme/invitations/{Invitation.objects.get().uid}/withdraw/")
    as_admin.post("/o/acme/members/", {"email": "new@example.com", "role": "viewer"})
    assert Invitation.objects.get().role == "owner"


def test_after_fifty_invitations_one_has_to_wait(boss):
    members.invite(boss, email="a@example.com", role="viewer", now=NOW)
    cache_client().hset(f"limit:invite:{boss.user_id}", "tokens", 0)
    with pytest.raises(Problem, match="50 invitations in an hour"):
        members.invite(boss, email="b@example.com", role="viewer", now=NOW)


def test_the_role_is_the_invited_one_whatever_the_request_says(as_owner, as_stranger, acme, stranger, globex):
    link = invite_by_page(as_owner, stranger.email, "viewer")
    as_stranger.post(f"{link}?role=owner", {"role": "owner", "organization": globex.organization.pk})
    assert membership(acme, stranger).role == "viewer"


def test_the_link_works_once_even_after_the_member_was_removed(as_owner, as_stranger, acme, stranger, boss):
    link = invite_by_page(as_owner, stranger.email)
    as_stranger.post(link)
    members.remove(boss, membership(acme, stranger), clock.now())
    assert as_stranger.get(link).status_code == 404
    assert as_stranger.post(link).status_code == 404
    assert not acme.organization.memberships.filter(user=stranger).exists()


def test_an_invitation_ends_after_seven_days(boss, stranger):
    _, token = members.invite(boss, email=stranger.email, role="viewer", now=NOW)
    week = timedelta(days=7)
    assert members.open_invitation(token, NOW + week - timedelta(seconds=1))
    assert members.open_invitation(token, NOW + week) is None


def test_inviting_again_ends_the_first_link(boss):
    first, second = (members.invite(boss, email="A@example.com", role="viewer", now=NOW)[1] for _ in range(2))
    assert members.open_invitation(first, NOW) is None
    assert members.open_invitation(second, NOW).email == "a@example.com"


def test_a_withdrawn_invitation_is_gone(as_owner, as_stranger, stranger):
    link = invite_by_page(as_owner, stranger.email)
    as_owner.post(f"/o/acme/invitations/{Invitation.objects.get().uid}/withdraw/")
    assert as_stranger.post(link).status_code == 404


def test_the_token_is_not_kept(boss):
    _, token = members.invite(boss, email="a@example.com", role="viewer", now=NOW)
    assert token not in str(Invitation.objects.values().get())


@pytest.mark.parametrize("role, status", [("viewer", 403), ("analyst", 403), ("admin", 302)])
def test_below_admin_nobody_invites(acme, role, status, request):
    client = request.getfixturevalue(f"as_{role}")
    assert client.post("/o/acme/members/", {"email": "x@example.com", "role": "viewer"}).status_code in (status, 200)
    assert Invitation.objects.exists() is (role == "admin")


def test_an_admin_neither_makes_nor_unmakes_an_owner(as_admin, acme, owner, admin, viewer):
    as_admin.post("/o/acme/members/", {"email": "x@example.com", "role": "owner"})
    as_admin.post(f"/o/acme/members/{admin.uid}/role/", {"role": "owner"})
    as_admin.post(f"/o/acme/members/{owner.uid}/role/", {"role": "viewer"})
    as_admin.post(f"/o/acme/members/{owner.uid}/remove/")
    assert not Invitation.objects.exists()
    assert dict(acme.organization.memberships.values_list("user__email", "role")) == {
        "owner@example.com": "owner",
        "admin@example.com": "admin",
        "viewer@example.com": "viewer",
    }


def test_a_viewer_cannot_raise_the_own_role(as_viewer, acme, viewer):
    assert as_viewer.post(f"/o/acme/members/{viewer.uid}/role/", {"role": "owner"}).status_code == 403
    assert membership(acme, viewer).role == "viewer"


def test_a_viewer_cannot_remove_anybody_but_may_leave(as_viewer, acme, viewer, admin):
    as_viewer.post(f"/o/acme/members/{admin.uid}/remove/")
    assert acme.organization.memberships.filter(user=admin).exists()
    assert as_viewer.post(f"/o/acme/members/{viewer.uid}/remove/").headers["Location"] == "/"
    assert not acme.organization.memberships.filter(user=viewer).exists()


def test_a_stranger_does_not_learn_who_is_a_member(as_stranger, acme, owner):
    for path in (f"/o/acme/members/{owner.uid}/remove/", f"/o/acme/members/{owner.uid}/role/", "/o/acme/members/"):
        assert as_stranger.post(path, {"role": "viewer"}).status_code == 404


def test_members_of_another_organization_cannot_be_reached_through_the_own_one(as_stranger, globex, acme, owner):
    assert as_stranger.post(f"/o/globex/members/{owner.uid}/remove/").status_code == 404
    assert acme.organization.memberships.count() == 1


def test_the_last_owner_stays(as_owner, acme, owner, boss):
    as_owner.post(f"/o/acme/members/{owner.uid}/remove/")
    page = as_owner.post(f"/o/acme/members/{owner.uid}/role/", {"role": "viewer"}, follow=True)
    assert membership(acme, owner).role == "owner"
    assert b"at least one owner" in page.content


def test_one_of_two_owners_may_go(as_owner, acme, owner, admin, boss):
    members.change_role(boss, membership(acme, admin), Role.OWNER, NOW)
    as_owner.post(f"/o/acme/members/{owner.uid}/remove/")
    assert list(acme.organization.memberships.values_list("user__email", "role")) == [(admin.email, "owner")]


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_the_same_moment_do_not_both_get_away(acme, owner, admin):
    members.change_role(membership(acme, owner), membership(acme, admin), Role.OWNER, NOW)
    start, refused = threading.Barrier(2), []

    def leave(user):
        mine = membership(acme, user)
        start.wait()
        try:
            members.remove(mine, mine, NOW)
        except Problem as problem:
            refused.append(problem.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[user]) for user in (owner, admin)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert refused == ["last_owner"]
    assert acme.organization.memberships.filter(role="owner").count() == 1


@pytest.fixture
def at_the_last_moment(monkeypatch):
    """What it is given happens in another request, after this one has looked up who is meant."""

    def happens(other):
        def look_up(request, uid):
            found = plain(request, uid)
            other()
            return found

        plain = view._member
        monkeypatch.setattr(view, "_member", look_up)

    return happens


@pytest.mark.parametrize("path, form", [("role", {"role": "viewer"}), ("remove", {})])
def test_who_becomes_an_owner_meanwhile_is_out_of_an_admins_reach(
    as_admin, acme, boss, viewer, at_the_last_moment, path, form
):
    at_the_last_moment(lambda: members.change_role(boss, membership(acme, viewer), Role.OWNER, NOW))

    page = as_admin.post(f"/o/acme/members/{viewer.uid}/{path}/", form, follow=True)

    assert "As admin you cannot do this for the role owner." in page.content.decode()
    assert membership(acme, viewer).role == "owner"


@pytest.mark.parametrize("path, form", [("role", {"role": "analyst"}), ("remove", {})])
def test_who_is_an_admin_no_more_meanwhile_changes_nobody(
    as_admin, acme, admin, boss, viewer, at_the_last_moment, path, form
):
    at_the_last_moment(lambda: members.change_role(boss, membership(acme, admin), Role.VIEWER, NOW))

    as_admin.post(f"/o/acme/members/{viewer.uid}/{path}/", form)

    assert membership(acme, viewer).role == "viewer"


@pytest.mark.parametrize("path, form", [("role", {"role": "analyst"}), ("remove", {})])
def test_who_is_removed_meanwhile_is_answered_as_one_who_never_was_there(
    as_admin, acme, boss, viewer, at_the_last_moment, path, form
):
    at_the_last_moment(lambda: members.remove(boss, membership(acme, viewer), NOW))

    assert as_admin.post(f"/o/acme/members/{viewer.uid}/{path}/", form).status_code == 404
    assert as_admin.post(f"/o/acme/members/{viewer.uid}/{path}/", form).status_code == 404
    assert AuditEntry.objects.filter(action__in=["member.role", "member.remove"]).count() == 1


@pytest.fixture
def behind():
    """Does the first, and before it is committed the second on a connection of its own, which has to wait."""

    def do(first, second):
        refused = []

        def in_its_turn():
            try:
                second()
            except Problem as problem:
                refused.append(problem.code)
            finally:
                connection.close()

        waiting = threading.Thread(target=in_its_turn)
        with transaction.atomic():
            first()
            waiting.start()
            waiting.join(timeout=0.3)
            assert waiting.is_alive()
        waiting.join()
        return refused

    return do


@pytest.mark.django_db(transaction=True)
def test_a_change_waits_for_one_that_has_begun_and_goes_by_its_outcome(acme, boss, admin, viewer, behind):
    by, member = membership(acme, admin), membership(acme, viewer)

    refused = behind(
        lambda: members.change_role(boss, membership(acme, viewer), Role.OWNER, NOW),
        lambda: members.change_role(by, member, Role.VIEWER, NOW),
    )

    assert refused == ["role_too_small"]
    assert membership(acme, viewer).role == "owner"


@pytest.mark.django_db(transaction=True)
def test_an_account_ends_also_while_its_person_is_removed(acme, boss, viewer, behind):
    behind(
        lambda: members.remove(boss, membership(acme, viewer), NOW),
        lambda: members.delete_account(viewer, NOW),
    )

    assert not User.objects.filter(email="viewer@example.com").exists()


def test_a_member_is_not_invited_again(boss, admin):
    with pytest.raises(Problem, match="is a member already"):
        members.invite(boss, email=admin.email.upper(), role="viewer", now=NOW)


def test_a_line_break_in_a_name_does_not_reach_the_head_of_the_mail(boss, acme):
    acme.organization.name = "Acme\r\nBcc: all@example.com"
    boss.organization = acme.organization
    invitation, _ = members.invite(boss, email="a@example.com", role="viewer", now=NOW)
    members.send_invitation(invitation, "http://x/")
    assert mail.outbox[0].subject == "Join Acme  Bcc: all@example.com on MetricPal"
    assert mail.outbox[0].recipients() == ["a@example.com"]


def test_a_tag_in_a_name_is_text_in_the_mail(boss, acme):
    boss.organization.name = "<script>alert(1)</script>"
    invitation, _ = members.invite(boss, email="a@example.com", role="viewer", now=NOW)
    members.send_invitation(invitation, "http://x/")
    assert "<script>" not in mail.outbox[0].alternatives[0].content


def test_without_a_mail_server_nobody_is_invited_and_the_page_says_so(as_owner, settings, acme):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    page = as_owner.post("/o/acme/members/", {"email": "x@example.com", "role": "viewer"})
    assert b"The mail could not be sent" in page.content
    assert not Invitation.objects.exists()


def test_a_mail_server_that_says_nothing_is_not_waited_for(as_owner, settings, acme):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        assert settings.EMAIL_TIMEOUT == 10
        settings.EMAIL_TIMEOUT = 0.2
        page = as_owner.post("/o/acme/members/", {"email": "x@example.com", "role": "viewer"})
    assert b"The mail could not be sent" in page.content
    assert not Invitation.objects.exists()


def test_the_organization_is_not_locked_while_the_mail_goes(as_owner, acme, monkeypatch):
    around = len(connection.savepoint_ids)
    inside: list[int] = []
    monkeypatch.setattr(EmailMultiAlternatives, "send", lambda mail: inside.append(len(connection.savepoint_ids)))

    as_owner.post("/o/acme/members/", {"email": "x@example.com", "role": "viewer"})

    assert inside == [around]
    assert Invitation.objects.get().email == "x@example.com"
