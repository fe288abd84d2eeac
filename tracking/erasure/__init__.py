"""Erasing a person, or all that a deleted workspace has collected: from the store, the log, the outbox and every copy.

    ask, or the end of a workspace ─► Erasure (PostgreSQL) ─► pass ─► pass ─► done, with its numbers, in the audit log
                                                              every minute: events, visits, traits, quarantine, held
                                                              events, visit states, files of exports; what was on its
                                                              way while somebody deleted is found by the next pass
    every night ─► purge: the engine writes its files anew, and nothing of it is on the disk

It is done when a pass finds nothing and whatever was acknowledged before it began has been stored. What is hidden is
hidden from the first pass on. Killed anywhere, the next pass goes on: deleting twice is harmless. What an older backup
brings back is erased again (`again`).
"""

from tracking.erasure.asking import ask_person, connect, of_organization
from tracking.erasure.copies import erasing
from tracking.erasure.passes import due, erase, purge

__all__ = ["ask_person", "connect", "due", "erase", "erasing", "of_organization", "purge"]
