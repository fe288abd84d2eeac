"""How an alert is told: one module a kind. Importing the package registers them all (AnalyticsConfig.ready)."""

from analytics.channels import email, slack, teams, webhook  # noqa: F401
