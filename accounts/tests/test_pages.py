"""Sign-up, verification, login and reset through the pages and the mails, as a person goes through them."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.tests.signing_in import PASSWORD, log_in, show_password


def link_in(message: str) -> str:
    found = re.search(r"http://testserver(\S+)", message)
    assert found, message
    return found[1]


def test_from_sign_up_through_the_mail_to_a_new_password(anonymous):
    answer = anonymous.post("/accounts/signup/", {"email": "new@example.com", "password1": PASSWORD})
    assert answer.headers["Location"] == "/"
    assert b"Please confirm your e-mail address" in anonymous.get("/account/").content
    confirmation = mail.outbox[0]
    assert confirmation.subject == "Welcome to MetricPal: confirm your e-mail address"
    assert "text/html" in [alternative.mimetype for alternative in confirmation.alternatives]

    anonymous.get(link_in(confirmation.body))
    assert User.objects.get().emailaddress_set.get().verified
    assert b"Please confirm your e-mail address" not in anonymous.get("/account/").content

    anonymous.post("/accounts/logout/")
    assert anonymous.get("/account/").headers["Location"].startswith("/accounts/login/")
    anonymous.post("/accounts/password/reset/", {"email": "new@example.com"})
    page = anonymous.get(link_in(mail.outbox[1].body), follow=True)
    anonymous.post(page.request["PATH_INFO"], {"password1": "an even better one", "password2": "an even better one"})
    assert log_in(anonymous, "new@example.com", PASSWORD).status_code == 200  # the form again
    assert log_in(anonymous, "new@example.com", "an even better one").headers["Location"] == "/"


@pytest.mark.parametrize(
    "weak", ["password12", "password123", "1234567890", "8406120937", "aaaaaaaaaa", "xyxyxyxyxyxy"]
)
def test_a_password_that_is_common_or_of_digits_or_of_few_characters_is_refused(anonymous, owner, as_owner, weak):
    anonymous.post("/accounts/signup/", {"email": "new@example.com", "password1": weak})
    as_owner.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak})

    assert not User.objects.filter(email="new@example.com").exists()
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_a_reset_link_works_once(anonymous, owner):
    anonymous.post("/accounts/password/reset/", {"email": owner.email})
    link = link_in(mail.outbox[0].body)
    page = anonymous.get(link, follow=True)
    new = {"password1": "an even better one", "password2": "an even better one"}
    anonymous.post(page.request["PATH_INFO"], new)
    assert b"no longer works" in Client().get(link, follow=True).content


def test_asking_to_reset_an_unknown_address_looks_the_same(anonymous, owner):
    answers = [
        anonymous.post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in (owner.email, "nobody@example.com")
    ]
    bodies = [re.sub(rb'value="\w{64}"', b"", answer.content) for answer in answers]
    assert bodies[0] == bodies[1]
    assert "there is no account" in mail.outbox[1].body


@pytest.mark.parametrize("path", ["login/", "signup/", "password/reset/", "email/"])
def test_every_form_says_e_mail_address(anonymous, as_owner, path):
    """One word for one thing: allauth writes "Email"."""
    client = as_owner if path == "email/" else anonymous
    page = re.sub(r"<[^>]*>", "", client.get(f"/accounts/{path}").content.decode())

    assert "E-mail address" in page
    assert "Email" not in page


def test_a_new_address_is_told_to_the_former_one(as_owner, owner):
    former = owner.email
    show_password(as_owner)
    as_owner.post("/accounts/email/", {"email": "other@example.com", "action_add": ""})
    as_owner.get(link_in(mail.outbox[-1].body))

    told = [each for each in mail.outbox if each.to == [former]][-1]
    assert told.subject == "Your e-mail address was changed"
    assert f"from {former} to other@example.com" in told.body


def test_a_changed_password_is_told_by_mail_and_ends_other_sessions(owner, acme):
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        log_in(client, owner.email, PASSWORD)
    new = {"oldpassword": PASSWORD, "password1": "an even better one", "password2": "an even better one"}
    here.post("/accounts/password/change/", new)
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert "If this was not you" in mail.outbox[-1].body


def test_signing_in_gives_a_new_session_id(owner):
    client = Client()
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = True
    session.save()
    planted = client.cookies["sessionid"] = session.session_key
    log_in(client, owner.email, PASSWORD)
    assert client.cookies["sessionid"].value != planted


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "http://testserver@evil.example/",
        "http://other.localhost/",
        "/%0d/evil.example\t//",
        "javascript:alert(1)",
    ],
)
def test_next_never_leads_to_another_host(owner, elsewhere, settings):
    settings.ALLOWED_HOSTS = ["testserver", ".localhost"]
    location = log_in(Client(), owner.email, PASSWORD, next=elsewhere).headers["Location"]
    assert location == "/" or (location.startswith("/%0d/") and "://" not in location)


def test_next_leads_back_on_this_host(owner):
    assert log_in(Client(), owner.email, PASSWORD, next="/account/").headers["Location"] == "/account/"


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/accounts/logout/", "/account/"])
def test_a_post_without_the_csrf_token_is_refused(owner, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post(path, {"login": owner.email, "password": PASSWORD, "name": "x"}).status_code == 403


def test_signing_out_takes_a_post(as_owner):
    as_owner.get("/accounts/logout/")
    assert as_owner.get("/account/").status_code == 200


def test_the_name_is_saved_and_nothing_else(as_owner, owner):
    as_owner.post("/account/", {"name": "Ada", "is_staff": "on", "email": "other@example.com"})
    owner.refresh_from_db()
    assert (owner.name, owner.is_staff, owner.email) == ("Ada", False, "owner@example.com")


PAGES = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-no/",
    "/accounts/confirm-email/no/",
    "/accounts/confirm-email/",
    "/accounts/inactive/",
]
OWN_PAGES = ["/account/", "/accounts/email/", "/accounts/password/change/", "/accounts/logout/", "/accounts/2fa/"]


def assert_keeps_to_the_csp(html: str) -> None:
    assert " style=" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"\son\w+=", html)


@pytest.mark.parametrize("path", PAGES)
def test_pages_before_sign_in_are_in_our_frame_and_keep_to_the_csp(anonymous, path):
    html = anonymous.get(path).content.decode()
    assert 'class="bare"' in html
    assert_keeps_to_the_csp(html)


@pytest.mark.parametrize("path", OWN_PAGES)
def test_pages_of_the_account_are_in_our_frame_and_keep_to_the_csp(as_owner, path):
    html = as_owner.get(path).content.decode()
    assert "MetricPal</title>" in html and ("bare-card" in html or 'class="sidebar"' in html)
    assert_keeps_to_the_csp(html)


def test_an_unconfirmed_address_can_be_sent_its_link_again(as_owner, owner):
    owner.emailaddress_set.update(verified=False)
    assert f'value="{owner.email}"' in as_owner.get("/accounts/email/").content.decode()
    as_owner.post("/accounts/email/", {"action_send": "", "email": owner.email})
    assert mail.outbox[0].to == [owner.email]


def test_a_confirmation_link_opened_twice_says_that_there_is_nothing_left_to_do(as_owner, owner, anonymous):
    owner.emailaddress_set.update(verified=False)
    as_owner.post("/accounts/email/", {"action_send": "", "email": owner.email})
    link = link_in(mail.outbox[0].body)
    as_owner.get(link)
    assert b"Your address is confirmed" in as_owner.get(link).content
    assert b"just sign in" in anonymous.get(link).content


def test_a_new_address_counts_when_its_link_is_opened(as_owner, owner):
    show_password(as_owner)
    as_owner.post("/accounts/email/", {"action_add": "", "email": "new@example.com"})
    assert b"Waiting for you to open the link" in as_owner.get("/accounts/email/").content
    owner.refresh_from_db()
    assert owner.email == "owner@example.com"
    as_owner.get(link_in(mail.outbox[0].body))
    owner.refresh_from_db()
    assert owner.email == "new@example.com"
