"""The doors of ingestion, a file a dialect: each reads its own body and answers in its own words."""
