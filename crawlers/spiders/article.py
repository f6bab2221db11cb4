"""`article`: list pages lead to articles; an article is read by the card's selectors or by general rules."""

from __future__ import annotations

from crawlers.extract import Article, extract
from crawlers.links import article_links, next_page
from crawlers.page import Page
from crawlers.spiders.base import Answer, Output, SourceSpider, Visit
from minyi.models import RawPost


class ArticleSpider(SourceSpider):
    """Reads list pages until one page after the first without a new article, then the articles."""

    government = False

    def on_list(self, answer: Answer) -> Output:
        """Ask for the page's articles, and for the next list page while new ones turn up."""
        page = Page(answer.page.text, answer.url)
        links = article_links(page, self.card)
        following = next_page(page, self.card.list)
        if not links and answer.visit.is_root:
            self.forget(answer.visit, "列表页上没有找到文章链接，请检查 allow 与 list 设置")
            return
        fresh = sum(not self.knows(url) for url in links)
        self.remember_links(answer.visit, links)
        for url in links:
            yield from self.article(url)
        if following and self._goes_on(answer.visit, fresh):
            yield from self.list_page(following, answer.visit.number + 1, behind=fresh == 0)

    def on_unchanged_list(self, visit: Visit, links: tuple[str, ...]) -> Output:
        """Its articles may be due, or left over from a run that was cut short."""
        del visit
        for url in links:
            yield from self.article(url)

    def on_article(self, answer: Answer) -> Output:
        """One raw post."""
        found = extract(answer.page.text, answer.url, self.card.article, government=self.government)
        if found.empty:
            self.forget(answer.visit, "页面里没有标题也没有正文")
            return
        yield self._post(answer, found)

    def _goes_on(self, visit: Visit, fresh: int) -> bool:
        """One page further than the first without anything new: sticky articles stand in the way."""
        pages = self.card.list.max_pages if self.card.list is not None else 1
        return visit.number < pages and (fresh > 0 or not visit.behind)

    def _post(self, answer: Answer, found: Article) -> RawPost:
        return RawPost(
            source=self.card.id,
            fetched_at=self.record.clock(),
            url=answer.visit.url,
            title=found.title,
            body_html=found.body_html,
            author=found.author,
            publisher=found.publisher,
            column=found.column,
            published_raw=found.published_raw,
            content=self.card.content,
            lang=found.lang,
            encoding=answer.page.encoding,
        )
