"""Grafana's JSON data source: a workspace's numbers for a Grafana of its own, read with a secret key.

    GET  /api/v1/grafana/           is it there, and whose is it
    POST /api/v1/grafana/metrics    what can be asked, for the editor of a panel
    POST …/metric-payload-options   the choices of one field of that editor
    POST …/query                    the numbers of a panel
    POST …/variable                 values of a dimension, for the menus above a dashboard
    POST …/tag-keys, …/tag-values   the same for ad-hoc filters

No SQL is taken: a panel names metrics, dimensions, filters and reports, and the engine answers as it answers pages.
https://github.com/simPod/GrafanaJsonDatasource
"""
