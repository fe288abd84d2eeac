"""`./metricpal`: makes the environment, then hands over to it.

    metricpal (sh) ─► __main__ (verbs) ─► environment (.venv) ─► frontend (npm) ─► config.embedded, pytest, tools

Runs under any Python 3.11 before a single package is installed: standard library only.
"""
