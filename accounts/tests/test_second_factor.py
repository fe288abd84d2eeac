"""The second factor: set up with an app, asked for at sign-in, replaced once by a recovery code; its secret sealed."""

import re
import time
from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.apps import apps
from django.test import Client

from accounts.tests.signing_in import PASSWORD, log_in, token_of


def code_now(secret: str, later: int = 0) -> str:
    """As the app shows it; `later` by so many half minutes."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


@pytest.fixture
def here(acme, owner):
    client = Client()
    log_in(client, owner.email)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def turn_on(client: Client) -> tuple[str, list[str]]:
    """By the pages; the app's secret and the recovery codes."""
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="authenticator_secret">(\w+)<', page)[1]
    codes = client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)}, follow=True)
    return secret, re.findall(r"^\s*(?:<pre.*>)?(\d{8})$", codes.content.decode(), re.MULTILINE)


def test_once_on_a_sign_in_takes_a_code_and_a_recovery_code_does_once(here, owner):
    _, codes = turn_on(here)
    assert len(codes) == 10
    for code, leads_to in [("000000", None), (codes[0], "/"), (codes[0], None)]:
        elsewhere = Client()
        assert log_in(elsewhere, owner.email).headers["Location"] == "/accounts/2fa/authenticate/"
        assert elsewhere.get("/account/").status_code == 302  # the password alone opens nothing
        assert elsewhere.post("/accounts/2fa/authenticate/", {"code": code}).headers.get("Location") == leads_to
    assert owner.organizations.get().audit_entries.filter(action="second_factor.failed").count() == 2


def test_a_code_that_has_just_changed_still_signs_in_and_no_older_one(here, owner):
    secret, _ = turn_on(here)
    for later, leads_to in [(-3, None), (-1, "/")]:
        elsewhere = Client()
        log_in(elsewhere, owner.email)
        answer = elsewhere.post("/accounts/2fa/authenticate/", {"code": code_now(secret, later)})
        assert answer.headers.get("Location") == leads_to


@pytest.mark.django_db(transaction=True)
def test_turning_it_on_and_off_ends_what_was_signed_in_before_and_keeps_this_one(here, owner):
    there, token = Client(), token_of(owner.email)
    log_in(there, owner.email)
    _, codes = turn_on(here)
    assert Client().get("/api/auth/user", headers=token).status_code == 401
    for code in codes[:1]:
        assert there.get("/account/").status_code == 302
        log_in(there, owner.email)
        there.post("/accounts/2fa/authenticate/", {"code": code})
        assert there.get("/account/").status_code == 200
    here.post("/accounts/2fa/totp/deactivate/")
    assert (here.get("/account/").status_code, there.get("/account/").status_code) == (200, 302)


def test_neither_the_secret_nor_what_the_codes_come_from_is_stored_as_it_is(here):
    secret, codes = turn_on(here)
    kept = str(list(Authenticator.objects.values()))
    assert not [each for each in (secret, *codes) if each in kept]
    assert all(sealed.startswith("gAAAA") for sealed in re.findall(r"'(?:secret|seed)': '(.*?)'", kept))


def test_the_upgrade_seals_the_secrets_that_were_stored_as_they_are(owner):
    old = Authenticator.objects.create(user=owner, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    seal = import_module("accounts.migrations.0002_seal_second_factors").seal
    for _ in range(2):
        seal(apps, None)
    old.refresh_from_db()
    assert old.data["secret"].startswith("gAAAA")
    assert old.wrap().validate_code(code_now("JBSWY3DPEHPK3PXP"))


def test_an_operator_sees_no_secret_and_taking_a_factor_away_stands_in_the_log(here, owner, stranger, client):
    secret, _ = turn_on(here)
    stranger.is_staff = stranger.is_superuser = True
    stranger.save()
    client.force_login(stranger)
    path = f"/admin/mfa/authenticator/{Authenticator.objects.get(type='totp').pk}/"
    page = client.get(f"{path}change/").content.decode()
    assert owner.email in page and secret not in page and "gAAAA" not in page
    client.post(f"{path}delete/", {"post": "yes"})
    entry = owner.organizations.get().audit_entries.order_by("number").last()
    assert (entry.actor, entry.action) == (stranger.email, "second_factor.remove")
    assert entry.target.startswith(f"{owner.email} from")
    assert log_in(Client(), owner.email).headers["Location"] == "/"  # the recovery codes went with it


def test_the_address_is_changed_with_the_factor_off_and_the_page_says_so(here):
    turn_on(here)
    page = here.post("/accounts/email/", {"action_add": "", "email": "new@example.com"})
    assert b"Turn off the second factor, change the address" in page.content


def test_too_many_attempts_are_answered_in_our_frame(anonymous, owner):
    for _ in range(6):
        page = anonymous.post("/accounts/password/reset/", {"email": owner.email})
    assert page.status_code == 429
    assert b"Too many attempts" in page.content and b"bare-card" in page.content


@pytest.mark.parametrize(
    "path", ["", "totp/activate/", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/"]
)
def test_the_pages_keep_to_our_words(here, path):
    if "activate" not in path or "de" in path:
        turn_on(here)
    html = here.get(f"/accounts/2fa/{path}").content.decode()
    assert "uthentication" not in re.sub(r"<[^>]*>", "", html)


def test_a_page_about_the_factor_asks_for_the_password_again(as_owner, owner):
    asked = as_owner.get("/accounts/2fa/totp/activate/", follow=True)
    assert b"Is it you?" in asked.content
    there = as_owner.post(asked.request["PATH_INFO"] + "?next=/accounts/2fa/totp/activate/", {"password": PASSWORD})
    assert there.headers["Location"] == "/accounts/2fa/totp/activate/"
