"""Loads what must be there in every process: deployment checks, and the Celery app that tasks are queued with."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "MetricPal"

    def ready(self) -> None:
        from config import celery, checks  # noqa: F401
