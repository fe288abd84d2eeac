from django.apps import AppConfig


class MetricPalConfig(AppConfig):
    name = "metricpal.django"
    label = "metricpal"
    verbose_name = "MetricPal"
