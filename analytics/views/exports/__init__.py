"""What pages and API offer as files: which sources there are, their download, the exports in the background."""
