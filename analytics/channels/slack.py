"""Slack, through an incoming webhook. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"""

from dataclasses import dataclass
from typing import Any

from analytics.channels.base import Channel, Message, sample
from analytics.channels.posting import JSON, NO_HOOK, as_json, check
from config.lib import clock
from workspaces.outgoing import call
from workspaces.providers import DeliveryError, option, register

MARKS = {"fired": ":rotating_light:", "resolved": ":white_check_mark:", "test": ":wave:"}
OTHER_MARK = ":grey_question:"


@dataclass(frozen=True)
class SlackSettings:
    url: str = option(
        "Webhook address",
        help="In Slack: Apps › Incoming Webhooks › Add to Slack. It begins with https://hooks.slack.com/services/.",
        secret=True,
    )

    def __post_init__(self) -> None:
        check("url", self.url)


@register
class Slack(Channel):
    kind, label, says, Settings = "slack", "Slack", "Posts into a channel of your Slack.", SlackSettings

    def test(self) -> None:
        self.tell(sample(clock.now(), "test", ""))

    def tell(self, message: Message) -> None:
        body = as_json(document(message))
        answer = call(self, "POST", self.settings.url, body=body, headers=JSON, permanent=NO_HOOK)
        if answer.body.strip() not in (b"ok", b"{}", b""):  # Slack says some refusals with status 200
            raise DeliveryError("Slack did not take it. Is the address an incoming webhook?", permanent=True)


def document(message: Message) -> dict[str, Any]:
    title, said = escaped(message.title), escaped(message.said)
    foot = f"{escaped(message.place)} · {message.at_text}"
    if message.link:
        foot += f" · <{message.link}|Open the alert>"
    return {
        "text": f"{title}. {said}",  # for notifications and screen readers
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": f"{_mark(message)} *{title}*\n{said}"}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": foot}]},
        ],
    }


def escaped(text: str) -> str:
    """Nothing in it is a mention, a link or markup: visitors may have written it."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"{letter}\u200b" if letter in "*_~`" else letter for letter in plain)


def _mark(message: Message) -> str:
    return MARKS.get(message.kind, OTHER_MARK)
