"""What a funnel means, in plain Python: try every attempt there is.

Events are (ms, step bits, value) in the order in which they count. An attempt is a chain of different events, one for
each step, that begins before the period ends and is over within the window.
"""

from collections.abc import Sequence
from dataclasses import dataclass

Event = tuple[int, int, str]  # ms, bits of the steps it fits, value of the breakdown


@dataclass(frozen=True)
class Rules:
    steps: int
    window_ms: int
    end_ms: int
    order: str
    drops: str = ""  # "", "attempt" or "person": what an excluded event (bit `steps`) does
    attribution: str = "first"


@dataclass(frozen=True)
class Attempt:
    level: int
    began: int
    took: tuple[int, ...]  # to step 2, 3 …, of the attempts that reached each first
    value: str


def in_order_of_counting(events: Sequence[Event], order: str) -> list[Event]:
    """By the second and, within it, by the lowest step; strict order goes by the exact time."""
    cut = 1 if order == "strict" else 1000
    counted = [(ms // cut * cut, bits, value) for ms, bits, value in events]
    return sorted(counted, key=lambda event: (event[0], event[1] & -event[1], event[1], event[2]))


def attempt(events: Sequence[Event], rules: Rules) -> Attempt | None:
    """The attempt that counts for a person, or None: never entered, or left out."""
    if rules.order == "any":
        return any_order(in_order_of_counting(events, rules.order), rules)
    # After the period an event is no first step, so it does not stand where first steps stand in its second.
    late = [(ms, bits & ~1 if ms // 1000 * 1000 >= rules.end_ms else bits, value) for ms, bits, value in events]
    return _best(in_order_of_counting(late, rules.order), rules)


def _best(events: list[Event], rules: Rules) -> Attempt | None:
    chains = [chain for first in range(len(events)) for chain in _chains(events, rules, (first,))]
    if rules.drops == "person" and any(_is_thrown_out(events, rules, chains, x) for x in range(len(events))):
        return None
    reached: list[tuple[int, ...]] = []
    for level in range(1, rules.steps + 1):
        of_level = [chain for chain in chains if len(chain) == level]
        if not of_level:
            break
        first = min(chain[-1] for chain in of_level)
        # Of those that end with the same event, the one whose other steps come latest.
        reached.append(max((chain for chain in of_level if chain[-1] == first), key=lambda chain: chain[::-1]))
    if not reached:
        return None
    took = tuple(events[chain[-1]][0] - events[chain[0]][0] for chain in reached[1:])
    return Attempt(len(reached), events[reached[-1][0]][0], took, _value(events, rules, reached[-1]))


def _chains(events: list[Event], rules: Rules, chain: tuple[int, ...]) -> list[tuple[int, ...]]:
    """This chain and every longer one, if it is one."""
    level, place = len(chain), chain[-1]
    ms, bits, _ = events[place]
    start = events[chain[0]][0]
    is_excluded = bool(rules.drops) and bits >> rules.steps & 1
    if is_excluded or not bits >> (level - 1) & 1 or start >= rules.end_ms or ms > start + rules.window_ms:
        return []
    found = [chain]
    if level < rules.steps:
        for following in range(place + 1, len(events)):
            if rules.order == "strict" and following > place + 1:
                break
            if rules.drops and any(events[n][1] >> rules.steps & 1 for n in range(place, following)):
                break
            found += _chains(events, rules, (*chain, following))
    return found


def _is_thrown_out(events: list[Event], rules: Rules, chains: list[tuple[int, ...]], x: int) -> bool:
    """An excluded event during an attempt, before the last step was ever taken."""
    ms, bits, _ = events[x]
    if not bits >> rules.steps & 1 or any(len(chain) == rules.steps and chain[-1] < x for chain in chains):
        return False
    earlier = [n for n in range(x) if events[n][1] >> rules.steps & 1]
    since = earlier[-1] if earlier else -1
    running = [chain for chain in chains if since < chain[0] and chain[-1] < x and len(chain) < rules.steps]
    if rules.order == "strict":
        running = [chain for chain in running if chain[-1] == x - 1]
    return any(ms <= events[chain[0]][0] + rules.window_ms for chain in running)


def _value(events: list[Event], rules: Rules, chain: tuple[int, ...]) -> str:
    if rules.attribution == "last":
        return events[chain[-1]][2]
    step = 1 if rules.attribution == "first" else int(rules.attribution)
    return events[chain[step - 1]][2] if step <= len(chain) else ""


def any_order(events: list[Event], rules: Rules) -> Attempt | None:
    """At each event: the most different steps from any beginning in the period, within the window that ends there."""
    taken: list[tuple[Event, int]] = []  # with the step that it is
    best: list[tuple[int, int, str]] = []  # of each level: began, took, value
    for event in events:
        ms, bits, value = event
        taken = [each for each in taken if each[0][0] >= ms - rules.window_ms]
        if rules.drops and bits >> rules.steps & 1:
            if rules.drops == "person" and len(best) < rules.steps and any(e[0] < rules.end_ms for e, _ in taken):
                return None
            taken = []
            continue
        last = {step: each[0] for each, step in taken}
        fitting = [step for step in range(rules.steps) if bits >> step & 1]
        if not fitting:
            continue
        taken.append((event, min(fitting, key=lambda step: (last.get(step, 0), step))))
        chains = [taken[first:] for first in range(len(taken)) if taken[first][0][0] < rules.end_ms]
        most = max((len({step for _, step in chain}) for chain in chains), default=0)
        if most == len(best) + 1:
            chain = [each for each in chains if len({step for _, step in each}) == most][-1]
            began = chain[0][0][0]
            best.append((began, ms - began, _value_of(chain, rules, value)))
    if not best:
        return None
    return Attempt(len(best), best[-1][0], tuple(took for _, took, _ in best[1:]), best[-1][2])


def _value_of(chain: list[tuple[Event, int]], rules: Rules, present: str) -> str:
    """Each step's last event counts, but for the one that the attempt begins with."""
    of_step = {step: event for event, step in [*chain, chain[0]]}
    if rules.attribution == "last":
        return present
    if rules.attribution == "first":
        return of_step[min(step for step, event in of_step.items() if event[0] == chain[0][0][0])][2]
    step = int(rules.attribution) - 1
    return of_step[step][2] if step in of_step else ""
