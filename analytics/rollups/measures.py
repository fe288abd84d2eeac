"""The aggregated metrics: what each is, in which unit, and for which periods it is kept. Documentation reads it too.

A week begins on Monday, a month on its first; days are those of the workspace's zone. A number appears once its period
is over. Who is active did anything but close a tab; known bots never count. A workspace may count only people with a
user id (rollups.roles).
"""

from dataclasses import dataclass
from typing import Literal

Every = Literal["daily", "weekly", "monthly"]
PERIODS: tuple[Every, ...] = ("daily", "weekly", "monthly")
NAMES = {"daily": "day", "weekly": "week", "monthly": "month"}
UNFILTERED = "Business metrics are kept for the whole workspace: filters do not apply here."


@dataclass(frozen=True)
class Measure:
    name: str
    label: str
    unit: Literal["count", "percent", "money", "ratio"]
    description: str
    periods: tuple[Every, ...] = PERIODS
    role: str = ""  # it counts the events of this role


MEASURES: dict[str, Measure] = {
    each.name: each
    for each in (
        Measure("dau", "Daily active users", "count", "Different people active on the day.", ("daily",)),
        Measure(
            "wau", "Weekly active users", "count", "Different people active in the seven days that end with the day.",
            ("daily", "weekly"),
        ),
        Measure(
            "mau", "Monthly active users", "count",
            "Different people active in the 30 days that end with the day; for a month, with its last day.",
            ("daily", "monthly"),
        ),
        Measure(
            "new_registrations", "Registrations", "count", "Events that mean a registration.", role="registration"
        ),
        Measure(
            "generations_completed", "Generations completed", "count", "Generations that succeeded.",
            role="generation_completed",
        ),
        Measure(
            "generations_failed", "Generations failed", "count", "Generations that failed.", role="generation_failed"
        ),
        Measure(
            "revenue", "Revenue", "money",
            "Payments less refunds, in the workspace's currency. Other currencies are added at the rate stated in the "
            "settings; without one they are left out and named beside the number.",
        ),
        Measure(
            "successful_payments", "Successful payments", "count", "Payments that succeeded.", role="payment_completed"
        ),
        Measure("failed_payments", "Failed payments", "count", "Payments that were refused.", role="payment_failed"),
        Measure(
            "new_subscriptions", "New subscriptions", "count", "Subscriptions that began.", role="subscription_created"
        ),
        Measure(
            "cancelled_subscriptions", "Cancelled subscriptions", "count", "Subscriptions that were cancelled.",
            role="subscription_cancelled",
        ),
        Measure("referrals_sent", "Referrals sent", "count", "Recommendations made.", role="referral_sent"),
        Measure("referrals_accepted", "Referrals accepted", "count", "Recommendations taken up.",
                role="referral_accepted"),
        Measure(
            "signup_to_payment_conversion", "Sign-up to payment", "percent",
            "Of the people who registered in the period, those who paid within 30 days of it. Final 30 days after the "
            "period's end; until then it can only grow.",
        ),
        Measure(
            "churn_rate", "Churn", "percent",
            "Of the people active in the month before, those who were not active in this month.", ("monthly",),
        ),
        Measure(
            "ltv", "Lifetime value", "money", "Revenue of the month for each active person, divided by the churn.",
            ("monthly",),
        ),
        Measure(
            "cac", "Acquisition cost", "money",
            "Acquisition spend of the month for each registration. Without a spend there is no number, rather than 0.",
            ("monthly",),
        ),
        Measure(
            "ltv_cac_ratio", "LTV to CAC", "ratio", "Lifetime value divided by acquisition cost.", ("monthly",)
        ),
    )
}  # fmt: skip

COUNTED = {each.role: each.name for each in MEASURES.values() if each.role}
