"""Least privilege: a key for each work, made by the administrator, and a role for those who only look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minyi.store.elastic.client import Cluster, Login, Refused
from minyi.store.elastic.layout import Layout

SERVICE, READER, RETENTION = "service", "reader", "retention"
VIEWER_ROLE = "minyi-viewer"

_READ = ["read", "view_index_metadata"]


def descriptors(layout: Layout) -> dict[str, dict[str, Any]]:
    """What each key may do, by its name.

    The service writes, reads, creates months and makes writes findable; it may not delete an index, touch
    templates, or read a foreign index. Retention may look at the posts' indices and delete them whole.
    """
    mine = [f"{layout.prefix}-*"]
    write = [*_READ, "index", "delete", "create_index", "maintenance"]
    return {
        SERVICE: {"cluster": ["monitor"], "indices": [{"names": mine, "privileges": write}]},
        READER: {"cluster": ["monitor"], "indices": [{"names": mine, "privileges": _READ}]},
        RETENTION: {
            "cluster": [],
            "indices": [
                {
                    "names": [f"{layout.posts}-v*"],
                    "privileges": ["view_index_metadata", "monitor", "delete_index"],
                }
            ],
        },
    }


def viewer_role(layout: Layout) -> dict[str, Any]:
    """Looks at boards and posts in Kibana; writes nothing."""
    return {
        "cluster": [],
        "indices": [{"names": [f"{layout.prefix}-*"], "privileges": _READ}],
        "applications": [
            {
                "application": "kibana-.kibana",
                "privileges": ["feature_dashboard_v2.read", "feature_discover_v2.read"],
                "resources": ["space:default"],
            }
        ],
    }


def put_viewer_role(cluster: Cluster, layout: Layout) -> None:
    """Create or replace the viewer's role."""
    cluster.ask("PUT", f"/_security/role/{VIEWER_ROLE}", viewer_role(layout))


def make_key(cluster: Cluster, layout: Layout, name: str) -> str:
    """A new key, in the form the service reads; older keys of this name stop working."""
    full_name = f"{layout.prefix}-{name}"
    try:
        cluster.ask("DELETE", "/_security/api_key", {"name": full_name})
    except Refused as error:
        if error.status != 404:
            raise
    body = {"name": full_name, "role_descriptors": {full_name: descriptors(layout)[name]}}
    made: Mapping[str, str] = cluster.ask("POST", "/_security/api_key", body)
    return made["encoded"]


def key_works(cluster: Cluster, key: str) -> bool:
    """True when the cluster knows the key; `cluster` gives the addresses."""
    probe = cluster.with_login(Login(api_key=key))
    try:
        probe.ask("GET", "/_security/_authenticate")
    except Refused as error:
        if error.status == 401:
            return False
        raise
    finally:
        probe.close()
    return True


def set_kibana_password(cluster: Cluster, password: str) -> None:
    """Give Kibana's own account its password."""
    cluster.ask("POST", "/_security/user/kibana_system/_password", {"password": password})
