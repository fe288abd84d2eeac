from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "tracking"

    def ready(self) -> None:
        from tracking import destinations, erasure, product_events  # noqa: F401  # registers the destinations

        product_events.connect()
        erasure.connect()
