"""How other tools write events, a file for each: their bodies into our words, our receipts into their answers.

Whoever used one of them changes a host name. The addresses are in tracking.api.vendors, the keys in
tracking.other_keys; each file names the public description it follows, and its test sends with the vendor's own SDK.
"""
