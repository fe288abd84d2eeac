"""The tag of the tracking script in Django templates: `{% load metricpal %} {% metricpal %}`."""
