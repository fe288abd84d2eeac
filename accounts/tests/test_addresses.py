"""Whose an address is: what confirms it, what one that waits is worth, and the account's own meanwhile."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.tests.signing_in import PASSWORD, log_in

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
    assert client.post("/accounts/email/", {"action_add": "", "email": email}).status_code == 302
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
