"""Tools of somebody else, as a small plug-in: destinations of events (tracking) and channels of alerts (analytics).

A provider only knows its vendor: what must be typed in, how to send, what a refusal means. It touches no model, clock,
retry or log; who calls it does. Settings are a frozen dataclass whose fields are made by `option`; the form, the
sealing of secrets and the documentation are made from them.
"""

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, TypeVar


class DeliveryError(Exception):
    """The provider did not take it. The message is shown to the customer and holds no secret.

    `permanent`: trying again cannot help (a revoked key, a deleted hook). `retry_after`: seconds the provider asked
    to be left alone.
    """

    def __init__(self, message: str, *, permanent: bool = False, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.permanent, self.retry_after = permanent, retry_after


class SettingError(ValueError):
    """What was typed into one field cannot be right; raised by `__post_init__` of a provider's settings."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True)
class Option:
    """One thing to type in."""

    name: str
    label: str
    help: str
    secret: bool
    required: bool
    default: str
    choices: tuple[tuple[str, str], ...]


def option(
    label: str,
    *,
    help: str = "",
    secret: bool = False,
    default: str | None = None,
    choices: tuple[tuple[str, str], ...] = (),
) -> Any:
    """A field of a provider's settings. All are texts; one without a default must be filled in."""
    told = {"label": label, "help": help, "secret": secret, "choices": choices}
    return field(metadata=told) if default is None else field(metadata=told, default=default)


@dataclass(frozen=True)
class NoSettings:
    """For a provider that needs nothing."""


class Provider:
    """One vendor. Subclasses set the four words and override `test`."""

    group: ClassVar[str]  # "destination" or "channel"
    kind: ClassVar[str]  # stored, in URLs, and the name of the documentation page
    label: ClassVar[str]
    says: ClassVar[str]  # one sentence for the page where it is chosen
    Settings: ClassVar[type] = NoSettings

    def __init__(self, settings: Any) -> None:
        self.settings = settings

    def test(self) -> None:
        """Sends something harmless. Raises DeliveryError when the credentials do not work."""
        raise NotImplementedError

    @classmethod
    def options(cls) -> list[Option]:
        return [
            Option(
                each.name,
                each.metadata["label"],
                each.metadata["help"],
                each.metadata["secret"],
                required=not isinstance(each.default, str),
                default=each.default if isinstance(each.default, str) else "",
                choices=each.metadata["choices"],
            )
            for each in fields(cls.Settings)
        ]


_registry: dict[str, dict[str, type[Provider]]] = {}
Kind = TypeVar("Kind", bound=type[Provider])


def register(provider: Kind) -> Kind:
    """Class decorator. The app's `ready` imports the modules, so everybody finds what is registered."""
    _registry.setdefault(provider.group, {})[provider.kind] = provider
    return provider


def all_of(group: str) -> dict[str, type[Provider]]:
    """By kind, in the order of their labels."""
    found = _registry.get(group, {})
    return dict(sorted(found.items(), key=lambda each: each[1].label.lower()))


def get(group: str, kind: str) -> type[Provider]:
    """Raises KeyError for a kind that nobody registered."""
    return _registry[group][kind]
