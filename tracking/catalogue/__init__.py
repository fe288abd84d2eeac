"""The catalogue: which events and properties were seen, when first and last, how often, and what people say of them.

watch    the event store → PostgreSQL, every few minutes and before the page is shown
pages    what the page shows: search, markers, what schemas say
drafts   what was seen, as a schema to begin with
"""
