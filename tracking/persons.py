"""Merges brought home: events stored before it was known who somebody was get their person.

    writer     identity row: "id 17 turned out to be person 4711"; new events get 4711 at once
    squash     older events, visits and traits that carry 17 get 4711 too

Merges may form chains (a browser, then a user, then a user under a new name) and, by mistake, circles. An id leads to
where its chain ends; of a circle all belong to its smallest id, whoever came first.
"""

from collections.abc import Iterable, Mapping

from tracking import buffer
from tracking.store import persons


def squash(dataset_id: int) -> int:
    """Applies all merges of a dataset to what is stored; how many ids had rows to change. Repeating it is harmless."""
    changed = persons.assign(dataset_id, roots(_steps(dataset_id, persons.merged(dataset_id))))
    if changed:
        buffer.touch(dataset_id)  # reports that were computed before are not true any more
    return changed


def _steps(dataset_id: int, ids: Iterable[int]) -> dict[int, int]:
    """The merges that lead on from these ids, each chain to its end."""
    steps: dict[int, int] = {}
    asked, waiting = set[int](), set(ids)
    while waiting:
        found = persons.merges(dataset_id, waiting)
        asked |= waiting
        steps |= found
        waiting = set(found.values()) - asked
    return steps


def roots(merges: Mapping[int, int]) -> dict[int, int]:
    """id → where its chain ends, for every id that is not its own end."""
    ends: dict[int, int] = {}
    for start in merges:
        chain: dict[int, None] = {}  # in order, and quick to look into
        each = start
        while each not in ends and each not in chain and each in merges:
            chain[each] = None
            each = merges[each]
        if each in chain:
            circle = list(chain)
            end = min(circle[circle.index(each) :])
        else:
            end = ends.get(each, each)
        ends |= dict.fromkeys(chain, end)
    return {each: end for each, end in ends.items() if each != end}
