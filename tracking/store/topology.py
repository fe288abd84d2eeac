"""The schema files, for one server or for a cluster. They are written once, for one server.

single      as written
replicated  one shard, several replicas: the Replicated engines
sharded     each table becomes `<table>_local` on every shard, and `<table>` a Distributed table over them
"""

import re
from pathlib import Path

from tracking.store.address import Topology

SCHEMA = Path(__file__).parent / "schema"
_TABLE = re.compile(r"^(CREATE TABLE IF NOT EXISTS|ALTER TABLE) (\w+)", re.MULTILINE)
_ENGINE = re.compile(r"^ENGINE = (\w*MergeTree)(?:\((.*)\))?$", re.MULTILINE)
_SHARDING_KEY = re.compile(r"^-- sharding key: (.+)$", re.MULTILINE)
_COMMENT = re.compile(r"--[^\n]*")


def files() -> list[Path]:
    """The schema, oldest first: 0001_events.sql, 0002_sessions.sql, …"""
    return sorted(SCHEMA.glob("[0-9]*.sql"))


def statements(source: str, topology: Topology, cluster: str) -> list[str]:
    """The statements of one schema file. Each can be run again without harm."""
    sharding_key = _SHARDING_KEY.search(source)
    found = [part.strip() for part in _COMMENT.sub("", source).split(";") if part.strip()]
    if topology == "single":
        return found
    replicated = [_replicated(statement) for statement in found]
    if topology == "replicated" or sharding_key is None:
        return replicated
    return [part for statement in replicated for part in _sharded(statement, cluster, sharding_key[1].strip())]


def _replicated(statement: str) -> str:
    def engine(match: re.Match[str]) -> str:
        arguments = ["'/clickhouse/tables/{shard}/{database}/{table}'", "'{replica}'", *filter(None, [match[2]])]
        return f"ENGINE = Replicated{match[1]}({', '.join(arguments)})"

    statement = _ENGINE.sub(engine, statement)
    # Replicas keep the tokens in Keeper, under another setting.
    return statement.replace("non_replicated_deduplication_window", "replicated_deduplication_window")


def _sharded(statement: str, cluster: str, sharding_key: str) -> list[str]:
    match = _TABLE.search(statement)
    if match is None:
        return [statement]
    verb, table = match.groups()
    local = _TABLE.sub(rf"\1 {table}_local", statement, count=1)
    if verb == "ALTER TABLE":
        return [local, statement]
    distributed = f"ENGINE = Distributed('{cluster}', currentDatabase(), '{table}_local', {sharding_key})"
    return [local, f"CREATE TABLE IF NOT EXISTS {table} AS {table}_local {distributed}"]
