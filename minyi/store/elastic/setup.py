"""Setting the cluster up: templates, side indices, additions to the mapping. Needs an administrator's login.

Everything may be done twice. A cluster is read and written by the service's own, smaller key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from minyi.store.elastic import template
from minyi.store.elastic.client import Cluster
from minyi.store.elastic.layout import Layout

Tell = Callable[[str], None]
"""Hears a line of progress, Chinese."""


def set_up(cluster: Cluster, layout: Layout, generation: int, month: str, tell: Tell) -> None:
    """Templates, this month's index and the side indices; fields added since are added everywhere.

    The month's index is made so that the alias to read by exists before the first post.
    """
    put_template(cluster, layout, generation, readable=True)
    tell(f"模板 {layout.template(generation)} 已就绪（结构版本 {template.SCHEMA}）")
    _drop_strays(cluster, layout, generation, tell)
    for name, properties in template.SIDE_INDICES.items():
        _ensure_side(cluster, f"{layout.prefix}-{name}", properties)
    for index in indices(cluster, layout, generation):
        cluster.ask("PUT", f"/{index}/_mapping", {"properties": template.POSTS})
    ensure(cluster, layout.index(generation, month))
    tell(f"索引 {layout.policies}、{layout.alerts}、{layout.health} 已就绪")


def put_template(cluster: Cluster, layout: Layout, generation: int, *, readable: bool) -> None:
    """The component with analysis and mapping together, and the index template of a generation.

    A component whose mapping names an analyzer that it does not define itself is refused. While a
    generation is being filled it is not `readable`: its indices stay out of the alias. What an office puts
    into the component `@custom`, which need not exist, goes before ours: more shards, other replicas.
    """
    component, custom = f"{layout.posts}@{template.SCHEMA}", f"{layout.posts}@custom"
    meta = {"version": template.TEMPLATE_VERSION, "schema": template.SCHEMA}
    inner = {"settings": template.settings(analysis=True), "mappings": template.mappings(template.POSTS)}
    cluster.ask("PUT", f"/_component_template/{component}", {"template": inner, "_meta": meta})
    body: dict[str, Any] = {
        "index_patterns": [layout.pattern(generation)],
        "composed_of": [component, custom],
        "ignore_missing_component_templates": [custom],
        "priority": template.PRIORITY,
        "_meta": meta,
        "template": {"aliases": {layout.posts: {}}} if readable else {},
    }
    cluster.ask("PUT", f"/_index_template/{layout.template(generation)}", body)


def ensure(cluster: Cluster, index: str) -> None:
    """Create an index from its template unless it is there."""
    if not cluster.exists(f"/{index}"):
        cluster.ask("PUT", f"/{index}")


def _ensure_side(cluster: Cluster, index: str, properties: Mapping[str, Any]) -> None:
    if cluster.exists(f"/{index}"):
        cluster.ask("PUT", f"/{index}/_mapping", template.mappings(properties))
    else:
        body = {"settings": template.settings(analysis=False), "mappings": template.mappings(properties)}
        cluster.ask("PUT", f"/{index}", body)


def indices(cluster: Cluster, layout: Layout, generation: int | None = None) -> list[str]:
    """Indices of posts, of one generation or of all, by name."""
    pattern = f"{layout.posts}-v*" if generation is None else layout.pattern(generation)
    return sorted(name for name in cluster.ask("GET", f"/{pattern}/_alias") if layout.read_index(name))


def readable_generations(cluster: Cluster, layout: Layout) -> set[int]:
    """Generations the alias holds."""
    names = cluster.ask("GET", f"/{layout.posts}-v*/_alias")
    return {
        parts[0]
        for name, one in names.items()
        if layout.posts in one["aliases"] and (parts := layout.read_index(name)) is not None
    }


def _drop_strays(cluster: Cluster, layout: Layout, generation: int, tell: Tell) -> None:
    """Delete empty months that came to be while the template was missing, and so have no mapping of ours."""
    answer = cluster.ask("GET", f"/{layout.pattern(generation)}/_mapping")
    for index, one in answer.items():
        if one["mappings"].get("_meta", {}).get("schema") == template.SCHEMA:
            continue
        cluster.ask("POST", f"/{index}/_refresh")
        if cluster.ask("GET", f"/{index}/_count")["count"] == 0:
            cluster.ask("DELETE", f"/{index}")
            tell(f"删除没有模板时建成的空索引 {index}")
