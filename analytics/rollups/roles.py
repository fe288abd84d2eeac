"""Which event names count as a registration, a payment …: the defaults, and what a workspace says instead."""

from dataclasses import dataclass

from analytics.models import MetricRoles
from config.lib.problems import Problem
from tracking.events import MAX_NAME_BYTES
from workspaces.models import Workspace

MAX_NAMES = 20  # of one role


@dataclass(frozen=True)
class Role:
    key: str
    label: str
    meaning: str
    defaults: tuple[str, ...]


ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role("registration", "Registration", "Somebody has signed up.", ("signup_completed",)),
        Role(
            "generation_completed", "Generation completed", "Something was generated for a user.",
            ("generation_completed",),
        ),
        Role("generation_failed", "Generation failed", "It could not be generated.", ("generation_failed",)),
        Role(
            "payment_completed", "Payment successful", "Money came in; its value is revenue.",
            ("payment_completed", "purchase"),
        ),
        Role("payment_failed", "Payment failed", "A payment was refused.", ("payment_failed",)),
        Role(
            "refund", "Refund", "Money went back; its value is taken off the revenue.",
            ("payment_refunded", "refund"),
        ),
        Role("subscription_created", "New subscription", "A subscription began.", ("subscription_created",)),
        Role("subscription_cancelled", "Subscription cancelled", "A subscription ended.", ("subscription_cancelled",)),
        Role("referral_sent", "Referral sent", "A user recommended the product.", ("referral_sent",)),
        Role("referral_accepted", "Referral accepted", "Somebody followed it.", ("referral_accepted",)),
    )
}  # fmt: skip

Names = dict[str, tuple[str, ...]]  # role -> event names
DEFAULTS: Names = {key: role.defaults for key, role in ROLES.items()}


def names_of(workspace: Workspace) -> Names:
    """What a role's events are called here. A role left empty never happens."""
    kept = MetricRoles.objects.filter(workspace=workspace).values_list("names", flat=True).first() or {}
    return {key: tuple(kept.get(key, default)) for key, default in DEFAULTS.items()}


def only_identified(workspace: Workspace) -> bool:
    """Whether activity and churn are about people with a user id alone."""
    return MetricRoles.objects.filter(workspace=workspace, only_identified=True).exists()


def save_names(workspace: Workspace, names: Names, only_identified: bool = False) -> None:
    """Problem for what cannot be an event name, with the role as its field."""
    checked = {key: _checked(key, given) for key, given in names.items()}
    MetricRoles.objects.update_or_create(
        workspace=workspace, defaults={"names": checked, "only_identified": only_identified}
    )


def _checked(key: str, given: tuple[str, ...]) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in given if name.strip()))
    if len(names) > MAX_NAMES:
        raise Problem(422, "too_many_names", f"At most {MAX_NAMES} names; you gave {len(names)}.", field=key)
    for name in names:
        if len(name.encode()) > MAX_NAME_BYTES or not name.isprintable():
            raise Problem(422, "not_a_name", f"No event can be called {name[:40]!r}.", field=key)
    return names
