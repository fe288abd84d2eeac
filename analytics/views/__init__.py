"""The pages. A view gets the workspace, reads the URL, asks the engine and renders.

    overview.py     the page, its live parts, its panels    state.py    what the URL says
    details.py      all rows of a panel, with search        panels.py   which panels there are and what they ask
    downloads.py    the same as CSV
    suggestions.py  values for the filter builder

What templates show is made by toolbar, tiles, chart, rows and panel_view: values, links and texts, no HTML.
"""
