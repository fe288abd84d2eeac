"""What a channel is given to tell, and what it is."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from workspaces.providers import Provider

TITLES = {
    "fired": "Alert",
    "resolved": "Resolved",
    "no_data": "No data",
    "data": "Data is back",
    "invalid": "Alert broken",
    "test": "Test",
}


@dataclass(frozen=True)
class Message:
    """`id` is the same at every attempt to send it, so that a receiver can tell a repetition."""

    id: str
    kind: str  # of TITLES
    alert: str
    alert_id: str
    workspace: str
    said: str
    value: float | None
    threshold: float
    at: datetime
    link: str
    is_test_data: bool = False

    @property
    def title(self) -> str:
        return f"{TITLES[self.kind]}: {self.alert}"

    @property
    def place(self) -> str:
        return f"{self.workspace} (test data)" if self.is_test_data else self.workspace

    @property
    def at_text(self) -> str:
        return f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def sample(at: datetime, message_id: str, link: str) -> Message:
    """What the button "Send a test" sends."""
    said = "This is a test. Alerts that use this channel will arrive here."
    return Message(message_id, "test", "is this channel set up?", "", "MetricPal", said, None, 0, at, link)


class Channel(Provider):
    group: ClassVar[str] = "channel"

    def tell(self, message: Message) -> None:
        """Raises DeliveryError."""
        raise NotImplementedError
