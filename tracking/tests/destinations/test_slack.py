"""Slack: one message for a batch, in which nobody can be mentioned or led astray."""

import pytest

from config.testing.vendor import Received, Reply, Vendor
from tracking.destinations.model import Outcome, Unacceptable
from tracking.destinations.slack import Slack, SlackSettings, line
from tracking.tests.destinations.made import batch, body, event
from workspaces.providers import DeliveryError
from workspaces.tests.provider_contract import ProviderContract

PATH = "/services/T0/B0/the-secret-that-nobody-is-shown"


def slack(url: str) -> Slack:
    return Slack(SlackSettings(url + PATH))


class TestSlack(ProviderContract):
    secret, permanent = PATH, 403

    def made(self, url: str) -> Slack:
        return slack(url)

    def deliver(self, provider: Slack) -> Outcome:
        return provider.send(batch())

    def taken(self, received: Received) -> Reply:
        return Reply(200, b"ok")


def test_a_batch_is_one_message_with_a_line_for_each_event(vendor: Vendor):
    sold = event(0, type="goal", name="purchase", value=49.0, currency="EUR", props={"plan": "pro"})

    assert slack(vendor.url).send(batch(sold, event(1, user_id="", url="", props={}))) == Outcome(2)

    assert vendor.requests[0].path == PATH
    assert body(vendor.requests[0]) == {
        "text": "*purchase* 49 EUR by ada on acme.example/pricing · plan: pro\n*page\u200b_view* by visitor 000000",
        "unfurl_links": False,
        "unfurl_media": False,
    }


def test_a_visitor_cannot_write_markup():
    shown = line(event(name="<!channel>", user_id="<@U1>", url="", props={"a\nb": "<http://evil|bank> & *bold*"}))

    assert shown == ("*&lt;!channel&gt;* by &lt;@U1&gt; · a b: &lt;http://evil|bank&gt; &amp; \u200b*bold\u200b*")


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_hook_or_channel_that_is_gone_is_a_permanent_error(vendor: Vendor, status):
    vendor.answer(status, b"channel_is_archived")

    with pytest.raises(DeliveryError, match="channel_is_archived") as raised:
        slack(vendor.url).send(batch())
    assert raised.value.permanent


def test_a_message_that_slack_cannot_read_is_refused(vendor: Vendor):
    vendor.answer(400, b"invalid_payload")

    with pytest.raises(Unacceptable, match="invalid_payload"):
        slack(vendor.url).send(batch())
