"""The report pages. `frame` is what they share; a report is a module that fills in a Report (analytics/README.md)."""
