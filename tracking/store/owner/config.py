"""How the embedded engine is set up: an XML file beside the data, written anew at each start."""

import os
import resource
from pathlib import Path
from xml.sax.saxutils import escape

MIB = 1 << 20
# The defaults are made for a machine of its own: caches of 5 GB each and nine tenths of the memory.
_CACHES = {
    # Decoded columns: the panels of a page read the same ones, and so does everybody who looks at that page.
    "uncompressed_cache_size": 256 * MIB,
    "mark_cache_size": 128 * MIB,
    "index_mark_cache_size": 64 * MIB,
    "primary_index_cache_size": 64 * MIB,
    "query_condition_cache_size": 32 * MIB,
    "compiled_expression_cache_size": 32 * MIB,
    "mmap_cache_size": 64,
    "max_thread_pool_free_size": 32,
}
# After each part of which rows are deleted, the engine rests for 0.1 s and, by chance, up to a second more: a DELETE
# would wait for seconds and do nothing. The rest is longer each time that there is nothing to do, now as before.
_RESTS = {
    "background_processing_pool_thread_sleep_seconds_if_nothing_to_do": 0.01,
    "background_processing_pool_task_sleep_seconds_when_no_work_random_part": 0,
}


def write_config(directory: Path, memory: int) -> Path:
    """`memory` in bytes. Returns the file. Backups may be written to `<directory>/backups` and nowhere else."""
    backups = directory / "backups"
    backups.mkdir(exist_ok=True)
    lines = ["<clickhouse>", f"  <max_server_memory_usage>{memory}</max_server_memory_usage>"]
    lines += [f"  <{name}>{value}</{name}>" for name, value in (_CACHES | _RESTS).items()]
    lines += [f"  <backups><allowed_path>{escape(str(backups))}</allowed_path></backups>", "</clickhouse>"]
    path = directory / "config.xml"
    path.write_text("\n".join(lines) + "\n")
    return path


def default_memory() -> int:
    """40 % of the machine's or the container's memory, 2 GiB at most."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(2048 * MIB, int(min(total, _container_limit(total)) * 0.4))


def raise_open_files() -> None:
    """Each column of each part being merged is a file; the usual soft limit of 1,024 breaks merges."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _container_limit(otherwise: int) -> int:
    try:
        return int(Path("/sys/fs/cgroup/memory.max").read_text())
    except (OSError, ValueError):  # no cgroup v2, or "max"
        return otherwise
