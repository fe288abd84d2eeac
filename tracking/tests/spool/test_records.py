"""R24, R25: what can be read of a file that was torn or damaged, and what becomes of the rest."""

import pytest

from tracking.spool.records import DONE, HEAD, MARK, Record, decode, pack, split

RECORDS = [Record(number, {0: b"envelope %d" % number}, b"key %d" % number) for number in range(3)]
DATA = b"".join(map(pack, RECORDS))
ENDS = [sum(len(pack(each)) for each in RECORDS[: number + 1]) for number in range(3)]


def read(data: bytes) -> list[int]:
    """The numbers of the records that stand in it."""
    return [decode(data[each.start + HEAD.size : each.end]).received_ms for each in split(data) if each.mark == MARK]


@pytest.mark.parametrize("length", range(len(DATA) + 1))
def test_a_file_cut_anywhere_keeps_its_whole_records(length):
    assert read(DATA[:length]) == list(range(sum(end <= length for end in ENDS)))


@pytest.mark.parametrize("bit", range(0, 8 * ENDS[0], 7))
def test_a_flipped_bit_costs_its_own_record_and_no_other(bit):
    damaged = bytearray(DATA)
    damaged[ENDS[0] + bit // 8] ^= 1 << bit % 8  # of the second record

    found = list(split(bytes(damaged)))

    assert [number for number in read(bytes(damaged)) if number != 1] == [0, 2]
    assert sum(each.end - each.start for each in found) == len(DATA)  # every byte is in one of them


def test_what_is_done_is_told_apart():
    done = bytearray(DATA)
    done[: len(DONE)] = DONE
    assert read(bytes(done)) == [1, 2]
