"""Register and log in for a token, as the guides print it."""

import json

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail

from accounts.models import User
from accounts.tests.signing_in import FORM, PASSWORD, token_of


def test_the_first_guide_registers_and_logs_in_as_printed(anonymous):
    body = '{"email": "user@example.com", "password": "secure_password"}'
    made = anonymous.post("/auth/register", body, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["email"] == "user@example.com"
    assert (made.json()["is_active"], made.json()["is_verified"]) == (True, False)
    assert made.json()["id"] == str(User.objects.get().uid)
    answer = anonymous.post("/auth/jwt/login", "username=user@example.com&password=secure_password", content_type=FORM)
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "bearer"
    token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    me = anonymous.get("/api/auth/user", headers=token)
    assert me.json()["email"] == "user@example.com"


def test_the_second_guide_registers_and_logs_in_as_printed(anonymous):
    body = '{"email":"test@example.com","password":"password123"}'
    assert anonymous.post("/api/auth/register", body, content_type="application/json").status_code == 201
    assert "access_token" in anonymous.post("/api/auth/login", body, content_type="application/json").json()


def test_a_short_password_is_refused_with_the_length_it_needs(anonymous):
    body = {"email": "test@example.com", "password": "short"}
    answer = anonymous.post("/api/auth/register", body, content_type="application/json")
    assert answer.status_code == 422
    assert "at least 10 characters" in answer.json()["detail"]
    assert not User.objects.exists()


@pytest.mark.parametrize("weak", ["password12", "1234567890", "aaaaaaaaaa"])
def test_a_weak_password_is_refused(anonymous, weak):
    body = {"email": "test@example.com", "password": weak}
    answer = anonymous.post("/api/auth/register", body, content_type="application/json")
    assert answer.status_code == 422
    assert "password" in answer.json()["detail"]
    assert not User.objects.exists()


def test_registering_sends_a_mail_to_confirm_the_address_and_signs_nobody_in(anonymous):
    body = {"email": "New@Example.com", "password": PASSWORD}
    answer = anonymous.post("/auth/register", body, content_type="application/json")
    assert answer.json()["email"] == "new@example.com"
    assert [mail.outbox[0].to, len(mail.outbox)] == [["new@example.com"], 1]
    assert "sessionid" not in answer.cookies
    assert Session.objects.count() == 0


def test_nothing_but_address_and_password_can_be_registered(anonymous):
    body = {
        "email": "eve@example.com",
        "password": PASSWORD,
        "is_staff": True,
        "is_superuser": True,
        "is_verified": True,
    }
    answer = anonymous.post("/auth/register", body, content_type="application/json")
    assert answer.json()["is_verified"] is False
    eve = User.objects.get()
    assert (eve.is_staff, eve.is_superuser) == (False, False)


def test_where_a_login_needs_a_verified_address_a_taken_one_is_answered_as_a_free_one(anonymous, owner, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    free, taken = (
        anonymous.post("/auth/register", {"email": email, "password": PASSWORD}, content_type="application/json")
        for email in ("free@example.com", owner.email)
    )
    assert (free.status_code, taken.status_code) == (201, 201)
    assert free.json().keys() == taken.json().keys()
    assert taken.json()["id"] != str(owner.uid)
    assert taken.json()["is_verified"] is False
    assert "has an account already" in mail.outbox[-1].body


@pytest.mark.parametrize("email", ["owner@example.com", "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_401(anonymous, owner, email):
    answer = anonymous.post("/auth/jwt/login", f"username={email}&password=wrong", content_type=FORM)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "bad_credentials"
    assert answer.json()["detail"] == "The e-mail address or the password is not correct."


def test_after_five_wrong_passwords_for_one_address_even_the_right_one_has_to_wait(anonymous, owner):
    for _ in range(5):
        anonymous.post("/auth/jwt/login", f"username={owner.email}&password=wrong", content_type=FORM)
    answer = anonymous.post("/auth/jwt/login", f"username={owner.email}&password={PASSWORD}", content_type=FORM)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_locked_address_is_told_for_how_long_and_that_is_true(anonymous, owner, clock):
    def log_in_with(password: str):
        return anonymous.post("/auth/jwt/login", f"username={owner.email}&password={password}", content_type=FORM)

    for _ in range(5):
        log_in_with("wrong")
        clock.shift(10)
    first = log_in_with(PASSWORD)
    clock.shift(249)
    second = log_in_with(PASSWORD)
    clock.shift(int(second.headers["Retry-After"]))

    # The first wrong password was 50 seconds ago, and an address waits for five minutes.
    assert first.headers["Retry-After"] == "250"
    assert first.json()["detail"] == "Too many attempts. Try again in 250 seconds."
    assert (second.status_code, second.headers["Retry-After"]) == (429, "1")
    assert log_in_with(PASSWORD).status_code == 200


def test_the_twenty_first_registration_from_one_address_in_a_minute_has_to_wait(anonymous):
    def register(number: int) -> int:
        body = {"email": f"u{number}@example.com", "password": PASSWORD}
        return anonymous.post("/auth/register", body, content_type="application/json").status_code

    assert [register(number) for number in range(21)] == [201] * 20 + [429]


def test_logging_out_ends_the_token(anonymous, owner):
    token = token_of(owner.email)
    assert anonymous.get("/api/auth/user", headers=token).status_code == 200
    assert anonymous.post("/auth/jwt/logout", headers=token).status_code == 204
    after = anonymous.get("/api/auth/user", headers=token)
    assert (after.status_code, after.json()["code"]) == (401, "unknown_token")


def test_a_changed_password_ends_the_tokens_that_were_made_with_the_old_one(anonymous, owner):
    token = token_of(owner.email)
    owner.set_password("another good password")
    owner.save()
    assert anonymous.get("/api/auth/user", headers=token).status_code == 401


def test_a_closed_account_gets_no_token_and_its_tokens_end(anonymous, owner):
    token = token_of(owner.email)
    owner.is_active = False
    owner.save()
    assert anonymous.get("/api/auth/user", headers=token).status_code == 401
    answer = anonymous.post("/auth/jwt/login", f"username={owner.email}&password={PASSWORD}", content_type=FORM)
    assert answer.status_code == 401
    assert "access_token" not in answer.json()


def test_an_unverified_address_gets_no_token_where_verification_is_asked_for(anonymous, owner, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    EmailAddress.objects.update(verified=False)
    answer = anonymous.post("/auth/jwt/login", f"username={owner.email}&password={PASSWORD}", content_type=FORM)
    assert (answer.status_code, answer.json()["code"]) == (401, "email_unverified")


def test_a_second_factor_is_not_bypassed_by_the_token_endpoint(anonymous, owner):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(owner, generate_totp_secret())
    answer = anonymous.post("/auth/jwt/login", f"username={owner.email}&password={PASSWORD}", content_type=FORM)
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")


def test_a_login_for_a_token_leaves_the_browsers_own_session_alone(as_stranger, owner):
    body = f"username={owner.email}&password={PASSWORD}"
    assert as_stranger.post("/auth/jwt/login", body, content_type=FORM).status_code == 200
    assert as_stranger.get("/api/auth/user").json()["email"] == "stranger@example.com"


@pytest.mark.parametrize("token", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_what_is_no_token_of_ours_gets_401_with_a_challenge(anonymous, token):
    answer = anonymous.get("/api/auth/user", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_body_that_is_no_json_is_a_problem_not_a_page(anonymous):
    answer = anonymous.post("/auth/register", "{", content_type="application/json")
    assert answer.status_code == 400
    assert json.loads(answer.content)["code"] == "parse_error"


def test_login_without_an_address_says_what_to_send(anonymous):
    answer = anonymous.post("/auth/jwt/login", "password=x", content_type=FORM)
    assert answer.status_code == 422
    assert "username" in answer.json()["errors"]
