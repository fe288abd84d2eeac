"""People and accounts: lists, and one person's profile. Visits of a person are reports.sessions."""
