"""User documentation: Markdown files in templates/docs/, served at /docs/.

    contents ──► tables (what the product knows already) ──► markdown ──► views
                                                                └──► search

config/tests/test_docs.py follows the links and runs the examples.
"""
