"""`gov`: a policy column of a government site; each document becomes a policy as well as a post."""

from __future__ import annotations

from dataclasses import replace

from crawlers.extract import Article
from crawlers.spiders.article import ArticleSpider
from crawlers.spiders.base import Answer
from minyi.models import RawPost


class GovSpider(ArticleSpider):
    """Like `article`, and reads the public-directory block, document number and deadline."""

    government = True

    def _post(self, answer: Answer, found: Article) -> RawPost:
        directory = found.directory
        return replace(
            super()._post(answer, found),
            is_policy=True,
            publisher=found.publisher or directory.issuer,
            doc_number=directory.doc_number,
            index_number=directory.index_number,
            issuer=directory.issuer,
            issued_on_raw=directory.issued_on,
            deadline_raw=found.deadline_raw,
        )
