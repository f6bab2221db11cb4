"""What of the cluster's copy is newer than the record: the trace of a record restored from an older copy.

The cluster keeps the higher revision of a post, so what it holds of days that the record forgot could not
be corrected by sending those posts again. In all other times no document is newer than its post.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from minyi.models import PostId
from minyi.store.elastic.client import Cluster
from minyi.store.elastic.hits import LENIENT
from minyi.store.elastic.layout import Layout

PAGE = 1_000


def newest(cluster: Cluster, layout: Layout) -> Iterator[Mapping[PostId, int]]:
    """Pages of documents' revisions, highest first; asked for as they are read.

    What was written a moment ago is made findable first.
    """
    cluster.ask("POST", f"/{layout.posts}/_refresh", params=LENIENT)
    body: dict[str, object] = {
        "query": {"match_all": {}},
        "size": PAGE,
        "sort": [{"revision": "desc"}, {"id": "desc"}],
        "_source": False,
        "track_total_hits": False,
    }
    while True:
        answer = cluster.ask("POST", f"/{layout.posts}/_search", body, params=LENIENT, timeout=30.0)
        hits = answer["hits"]["hits"]
        yield {PostId(hit["_id"]): int(hit["sort"][0]) for hit in hits}
        if len(hits) < PAGE:
            return
        body["search_after"] = hits[-1]["sort"]
