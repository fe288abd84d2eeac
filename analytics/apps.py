from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def ready(self) -> None:
        from analytics import channels, cohort_sizes  # noqa: F401  # channels register themselves
        from analytics.exports import erasing
        from analytics.mails import moved
        from analytics.rollups import expiring

        erasing.connect()
        expiring.connect()
        cohort_sizes.connect()
        moved.connect()
