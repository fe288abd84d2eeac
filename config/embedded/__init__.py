"""The stores from pip and the processes of `./metricpal up`.

    __main__ ── up ──► stores (postgres, valkey, eventstore: where no URL is configured)
                  ├──► config.prepare, a process of its own (migrations, demo on the first run)
                  └──► supervisor (keeps all running) ◄── programs (web, live, writer, worker, beat)

Imports neither Django nor any package from pip: the supervisor stays small, and no child's fault is its own.
"""
