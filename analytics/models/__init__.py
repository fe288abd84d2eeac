"""What people make of their numbers and keep in PostgreSQL, a file a noun."""
