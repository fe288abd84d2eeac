"""Trends: several series, each a metric with conditions of its own, over time; broken down, combined, smoothed.

read ► Trend (model) ► answer: engine for each series ► formula ► smoothing ► Answer
"""

from analytics.reports.trends.answer import Answer, Line, answer
from analytics.reports.trends.model import LETTERS, SHOWS, SMOOTHS, Custom, Series, Trend

__all__ = ["LETTERS", "SHOWS", "SMOOTHS", "Answer", "Custom", "Line", "Series", "Trend", "answer"]
