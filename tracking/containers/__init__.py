"""Tag containers: one address in a page, whose rules and code people change here instead of there.

drafts      create, change and delete containers and adaptors; nothing of it is served
rules       the declarative part: what is captured by itself, and which elements become events
syntax      adaptors parse before they are published, or are not published
assembly    settings, script, rules and adaptors become one file, without eval
publishing  publish, roll back, kill, revive
serving     what /tag/… answers
"""
