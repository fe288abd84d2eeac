from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def ready(self) -> None:
        from analytics import channels  # noqa: F401  # they register themselves
        from analytics.exports import erasing

        erasing.connect()
