"""Paths: which pages or events follow one another in a visit, from its beginning, from one of them, or towards one.

read ► Paths (model) ► statement (a visit as a list, cut at the anchor) ► answer ► nodes and links ► drawing
"""

from analytics.reports.paths.answer import Answer, Link, Node, answer
from analytics.reports.paths.model import Paths

__all__ = ["Answer", "Link", "Node", "Paths", "answer"]
