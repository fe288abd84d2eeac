"""Signing out elsewhere: every other session and every token ends, this one goes on."""

from django.test import Client

from accounts.tests.signing_in import log_in, token_of


def test_signing_out_elsewhere_ends_other_sessions_and_tokens_and_keeps_this_one(acme, owner):
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        log_in(client, owner.email)
    token = token_of(owner.email)
    here.post("/account/sessions/end/")
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert Client().get("/api/auth/user", headers=token).status_code == 401
    assert acme.organization.audit_entries.order_by("number").last().action == "login.end_all"
    assert log_in(elsewhere, owner.email).headers["Location"] == "/"


def test_a_session_from_before_the_first_sign_out_elsewhere_is_djangos_own(owner):
    """The hash of an untouched account is the one that Django makes: an upgrade signs nobody out."""
    from django.contrib.auth.base_user import AbstractBaseUser

    assert owner.get_session_auth_hash() == AbstractBaseUser._get_session_auth_hash(owner)
