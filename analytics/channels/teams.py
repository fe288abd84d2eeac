"""Microsoft Teams, through a workflow that waits for a webhook: an adaptive card.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
"""

from dataclasses import dataclass
from typing import Any

from analytics.channels.base import Channel, Message, sample
from analytics.channels.posting import JSON, NO_HOOK, as_json, check
from config.lib import clock
from workspaces.outgoing import call
from workspaces.providers import option, register

COLOURS = {"fired": "attention", "resolved": "good", "test": "accent"}


@dataclass(frozen=True)
class TeamsSettings:
    url: str = option(
        "Workflow address",
        help="In Teams: Workflows › Send webhook alerts to a channel. It carries a signature: keep it secret.",
        secret=True,
    )

    def __post_init__(self) -> None:
        check("url", self.url)


@register
class Teams(Channel):
    kind, label, says, Settings = "teams", "Microsoft Teams", "Posts a card into a channel of Teams.", TeamsSettings

    def test(self) -> None:
        self.tell(sample(clock.now(), "test", ""))

    def tell(self, message: Message) -> None:
        body = as_json(document(message))
        call(self, "POST", self.settings.url, body=body, headers=JSON, permanent=NO_HOOK)


def document(message: Message) -> dict[str, Any]:
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            _text(message.title, weight="bolder", size="medium", color=COLOURS.get(message.kind, "warning")),
            _text(message.said),
            _text(f"{message.place} · {message.at_text}", isSubtle=True, size="small"),
        ],
    }
    if message.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the alert", "url": message.link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _text(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": escaped(text), "wrap": True, **more}


def escaped(text: str) -> str:
    """Markdown that somebody wrote into a name stays text."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]()<>#" else letter for letter in text)
