"""Whose an address is: what confirms it, what one that waits is worth, and the account's own meanwhile."""

import re
import threading
from urllib.parse import quote

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from accounts import entry_forms
from accounts.models import User
from accounts.tests.signing_in import PASSWORD, log_in, show_password

NEW = {"password1": "an even better one", "password2": "an even better one"}


def sign_up(email: str) -> Client:
    client = Client()
    client.post("/accounts/signup/", {"email": email, "password1": PASSWORD})
    return client


def as_signed_in(user: User) -> Client:
    client = Client()
    log_in(client, user.email)
    return client


def change_to(client: Client, email: str) -> str:
    """The link in the mail that asks whether the new address is theirs."""
    show_password(client)
    client.post("/accounts/email/", {"action_add": "", "email": email})
    return link_to(email)


def link_to(email: str) -> str:
    sent = [each.body for each in mail.outbox if each.to == [email]]
    return re.findall(r"http://testserver(\S+)", "\n".join(sent))[-1]


def forget_password(email: str) -> None:
    mail.outbox.clear()
    Client().post("/accounts/password/reset/", {"email": email})


def choose_password(link: str) -> None:
    client = Client()
    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], NEW)


def standing(user: User) -> tuple[str, bool]:
    """The account's address, and whether it is confirmed."""
    user.refresh_from_db()
    return user.email, user.emailaddress_set.filter(email=user.email, verified=True).exists()


def test_a_password_is_not_reset_through_an_address_that_nobody_confirmed(owner):
    """Whoever sat at an open browser for a moment would have the account for good."""
    change_to(as_signed_in(owner), "thief@evil.example")
    forget_password("thief@evil.example")
    assert [each.to for each in mail.outbox] == [["thief@evil.example"]]
    assert "there is no account" in mail.outbox[0].body

    forget_password(owner.email)
    choose_password(link_to(owner.email))
    assert log_in(Client(), owner.email, NEW["password1"]).headers["Location"] == "/"


def test_a_program_that_opens_every_link_of_a_mail_confirms_nothing(db):
    sign_up("victim@corp.example")
    link = link_to("victim@corp.example")
    user = User.objects.get()

    scanner = Client().get(link)
    assert b"Is victim@corp.example yours?" in scanner.content
    assert standing(user) == ("victim@corp.example", False)
    Client().post(link)
    assert standing(user) == ("victim@corp.example", True)


def test_where_nobody_gets_in_unconfirmed_the_browser_that_signed_up_confirms_by_opening_the_link(db, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    browser = sign_up("new@example.com")
    assert browser.get("/account/").status_code == 302
    browser.get(link_to("new@example.com"))
    assert standing(User.objects.get()) == ("new@example.com", True)


def test_who_was_thrown_out_of_an_account_does_not_move_it_to_an_address_of_theirs(owner):
    thief = as_signed_in(owner)
    link = change_to(thief, "thief@evil.example")
    forget_password(owner.email)
    choose_password(link_to(owner.email))

    for browser in (thief, Client()):
        assert b"Sign in to change your address" in browser.get(link).content
        browser.post(link)
    assert standing(owner) == (owner.email, True)


def test_a_change_that_is_opened_in_another_browser_counts_once_one_signed_in_there(owner):
    link, elsewhere = change_to(as_signed_in(owner), "new@example.com"), Client()
    assert f"/accounts/login/?next={quote(link)}" in elsewhere.get(link).content.decode()
    back = log_in(elsewhere, owner.email, next=link)
    assert back.headers["Location"] == link
    elsewhere.get(link)
    assert standing(owner) == ("new@example.com", True)


@pytest.mark.parametrize("path", ["/account/", "/accounts/email/", "/welcome/"])
def test_who_mistyped_the_address_at_sign_up_corrects_it_and_is_somebody_meanwhile(db, path):
    for number in (1, 2):  # the second one, too
        mistyped, right = f"tpyo{number}@example.com", f"typo{number}@example.com"
        browser = sign_up(mistyped)
        link = change_to(browser, right)
        assert mistyped in browser.get(path).content.decode()
        assert log_in(Client(), mistyped).headers["Location"] == "/"
        browser.get(link)
        assert standing(User.objects.get(email=right)) == (right, True)
    assert User.objects.filter(email__startswith="tpyo").count() == 0


def test_who_mistyped_the_address_may_keep_it_after_all(db):
    browser = sign_up("first@example.com")
    change_to(browser, "second@example.com")
    assert b"Keep the old address" in browser.get("/accounts/email/").content
    browser.post("/accounts/email/", {"action_remove": "", "email": "second@example.com"})
    browser.get(link_to("first@example.com"))
    assert standing(User.objects.get()) == ("first@example.com", True)


def test_an_address_that_somebody_else_signed_up_with_meanwhile_is_refused_in_words(owner):
    """It was a 500: two accounts cannot have one address."""
    browser = as_signed_in(owner)
    link = change_to(browser, "next@example.com")
    User.objects.create_user("next@example.com", PASSWORD)
    assert b"This address is taken" in browser.get(link).content
    assert b"This address is taken" in browser.post(link).content
    assert standing(owner) == ("owner@example.com", True)


@pytest.mark.parametrize("verification", ["optional", "mandatory"])
def test_nobody_is_kept_from_signing_up_by_a_change_that_was_never_confirmed(owner, settings, verification):
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    for email in ("victim@corp.example", "program@corp.example"):
        taken = change_to(as_signed_in(owner), email)
        if email.startswith("victim"):
            sign_up(email)
        else:
            body = {"email": email, "password": PASSWORD}
            assert Client().post("/auth/register", body, content_type="application/json").status_code == 201
        user = User.objects.get(email=email)
        assert not user.emailaddress_set.get().verified
        assert b"This link no longer works" in Client().get(taken).content
    assert standing(owner) == (owner.email, True)


def test_a_browser_that_was_left_open_does_not_give_the_account_away(owner):
    """Changing the address leads to a new password, as changing the password does, which asks for the old one."""
    browser = as_signed_in(owner)
    asked = browser.post("/accounts/email/", {"action_add": "", "email": "thief@evil.example"}, follow=True)
    assert b"Is it you?" in asked.content
    assert (mail.outbox, owner.emailaddress_set.count()) == ([], 1)

    browser.post(asked.redirect_chain[-1][0], {"password": "not the one"})
    assert mail.outbox == []
    browser.post(asked.redirect_chain[-1][0], {"password": PASSWORD})  # and it goes on with what was sent
    assert [each.to for each in mail.outbox] == [["thief@evil.example"]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("over_api", [False, True])
def test_a_double_click_on_sign_up_makes_one_account_and_no_error(monkeypatch, over_api):
    """Each finds the address free before the other has taken it."""
    together, answers = threading.Barrier(2), []
    look = entry_forms.FreeAddress.validate_unique_email

    def both_look(form, email):
        found = look(form, email)
        together.wait()
        return found

    monkeypatch.setattr(entry_forms.FreeAddress, "validate_unique_email", both_look)

    def click():
        body = {"email": "new@example.com", "password": PASSWORD, "password1": PASSWORD}
        address = "/auth/register" if over_api else "/accounts/signup/"
        sent = Client().post(address, body, **({"content_type": "application/json"} if over_api else {}))
        answers.append((sent.status_code, sent.headers.get("Location", "")))
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    [each.start() for each in clicks]
    [each.join() for each in clicks]
    assert sorted(answers) == ([(201, ""), (422, "")] if over_api else [(302, "/"), (302, "/accounts/login/?next=%2F")])
    assert User.objects.count() == 1
