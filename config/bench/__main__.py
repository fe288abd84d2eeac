"""The command line of the benchmarks, and their report."""

import argparse
import json
from collections.abc import Callable, Iterable

from config.bench import (
    daily,
    door,
    exports,
    filters,
    kafka,
    latency,
    limits,
    live,
    memory,
    overview,
    reports,
    schemas,
    script,
    sdk,
    soak,
    writer,
)

# All figures at the end, or each as soon as it is known.
Figures = dict[str, object] | Iterable[tuple[str, object]]
BENCHES: dict[str, Callable[[argparse.Namespace], Figures]] = {
    "door": door.measure,
    "limits": limits.measure,
    "kafka": kafka.measure,
    "writer": writer.measure,
    "latency": latency.measure,
    "live": live.measure,
    "memory": memory.measure,
    "overview": overview.measure,
    "filters": filters.measure,
    "reports": reports.measure,
    "daily": daily.measure,
    "exports": exports.measure,
    "schemas": schemas.measure,
    "script": script.measure,
    "sdk": sdk.measure,
    "soak": soak.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="./metricpal bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="which; all by default")
    parser.add_argument("--millions", nargs="*", type=float, default=[1, 3, 10], help="sizes of the stored data set")
    parser.add_argument("--seconds", type=float, default=10, help="how long to send events for each figure")
    parser.add_argument("--minutes", type=float, default=1, help="how long the soak keeps its page open")
    options = parser.parse_args()
    for name in options.names or BENCHES:
        print(f"\n== {name}: {(BENCHES[name].__doc__ or '').strip()}", flush=True)
        found = BENCHES[name](options)
        for figure, value in found.items() if isinstance(found, dict) else found:
            print(f"{figure:58s} {value if isinstance(value, str) else json.dumps(value)}", flush=True)


if __name__ == "__main__":
    main()
