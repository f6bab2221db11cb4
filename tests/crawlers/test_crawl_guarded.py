"""What a site must not make us do: enter a closed door, follow it inside, take a wall for a page."""

from __future__ import annotations

import gzip

from minyi.models import SourceState
from tests.crawlers.conftest import OfficeMaker
from tests.servers.site import Reply, Seen, Site, serve

LIST = "<a href='/art/1.html'>第1篇样例文章</a><a href='/no/2.html'>第2篇样例文章</a>"
PAGE = f"<title>第1篇样例文章</title><p>{'样例正文，' * 8}。</p>"


def test_robots_disallow_is_obeyed(site: Site, office: OfficeMaker) -> None:
    """A disallowed path is never asked for; the rest is read."""
    site.routes["/robots.txt"] = Reply(b"User-agent: Minyi\nDisallow: /no/\n")
    site.page("/", LIST)
    site.page("/art/1.html", PAGE)
    site.page("/no/2.html", PAGE)
    result = office(allow=("html",)).crawl()
    assert "/no/2.html" not in site.paths()
    assert (result.run.items, result.run.state, result.run.blocked) == (1, SourceState.OK, 1)
    assert "robots.txt 不允许" in result.run.reasons[0]


def test_a_site_closed_by_robots_is_blocked(site: Site, office: OfficeMaker) -> None:
    """Nothing but robots.txt is asked for."""
    site.routes["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /\n")
    result = office().crawl()
    assert (site.paths(), result.run.state) == ([], SourceState.BLOCKED)


def test_unreachable_robots_closes_the_site(site: Site, office: OfficeMaker) -> None:
    """A failing robots.txt means no permission (RFC 9309), whatever the pages would answer."""
    site.routes["/robots.txt"] = Reply(b"oops", 500)
    site.page("/", LIST)
    result = office().crawl()
    assert (site.paths(), result.run.state) == ([], SourceState.DOWN)
    assert "robots.txt 无法读取" in result.run.reasons[0]


def test_a_redirect_to_a_private_address_is_refused(site: Site, office: OfficeMaker) -> None:
    """Each hop passes the guard: another port of the same machine is not reached."""
    with serve() as inside:
        inside.page("/secret.html", PAGE)
        site.page("/", "<a href='/art/1.html'>一</a><a href='/art/2.html'>二</a>")
        port = inside.port
        site.routes["/art/1.html"] = Reply(b"", 302, {"Location": f"http://127.0.0.1:{port}/secret.html"})
        site.routes["/art/2.html"] = Reply(b"", 302, {"Location": f"http://2130706433:{port}/secret.html"})
        result = office(allow=("/art/",)).crawl()
        assert inside.seen == []
    assert (result.run.items, result.run.errors) == (0, 2)
    assert any("127.0.0.1" in reason for reason in result.run.reasons)


def test_a_redirect_loop_ends(site: Site, office: OfficeMaker) -> None:
    """At most five hops, then a failure in words."""
    site.routes["/"] = Reply(b"", 302, {"Location": "/"})
    result = office().crawl()
    assert site.paths() == ["/"] * 6
    assert (result.run.state, result.run.errors) == (SourceState.DOWN, 1)
    assert "跳转次数过多" in result.run.reasons[0]


def test_a_wall_is_no_page(site: Site, office: OfficeMaker) -> None:
    """Blocked answers give no item, are not tried again, and mark the source."""
    walls = {
        "/1": Reply(b"denied", 403),
        "/2": Reply(b"<script>$_ts={};</script>", 412),
        "/3": Reply(b"", 200),
        "/4": Reply("<script>wzws</script><p>请开启JavaScript并刷新该页</p>".encode(), 200),
        "/5": Reply(b"", 302, {"Location": "/login.html"}),
    }
    site.routes.update(walls)
    site.page("/login.html", "<title>登录</title>")
    result = office(url=tuple(site.url(path) for path in walls)).crawl()
    assert (result.run.state, result.run.items, result.run.blocked) == (SourceState.BLOCKED, 0, 5)
    assert [site.paths().count(path) for path in walls] == [1] * 5


def test_a_gzip_bomb_is_cut(site: Site, office: OfficeMaker) -> None:
    """What inflates beyond the limit is dropped; the run goes on."""
    bomb = gzip.compress(b"0" * (64 * 1024 * 1024))
    site.page("/", "<a href='/art/1.html'>一</a><a href='/art/2.html'>二</a>")
    site.routes["/art/1.html"] = Reply(
        bomb, headers={"Content-Type": "text/html", "Content-Encoding": "gzip"}
    )
    site.page("/art/2.html", PAGE)
    result = office(allow=("/art/",)).crawl()
    assert (result.run.items, result.run.errors) == (1, 1)
    assert "大小上限" in result.run.reasons[0]


def test_retry_after_is_honoured(site: Site, office: OfficeMaker) -> None:
    """A server that asks for one second gets it; then the page is read."""
    answers = [Reply(b"", 503, {"Retry-After": "1"}), Reply(LIST.encode())]

    def route(_seen: Seen) -> Reply:
        return answers.pop(0)

    site.routes["/"] = route
    site.page("/art/1.html", PAGE)
    result = office(allow=("/art/",)).crawl()
    asked = [seen.at for seen in site.seen if seen.path == "/"]
    assert asked[1] - asked[0] >= 1
    assert result.run.items == 1


def test_a_dead_site_is_down(site: Site, office: OfficeMaker) -> None:
    """Nobody answers: the run fails in words and is no exception."""
    with serve() as other:
        dead = other.netloc
    result = office(url=(f"http://{dead}/",), allow_hosts=(dead,)).crawl()
    assert (result.run.state, result.outcome.file is not None, site.seen) == (SourceState.DOWN, True, [])
