"""What the product counts of itself, in a workspace of the operator's."""

import pytest
from django.core.mail import send_mail
from django.db import transaction

from config.lib.clock import now
from config.testing.world import PASSWORD
from tracking.tests.door import events, post
from workspaces import api_keys, audit


@pytest.fixture
def own(globex, stranger, settings) -> int:
    """Globex is the operator's own workspace; its dataset."""
    api_keys.issue(globex, name="Product", actor=stranger, now=now())
    settings.PRODUCT_WORKSPACE = globex.slug
    return globex.dataset_id()


def names(dataset_id: int) -> list[str]:
    return [event.name for event in events(dataset_id)]


@pytest.mark.django_db(transaction=True)
def test_a_sign_in_is_an_event_of_the_operators_workspace(own, acme, owner, anonymous):
    anonymous.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})

    event = next(event for event in events(own) if event.name == "login")
    assert event.props == {"organization": "acme"}
    assert owner.email not in event.user_id
    assert names(acme.dataset_id()) == []


@pytest.mark.django_db(transaction=True)
def test_a_sign_up_is_one_too(own, anonymous):
    anonymous.post("/accounts/signup/", {"email": "new@example.com", "password1": PASSWORD})

    assert "signup" in names(own)


@pytest.mark.django_db(transaction=True)
def test_whatever_the_audit_log_notes_is_one(own, acme):
    audit.record(acme.organization, "owner@example.com", "export.download", now=now())

    assert names(own)[-1] == "export.download"


@pytest.mark.django_db(transaction=True)
def test_the_use_of_a_key_is_one_in_a_minute(own, acme_key):
    for _ in range(2):
        assert post({"events": [{"event_type": "page_view"}]}, acme_key).status_code == 200

    (used,) = [event for event in events(own) if event.name == "key.use" and event.props["organization"] == "acme"]
    assert used.props["kind"] == "publishable"


@pytest.mark.django_db(transaction=True)
def test_a_mail_is_one(own, settings, mailoutbox):
    settings.MAIL_BACKEND, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "config.lib.mail.EmailBackend"

    send_mail("Hello", "How are you?", None, ["reader@example.com"])

    assert [mail.to for mail in mailoutbox] == [["reader@example.com"]]
    assert names(own) == ["mail.send"]
    assert "reader@example.com" not in events(own)[-1].user_id


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_did_not_happen(own, acme):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record(acme.organization, "owner@example.com", "export.download", now=now())
        _ = 1 / 0

    assert "export.download" not in names(own)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("slug", ["", "nobodys"])
def test_without_such_a_workspace_everything_goes_on(acme, owner, anonymous, settings, slug):
    settings.PRODUCT_WORKSPACE = slug

    answer = anonymous.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})

    assert answer.status_code == 302
