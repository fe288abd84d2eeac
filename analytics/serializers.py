"""The shapes of the analytics API: for the schema and its page. The engine's own words say what they mean."""

from typing import Any

from rest_framework import serializers

from analytics.api.conditions import ConditionsField
from analytics.api.paging import next_cursor
from analytics.query.catalogue import DIMENSIONS, METRICS
from analytics.query.compare import percent_change
from analytics.query.model import Period, Result, Row
from analytics.query.profiles import PROFILES


class PeriodSerializer(serializers.Serializer[Period]):
    key = serializers.CharField()
    start = serializers.DateTimeField(help_text="Included.")
    end = serializers.DateTimeField(help_text="Not included.")
    deleted_before = serializers.DateTimeField(
        allow_null=True, help_text="Events before are deleted, so the period begins empty. Null: all of it is kept."
    )


class QuerySerializer(serializers.Serializer[Any]):
    """What may be sent. analytics.query.parse reads it and says what is wrong."""

    metrics = serializers.ListField(child=serializers.ChoiceField(list(METRICS)), default=["visitors"])
    dimensions = serializers.ListField(
        child=serializers.CharField(), default=[], help_text=f"{', '.join(DIMENSIONS)} or prop:<key>."
    )
    period = serializers.JSONField(required=False, help_text='A preset, or {"from": "2026-01-01", "to": "2026-01-31"}.')
    filters = ConditionsField(required=False)
    segment = serializers.CharField(required=False, help_text="Id of a saved segment; the same as a filter on it.")
    cohort = serializers.CharField(required=False, help_text="Id of a saved cohort; the same as a filter on it.")
    interval = serializers.ChoiceField(["minute", "hour", "day", "week", "month"], allow_null=True, default=None)
    compare = serializers.JSONField(required=False, help_text="previous, year, off, or a period of its own.")
    match = serializers.ChoiceField(["weekday", "date"], default="weekday")
    order_by = serializers.ListField(default=None, help_text='["visitors", "desc"]; also a dimension.')
    limit = serializers.IntegerField(default=10, min_value=1, max_value=1000)
    offset = serializers.IntegerField(default=0, min_value=0)
    cursor = serializers.CharField(
        required=False, help_text="next_cursor of the answer before, with the same question."
    )
    bots = serializers.BooleanField(default=False)
    profile = serializers.ChoiceField(list(PROFILES), required=False, help_text="Visits as another tool cuts them.")


class RowSerializer(serializers.Serializer[Row]):
    keys = serializers.ListField(child=serializers.CharField())
    values = serializers.DictField(child=serializers.FloatField(allow_null=True))
    before = serializers.DictField(child=serializers.FloatField(allow_null=True), allow_null=True)
    partial = serializers.BooleanField(help_text="A bucket that is not over yet.")  # type: ignore[assignment]
    other = serializers.BooleanField(help_text="In a series with a dimension: all groups beyond `limit` together.")


class DefinitionSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField()
    description = serializers.CharField()
    link = serializers.CharField()


class AnswerSerializer(serializers.Serializer[Result]):
    period = PeriodSerializer(source="query.period")
    compare = PeriodSerializer(source="query.compare", allow_null=True)
    timezone = serializers.CharField(source="query.zone")
    metrics = serializers.ListField(source="query.metrics")
    dimensions = serializers.ListField(source="query.dimensions")
    interval = serializers.CharField(source="query.interval", allow_null=True)
    totals = serializers.DictField(child=serializers.FloatField(allow_null=True))
    totals_before = serializers.DictField(child=serializers.FloatField(allow_null=True), allow_null=True)
    change = serializers.DictField(
        child=serializers.FloatField(allow_null=True), help_text="Percent; points for percentages."
    )
    rows = RowSerializer(many=True)
    group_count = serializers.IntegerField(help_text="Groups there are in all, before limit.")
    next_cursor = serializers.CharField(allow_null=True, help_text="Send as cursor for the rows that follow.")
    population = serializers.FloatField(allow_null=True, help_text="The visitors that conversion_rate is a share of.")
    as_of = serializers.DateTimeField(help_text="Every event acknowledged before is counted.")
    exact = serializers.BooleanField(help_text="False: distinct visitors are estimated, within about 0.5 %.")
    definitions = serializers.DictField(child=DefinitionSerializer())


class MetricsSerializer(serializers.Serializer[Any]):
    """The numbers of a period; the first three also under the names that the first client used."""

    page_views = serializers.IntegerField()
    unique_visitors = serializers.IntegerField()
    sessions = serializers.IntegerField()
    period = PeriodSerializer()
    metrics = serializers.DictField(child=serializers.FloatField(allow_null=True))
    before = serializers.DictField(child=serializers.FloatField(allow_null=True), allow_null=True)
    change = serializers.DictField(child=serializers.FloatField(allow_null=True))
    as_of = serializers.DateTimeField()
    exact = serializers.BooleanField()
    definitions = serializers.DictField(child=DefinitionSerializer())


class StoredEventSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    type = serializers.CharField()
    name = serializers.CharField()
    at = serializers.DateTimeField()
    visitor_id = serializers.CharField(help_text="Unsigned 64-bit number as text.")
    session_id = serializers.CharField(help_text="Unsigned 64-bit number as text.")
    path = serializers.CharField()
    properties = serializers.DictField(child=serializers.CharField())


class EventListSerializer(serializers.Serializer[Any]):
    events = StoredEventSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="Send as ?cursor= for the next page.")


def period(given: Period | None) -> dict[str, str | None] | None:
    if given is None:
        return None
    before = given.deleted_before.isoformat() if given.deleted_before else None
    return {
        "key": given.key,
        "start": given.start.isoformat(),
        "end": given.end.isoformat(),
        "deleted_before": before,
    }


def definitions(metrics: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """What each number means, and where that stands."""
    return {
        name: {
            "label": METRICS[name].label,
            "unit": METRICS[name].unit,
            "description": METRICS[name].description,
            "link": "/docs/metrics/",
        }
        for name in metrics
    }


def changes(result: Result) -> dict[str, float | None]:
    before = result.totals_before or {}
    return {name: percent_change(name, before.get(name), now) for name, now in result.totals.items()}


def answer(result: Result) -> dict[str, Any]:
    """AnswerSerializer's shape. Written out, since DRF would spend more on a thousand rows than the engine does."""
    query = result.query
    return {
        "period": period(query.period),
        "compare": period(query.compare),
        "timezone": query.zone,
        "metrics": query.metrics,
        "dimensions": query.dimensions,
        "interval": query.interval,
        "totals": result.totals,
        "totals_before": result.totals_before,
        "change": changes(result),
        "rows": [
            {
                "keys": row.keys,
                "values": row.values,
                "before": row.before,
                "partial": row.partial,
                "other": row.is_other,
            }
            for row in result.rows
        ],
        "group_count": result.group_count,
        "next_cursor": next_cursor(result),
        "population": result.population,
        "as_of": result.as_of.isoformat(),
        "exact": result.exact,
        "definitions": definitions(query.metrics),
    }
