"""Draws the sample site's pages and feeds in the markup such sites use. Pure; everything is escaped.

Each page carries the banner 示例数据, outside the part an extractor takes for the article.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from minyi.clock import LOCAL, local_text
from sample.story import Document, Hidden, Item

BANNER = '<div id="sample-banner" role="note">示例数据：本站内容全部虚构，仅供演示</div>'
OFFICE = "示例知识产权局"
NAMES = {
    "daily": "青溪日报（示例）",
    "portal": "青溪生活网（示例）",
    "shangbao": "示例商报",
    "luntan": "青溪论坛（示例）",
    "weiyu": "青溪微语（示例）",
    "juhe": "示例聚合站",
}
_STYLE = (
    "body{max-width:46em;margin:0 auto;padding:0 1em;font-family:sans-serif;line-height:1.7}"
    "#sample-banner{background:#b45309;color:#fff;padding:.3em 1em;margin:0 -1em 1em}"
)


def page(title: str, body: str, head: str = "", charset: str = "utf-8") -> str:
    """A whole page around `body`; an empty `charset` leaves the declaration out."""
    declared = f'<meta charset="{charset}">' if charset else ""
    return (
        f"<!DOCTYPE html>\n<html lang='zh-CN'><head>{declared}<title>{escape(title)}</title>{head}"
        f"<style>{_STYLE}</style></head>\n<body>{BANNER}\n{body}\n"
        "<footer>示例站点，内容虚构。</footer></body></html>\n"
    )


def paragraphs(text: str) -> str:
    """Plain text as `<p>` elements, one a line."""
    return "".join(f"<p>{escape(line)}</p>\n" for line in text.split("\n") if line.strip())


def home(columns: Sequence[tuple[str, str]]) -> str:
    """The entry page: (address, name) of every column."""
    rows = "".join(f'<li><a href="{escape(path)}">{escape(name)}</a></li>' for path, name in columns)
    return page("示例站点", f"<h1>示例站点</h1><ul>{rows}</ul>")


# --- papers -----------------------------------------------------------------------------------------


def daily_list(items: Sequence[Item], following: str | None, hidden: Hidden | None) -> str:
    """One page of the paper's list, newest first; the first page also links the forbidden one."""
    rows = [_daily_row(item.path, item.title, f"{item.at.astimezone(LOCAL):%m-%d %H:%M}") for item in items]
    if hidden:
        rows.insert(0, _daily_row(hidden.path, hidden.title, "置顶"))
    more = f'<a class="next" href="{following}">下一页</a>' if following else ""
    return page(
        "青溪日报", f'<h1>要闻</h1><ul class="news-list">{"".join(rows)}</ul><div class="pager">{more}</div>'
    )


def _daily_row(path: str, title: str, note: str) -> str:
    return f'<li><a href="{escape(path)}">{escape(title)}</a> <span class="date">{note}</span></li>\n'


def daily_article(item: Item) -> str:
    """A paper's article with its time in plain sight and a list of other headlines below."""
    return page(
        f"{item.title}_青溪日报",
        f'<h1 class="title">{escape(item.title)}</h1>'
        f'<div class="info"><span class="time">{local_text(item.at)}</span>　来源：青溪日报（示例）</div>'
        f'<div class="article-content">{paragraphs(item.text)}'
        '<div class="related"><p>相关阅读：<a href="/daily/index.html">更多要闻</a></p></div></div>',
    )


def portal_list(items: Sequence[Item]) -> str:
    """The portal's list, an old table."""
    rows = "".join(
        f'<tr><td><a href="{escape(item.path)}" title="{escape(item.title)}">{escape(item.title)}</a></td>'
        f"<td>[{item.at.astimezone(LOCAL):%Y-%m-%d}]</td></tr>\n"
        for item in items
    )
    return page("青溪生活网", f'<h1>本地新闻</h1><table class="newslist">{rows}</table>', charset="")


def portal_article(item: Item) -> str:
    """The portal's article; it calls itself gb2312 though it holds more."""
    local = item.at.astimezone(LOCAL)
    return page(
        item.title,
        f'<table><tr><td class="newstitle">{escape(item.title)}</td></tr>'
        f'<tr><td class="newsinfo">发布时间：{local:%Y年%m月%d日 %H:%M}</td></tr>'
        f'<tr><td><div id="zoom">{paragraphs(item.text)}</div></td></tr></table>',
        charset="gb2312",
    )


def shangbao_article(item: Item) -> str:
    """The business paper's article, modern markup."""
    when = item.at.astimezone(LOCAL).isoformat()
    head = (
        f'<meta property="og:title" content="{escape(item.title)}">'
        f'<meta property="article:published_time" content="{when}">'
    )
    return page(
        f"{item.title} - 示例商报",
        f'<main><h1>{escape(item.title)}</h1><time datetime="{when}">{local_text(item.at)}</time>'
        f"<article>{paragraphs(item.text)}</article></main>",
        head,
    )


def rss(items: Sequence[Item], base: str) -> str:
    """RSS 2.0 with a short description; the text stands on the article's page."""
    entries = "".join(
        f"<item><title>{escape(item.title)}</title><link>{base}{item.path}</link>"
        f'<guid isPermaLink="true">{base}{item.path}</guid><category>示例数据</category>'
        f"<pubDate>{format_datetime(item.at.astimezone(LOCAL))}</pubDate>"
        f"<description>{escape(item.text[:40])}……</description></item>\n"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>示例商报（示例数据）</title><link>{base}/</link><description>示例数据，全部虚构</description>\n"
        f"{entries}</channel></rss>\n"
    )


# --- what people write ------------------------------------------------------------------------------


def thread_list(items: Sequence[Item], following: str | None) -> str:
    """A page of the forum's thread list; the exact time hides in a title attribute."""
    rows = "".join(
        f'<tbody id="normalthread_{item.number}"><tr><th><a class="s xst" href="{escape(item.path)}">'
        f'{escape(item.title)}</a></th><td class="by"><cite>{escape(item.author)}</cite>{_posted(item)}</td>'
        f'<td class="num">{item.metric("views", 3000)}</td></tr></tbody>\n'
        for item in items
    )
    more = f'<a class="nxt" href="{following}">下一页</a>' if following else ""
    return page(
        "青溪论坛 - 街坊闲谈", f'<table id="threadlisttableid">{rows}</table><div class="pg">{more}</div>'
    )


def _posted(item: Item) -> str:
    if not item.dated:
        return ""
    local = item.at.astimezone(LOCAL)
    return f'<em><span title="{_short(local)}">{local:%m-%d}</span></em>'


def _short(local: datetime) -> str:
    return f"{local.year}-{local.month}-{local.day} {local:%H:%M}"


def thread(item: Item) -> str:
    """One thread's page."""
    posted = f"发表于 {_short(item.at.astimezone(LOCAL))}" if item.dated else ""
    stamp = f'<em id="authorposton{item.number}">{posted}</em>' if posted else ""
    return page(
        f"{item.title} - 青溪论坛",
        f'<h1 class="ts"><span id="thread_subject">{escape(item.title)}</span></h1>'
        f'<div class="authi"><a class="xw1">{escape(item.author)}</a> {stamp}</div>'
        f'<table><tr><td class="t_f" id="postmessage_{item.number}">'
        f"{paragraphs(item.text)}</td></tr></table>",
    )


def note(item: Item) -> str:
    """The page of one short post or copied entry."""
    when = f"<time>{local_text(item.at)}</time>" if item.dated else ""
    return page(
        item.title or item.author, f"<p>{escape(item.author)} {when}</p><div>{paragraphs(item.text)}</div>"
    )


def json_feed(items: Sequence[Item], base: str) -> str:
    """JSON Feed 1.1 of the short posts; undated ones carry no date."""
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "青溪微语（示例数据）",
            "home_page_url": f"{base}/",
            "items": [_json_item(item, base) for item in items],
        },
        ensure_ascii=False,
        indent=1,
    )


def _json_item(item: Item, base: str) -> dict[str, object]:
    values: dict[str, object] = {
        "id": f"{base}{item.path}",
        "url": f"{base}{item.path}",
        "content_text": item.text,
        "authors": [{"name": item.author}],
        "tags": ["示例数据"],
    }
    if item.dated:
        values["date_published"] = item.at.astimezone(LOCAL).isoformat()
    return values


def atom(items: Sequence[Item], base: str) -> str:
    """Atom with full text, as a site farm gives it."""
    entries = "".join(
        f"<entry><title>{escape(item.title)}</title><id>{base}{item.path}</id>"
        f'<link href="{base}{item.path}"/><updated>{item.at.isoformat()}</updated>'
        f"<published>{item.at.isoformat()}</published><author><name>{escape(item.author)}</name></author>"
        f'<category term="示例数据"/><content type="text">{escape(item.text)}</content></entry>\n'
        for item in items
    )
    newest = items[0].at.isoformat() if items else "2026-01-01T00:00:00+08:00"
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>示例聚合站（示例数据）</title><id>{base}/juhe/</id><updated>{newest}</updated>\n{entries}</feed>\n"
    )


# --- the office -------------------------------------------------------------------------------------


def office_list(documents: Sequence[Document], column: str) -> str:
    """A column of the office."""
    rows = "".join(
        f'<li><a href="{escape(one.path)}" title="{escape(one.title)}">{escape(one.title)}</a>'
        f"<span>{one.at.astimezone(LOCAL):%Y-%m-%d}</span></li>\n"
        for one in documents
    )
    return page(f"{column}_{OFFICE}", f'<h2>{column}</h2><ul class="list">{rows}</ul>')


def office_page(document: Document, column: str) -> str:
    """A document or interpretation, with the metadata government sites carry and the 公开目录 block."""
    local = document.at.astimezone(LOCAL)
    metas = {
        "SiteName": OFFICE,
        "SiteIDCode": "0000000000",
        "ColumnName": column,
        "ArticleTitle": document.title,
        "PubDate": f"{local:%Y-%m-%d %H:%M}",
        "ContentSource": OFFICE,
    }
    head = "".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in metas.items())
    return page(
        f"{document.title}_{OFFICE}",
        f"{_catalogue(document)}<h1>{escape(document.title)}</h1>"
        f'<p>发布时间：<span class="pub-time">{local:%Y-%m-%d %H:%M}</span>　来源：{OFFICE}</p>'
        f'<div class="TRS_Editor">{paragraphs(document.text)}</div>',
        head,
    )


def _catalogue(document: Document) -> str:
    if not document.doc_number:
        return ""
    rows = (
        ("索　引　号", document.index_number),
        ("主题分类", "知识产权"),
        ("发文机关", OFFICE),
        ("成文日期", document.issued_on),
        ("标　　题", document.title),
        ("发文字号", document.doc_number),
        ("发布日期", f"{document.at.astimezone(LOCAL):%Y年%m月%d日}"),
    )
    cells = "".join(f"<tr><th>{name}：</th><td>{escape(value)}</td></tr>" for name, value in rows)
    return f'<table class="xxgk">{cells}</table>'


def hidden_page(hidden: Hidden) -> str:
    """The page robots.txt forbids."""
    return page(hidden.title, f"<h1>{escape(hidden.title)}</h1><p>{escape(hidden.text)}</p>")
