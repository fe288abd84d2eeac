"""Dashboards on pages: the list, one of them, the builder, sharing, and what people without an account see."""
