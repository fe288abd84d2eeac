"""Alerts: a rule watches a number, and somebody is told once when it crosses.

    tasks.evaluate_due ► claim ► measure (asks the engine) ► decide (pure) ► AlertChange + Notice, one commit
    tasks.tell_due     ► claim ► channel.tell ► sent, or tried again

A worker may die between any two lines. Before the commit, the rule is evaluated again from where it stopped, minute by
minute; after it, the notices stand in the table until a channel took them. A message that was sent and not noted is
sent again under the same id.
"""
