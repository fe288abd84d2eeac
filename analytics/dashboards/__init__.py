"""Dashboards: saved questions arranged on one page.

    config      what a dashboard shows, checked and written in one way
    kinds       the kinds of widgets, and how each reads its question
    making      create, copy, change, arrange, assign, delete
    access      who may see which
    templates   what a new one can begin with
    sharing     links and embeds for people without an account

A widget keeps its question as the parameters of a report's address. analytics.views.dashboards draws it.
"""
