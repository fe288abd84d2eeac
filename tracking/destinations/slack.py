"""Slack: messages to a channel through an incoming webhook. For the few events that a team wants to see.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from dataclasses import dataclass

from tracking.destinations.model import Batch, Destination, Event, Outcome, Unacceptable, as_json, checked_address
from workspaces.outgoing import call
from workspaces.providers import option, register

LONGEST_VALUE = 100  # characters of one property
SHOWN_PROPERTIES = 8


@dataclass(frozen=True)
class SlackSettings:
    # Whoever knows the address may write to the channel: the address itself is the secret.
    url: str = option("Webhook URL", secret=True, help="https://hooks.slack.com/services/…")

    def __post_init__(self) -> None:
        checked_address("url", self.url)


@register
class Slack(Destination):
    kind, label, Settings = "slack", "Slack", SlackSettings
    says = "Goals as messages in a channel."
    accepts = frozenset({"goal"})
    max_batch, max_bytes = 20, 30_000  # Slack cuts texts of 40,000 characters
    least_s = 1.0  # and takes a message a second

    def send(self, batch: Batch) -> Outcome:
        text = "\n".join(line(event) for event in batch.events)
        self.check_size(text.encode(), batch)
        self._post(text)
        return Outcome(len(batch.events))

    def test(self) -> None:
        self._post("MetricPal can write to this channel.")

    def _post(self, text: str) -> None:
        body = as_json({"text": text, "unfurl_links": False, "unfurl_media": False})
        headers = {"content-type": "application/json"}
        answer = call(self, "POST", self.settings.url, body=body, headers=headers, reads=(400, 413))
        if answer.status >= 400:
            raise Unacceptable("too_large" if answer.status == 413 else "invalid_payload")


def line(event: Event) -> str:
    worth = f" {event.value:g} {event.currency}".rstrip() if event.value else ""
    who = event.user_id or f"visitor {event.visitor_id[:6]}"
    shown = list(event.props.items())[:SHOWN_PROPERTIES]
    props = "".join(f" · {escaped(name)}: {escaped(value[:LONGEST_VALUE])}" for name, value in shown)
    where = f" on {escaped(event.url)}" if event.url else ""
    return f"*{escaped(event.name)}*{worth} by {escaped(who)}{where}{props}"


def escaped(text: str) -> str:
    """As text and nothing else: no mention of everybody, no link that says one thing and leads to another. A visitor
    wrote this."""
    plain = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Formatting signs stay visible: a zero-width space keeps them from being paired.
    return "".join(f"\u200b{each}" if each in "*_~`" else each for each in plain)
