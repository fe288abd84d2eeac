"""The channels: the contract for each that posts, what each says, and mail."""

import json
import smtplib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.core import mail

from analytics.channels import email, slack, teams, webhook
from analytics.channels.base import Message
from analytics.channels.email import Email, EmailSettings
from analytics.channels.slack import SlackSettings
from analytics.channels.teams import TeamsSettings
from analytics.channels.webhook import WebhookSettings
from analytics.tests.alerts.world import SECRET
from config.lib import clock as time
from config.lib.happenings import happened
from config.lib.webhooks import verify
from config.testing.vendor import Reply
from workspaces.providers import DeliveryError, SettingError, all_of
from workspaces.tests.provider_contract import ProviderContract

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
MESSAGE = Message(
    "4c1b6f0e", "fired", "Busy", "9a", "Acme", "Visitors, last hour: 130.", 130, 100, AT, "https://m.example/w/acme/"
)
NASTY = replace(MESSAGE, alert="<!channel> *bold* <http://evil|good> & `x`", said="[a](javascript:1) <@U1> #tag")


class TestSlack(ProviderContract):
    secret = "hook-s3cr3t"

    def made(self, url):
        return slack.Slack(SlackSettings(f"{url}/{self.secret}"))

    def deliver(self, provider):
        provider.tell(MESSAGE)

    def taken(self, received):
        return Reply(body=b"ok")

    @pytest.mark.parametrize("status", [400, 404])
    def test_an_unknown_hook_is_refused_for_good(self, provider, vendor, status):
        vendor.answer(status, b"no_service")
        error = self.failure(provider)

        assert (str(error), error.permanent) == (f"Slack answered {status}: no_service", True)

    def test_a_refusal_that_says_200_is_one(self, provider, vendor):
        vendor.answer(200, b"invalid_token")

        assert self.failure(provider).permanent

    def test_what_visitors_wrote_mentions_nobody(self, provider, vendor):
        provider.tell(NASTY)
        said = vendor.requests[0].body.decode()

        assert "<!channel>" not in said and "<@U1>" not in said and "<http://evil" not in said
        assert "&lt;!channel&gt;" in said and "*\u200bbold*" in said


class TestTeams(ProviderContract):
    secret = "workflow-s3cr3t"

    def made(self, url):
        return teams.Teams(TeamsSettings(f"{url}/{self.secret}"))

    def deliver(self, provider):
        provider.tell(MESSAGE)

    def test_it_is_an_adaptive_card(self, provider, vendor):
        provider.tell(NASTY)
        (attached,) = json.loads(vendor.requests[0].body)["attachments"]
        card = attached["content"]

        assert attached["contentType"] == "application/vnd.microsoft.card.adaptive"
        assert card["body"][1]["text"] == r"\[a\]\(javascript:1\) \<@U1\> \#tag"
        assert card["actions"][0]["url"] == "https://m.example/w/acme/"


class TestWebhook(ProviderContract):
    secret = SECRET

    def made(self, url):
        return webhook.Webhook(WebhookSettings(url, SECRET))

    def deliver(self, provider):
        provider.tell(MESSAGE)

    def test_it_is_signed_and_says_all_there_is(self, provider, vendor, clock):
        heard = []
        happened.connect(hear := lambda name, about, **_: heard.append((name, about)))
        provider.tell(MESSAGE)
        happened.disconnect(hear)
        (request,) = vendor.requests
        assert heard == [("webhook.send", {"type": "alert.fired"})]  # what the operator counts

        assert verify(SECRET, request.headers, request.body, time.now())
        assert not verify(SECRET, request.headers, request.body + b" ", time.now())
        assert request.headers["webhook-id"] == "4c1b6f0e"
        assert request.headers["content-type"] == "application/json"
        assert json.loads(request.body) == {
            "type": "alert.fired",
            "timestamp": "2026-03-10T12:00:00+00:00",
            "data": {
                "alert": {"id": "9a", "name": "Busy", "link": "https://m.example/w/acme/"},
                "workspace": "Acme",
                "environment": "live",
                "message": "Visitors, last hour: 130.",
                "value": 130,
                "threshold": 100,
            },
        }

    def test_a_missing_page_may_come_back(self, provider, vendor):
        vendor.answer(404)

        assert not self.failure(provider).permanent


@pytest.mark.parametrize("url", ["", "hooks.slack.com/x", "ftp://a.example/", "file:///etc/passwd", "http://a b/"])
def test_an_address_nothing_can_be_sent_to_is_refused_when_it_is_typed(url):
    with pytest.raises(SettingError):
        SlackSettings(url)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_ä"])
def test_a_signing_secret_is_long_and_base64(secret):
    with pytest.raises(SettingError, match="24 random bytes"):
        WebhookSettings("https://a.example/", secret)


TOO_MANY = ",".join(f"{n}@b.c" for n in range(21))


@pytest.mark.parametrize("to", ["", "ann", "ann@example.com, bob", "a@b.c\nBcc: d@e.f", "@", TOO_MANY])
def test_addresses_of_mail_are_addresses(to):
    with pytest.raises(SettingError):
        EmailSettings(to)


def test_the_same_address_twice_is_one():
    assert EmailSettings("Ann@example.com, ann@example.com").addresses == ["ann@example.com"]


@pytest.mark.parametrize(
    ("error", "is_permanent"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.c": (550, b"no such user")}), True),
        (smtplib.SMTPRecipientsRefused({"a@b.c": (450, b"greylisted")}), False),
        (smtplib.SMTPDataError(451, b"later"), False),
        (smtplib.SMTPSenderRefused(535, b"no", "x"), False),
        (smtplib.SMTPServerDisconnected("gone"), False),
        (TimeoutError(), False),
    ],
)
def test_what_a_mail_server_refuses(monkeypatch, error, is_permanent):
    def refuse(self):
        raise error

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    with pytest.raises(DeliveryError) as refused:
        Email(EmailSettings("a@b.c")).tell(MESSAGE)

    assert refused.value.permanent is is_permanent


def test_markup_in_a_name_stays_text_in_a_mail():
    Email(EmailSettings("a@b.c")).tell(replace(MESSAGE, said="<script>alert(1)</script> <b>x</b>"))
    html = str(mail.outbox[0].alternatives[0][0])

    assert "<script>" not in html and "&lt;b&gt;x" in html


def test_there_are_four_kinds_and_each_says_what_it_is():
    kinds = all_of("channel")

    assert set(kinds) == {"email", "slack", "teams", "webhook"}
    assert all(each.says.endswith(".") and each.options() for each in kinds.values())
    assert {email.Email, slack.Slack, teams.Teams, webhook.Webhook} == set(kinds.values())


def test_the_moment_is_told_in_utc():
    assert MESSAGE.at_text == f"{AT:%Y-%m-%d} 12:00 UTC"
