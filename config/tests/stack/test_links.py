"""R13, R27: lines that are cut, silent, slow, or lose answers half way, between our processes and their stores."""

import random
import time
import uuid

import pytest

from config.rig.lines import Lined
from config.rig.link import LOST_ANSWERS, MODES, OK, REFUSE, TORN
from config.tests.stack.test_kill import check, send_while


def break_in_turn(lines: Lined, name: str, modes: tuple[str, ...], seed: int, events: int) -> None:
    tenant = lines.stack.tenant(f"{name} {uuid.uuid4().hex[:6]}")
    chance = random.Random(seed)

    def breaking(sender) -> None:
        for _ in range(len(modes)):
            time.sleep(chance.uniform(0.1, 0.5))
            link, mode = chance.choice([lines.log, lines.store]), chance.choice(modes)
            link.mode = mode
            time.sleep(chance.uniform(0.3, 1.5))
            link.mode = OK

    journals = send_while(lines.stack, tenant, events, breaking)
    check(lines.stack, tenant, journals)


def test_cut_and_lying_lines_lose_and_double_nothing(lines):
    break_in_turn(lines, "short", (REFUSE, TORN, LOST_ANSWERS), seed=1, events=2_000)


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(4))
def test_lines_of_every_bad_kind_lose_and_double_nothing(lines, seed):
    break_in_turn(lines, f"lines {seed}", MODES * 2, seed, events=20_000)
