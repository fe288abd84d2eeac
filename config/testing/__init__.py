"""The pytest plugin (`-p config.testing`): real stores for the run, and the world the tests live in.

    stores    PostgreSQL, two Valkeys, the event store: started once for a run, databases of its own for each process
    world     Acme with owner, admin, analyst and viewer; a stranger who owns Globex; keys; a fixed clock
    kafka     the ingest log with Kafka below it, for one test or, with --kafka, for the whole run
    vendor    a stand-in for a tool of somebody else, which scripts its answers
    pages     a served site, and a Chromium that looks at it

`-p` looks for modules where Python does: run `./metricpal test` or `python -m pytest`, not the bare `pytest`.
"""

import pytest

pytest_plugins = ["config.testing.stores"]


def pytest_configure(config: pytest.Config) -> None:
    # Only now has pytest-django set Django up, and models can be imported.
    for name in ("world", "pages", "vendor", "kafka"):
        config.pluginmanager.import_plugin(f"config.testing.{name}")
