"""One environment of one workspace, as a roll-up asks about it: days of its zone, and everything its events mean."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, timedelta

from analytics.query.model import Period, Query
from analytics.reports.money import Rates
from analytics.rollups.roles import Names, names_of, only_identified
from config.lib.clock import day_start
from workspaces.models import Environment, Workspace

VERSION = 1  # of the definitions in this package: another one makes every day due again


@dataclass(frozen=True)
class Dataset:
    workspace: Workspace
    environment: Environment
    names: Names
    rates: Rates
    only_identified: bool = False  # activity of strangers does not count

    @classmethod
    def of(cls, workspace: Workspace, environment: Environment) -> "Dataset":
        return cls(workspace, environment, names_of(workspace), Rates.of(workspace), only_identified(workspace))

    @property
    def id(self) -> int:
        return self.workspace.dataset_id(self.environment)

    @property
    def zone(self) -> str:
        return self.workspace.timezone

    @property
    def definition(self) -> str:
        """Another one as soon as equal events would give other numbers."""
        rates = {code: str(rate.normalize()) for code, rate in self.rates.known.items()}
        said = [VERSION, self.zone, self.rates.own, self.names, rates, self.only_identified]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def query(self, first: date, last: date) -> Query:
        """Everything from the first moment of `first` to the end of `last`, known bots left out."""
        period = Period("rollup", day_start(first, self.zone), day_start(last + timedelta(1), self.zone))
        return Query(self.id, self.zone, period, metrics=())

    def with_bots(self, first: date, last: date) -> Query:
        return replace(self.query(first, last), bots=True)
