"""Policies set, retired and merged: stored posts follow, and a person sees how many before it happens."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs import register
from jobs.context import open_context
from jobs.finding import find_policy
from jobs.importing import import_file
from jobs.ingest import ingest_spool
from jobs.policies import adopt_policies
from jobs.watch import watch
from minyi.models import CrawlRun, Policy, PolicyId, RawPost, SourceId, SourceState
from minyi.spool import SpoolWriter, Trailer
from minyi.store.care import Act
from tests.cli.conftest import Minyi

Write = Callable[[str, str | list[dict[str, Any]]], str]

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
POLICIES = """
[[policy]]
id = "cake"
title = "青溪油糕商标使用办法"
doc_number = "示知发〔2026〕12号"
aliases = ["油糕办法"]

[[policy]]
id = "sign"
title = "店铺招牌管理规定"
"""
TEXTS = [
    "油糕办法出来了",
    "大家怎么看青糕新规",
    "示知发[2026]12号说的就是这个",
    "青糕新规和店铺招牌管理规定都看了",
    "今天天气不错",
]


@pytest.fixture
def filled(minyi: Minyi, write: Write) -> Minyi:
    """Two policies and five posts."""
    assert minyi("policies", "import", write("p.toml", POLICIES)).code == 0
    rows: list[dict[str, Any]] = [
        {"id": f"t{n}", "text": text, "published_at": f"2026-03-02T09:0{n}"} for n, text in enumerate(TEXTS)
    ]
    assert minyi("import", write("posts.jsonl", rows), "--source", "luntan").code == 0
    return minyi


def matched(minyi: Minyi, policy: str) -> list[str]:
    """Posts surely about a policy, by their imported ids."""
    *hits, _ = minyi("query", f"政策:{policy}", "--json").lines
    return sorted(hit["native_id"] or "" for hit in hits)


# --- set --------------------------------------------------------------------------------------------


def test_a_new_alias_matches_stored_posts_after_its_count_was_shown(filled: Minyi) -> None:
    """Without a yes nothing happens; with it the posts follow, and the ledger knows who."""
    shown = filled("policies", "set", "cake", "--add-alias", "青糕新规")
    assert shown.code == 2
    assert "新命中 2 帖，不再命中 0 帖" in shown.out
    assert "--yes" in shown.out
    assert matched(filled, "cake") == ["t0", "t2"]
    done = filled("policies", "set", "cake", "--add-alias", "青糕新规", "--yes", "--json").lines[0]
    assert (done["applied"], done["gained"], done["lost"], done["rematched"]) == (True, 2, 0, 2)
    assert matched(filled, "cake") == ["t0", "t1", "t2", "t3"]
    assert matched(filled, "sign") == ["t3"]
    assert filled("audit", "--json").lines[0]["action"] == "policy.set"
    assert filled("verify").code == 0


def test_a_dropped_alias_lets_its_posts_go(filled: Minyi) -> None:
    """Those that another sign holds stay."""
    done = filled("policies", "set", "cake", "--drop-alias", "油糕办法", "--yes", "--json").lines[0]
    assert (done["gained"], done["lost"]) == (0, 1)
    assert matched(filled, "cake") == ["t2"]


def test_words_number_title_and_status_can_be_set(filled: Minyi) -> None:
    """Each replaces what stood there; an empty one clears it."""
    filled("policies", "set", "sign", "--any", "招牌", "--any", "青糕", "--none", "天气", "--yes")
    assert matched(filled, "sign") == ["t1", "t3"]
    filled(
        "policies",
        "set",
        "sign",
        "--any",
        "",
        "--number",
        "示建〔2026〕3号",
        "--department",
        "市容科",
        "--yes",
    )
    filled("policies", "set", "sign", "--title", "店铺招牌管理办法", "--status", "planned", "--yes")
    (policy,) = [one for one in filled("policies", "list", "--json").lines if one["id"] == "sign"]
    assert policy["words"] == {"must": [], "any": [], "none": ["天气"]}
    assert (policy["doc_number"], policy["department"]) == ("示建〔2026〕3号", "市容科")
    assert (policy["title"], policy["status"]) == ("店铺招牌管理办法", "planned")
    assert matched(filled, "sign") == []


def test_an_alias_that_another_policy_has_is_told_before_it_is_set(filled: Minyi) -> None:
    """From then on it counts for neither alone."""
    shown = filled("policies", "set", "sign", "--add-alias", "油糕办法")
    assert "油糕办法" in shown.out
    assert "同属政策" in shown.out
    filled("policies", "set", "sign", "--add-alias", "油糕办法", "--yes")
    assert matched(filled, "cake") == ["t2"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing", "--title", "甲"], "没有编号为 nothing"),
        (["cake"], "没有改动"),
        (["cake", "--drop-alias", "没有过"], "油糕办法"),
        (["cake", "--title", " "], "标题不能为空"),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_words(filled: Minyi, words: list[str], told: str) -> None:
    """Nothing is written."""
    before = filled("policies", "list").out
    result = filled("policies", "set", *words, "--yes")
    assert result.code in {1, 2}
    assert told in result.err
    assert filled("policies", "list").out == before


# --- retire -----------------------------------------------------------------------------------------


def burst(count: int) -> list[dict[str, Any]]:
    """Posts about the policy: a quiet fortnight, then very many within the hour before noon."""
    rows: list[dict[str, Any]] = [
        {"text": f"油糕办法，平常的第{n}句", "at": NOW - timedelta(hours=12 * (n + 2))} for n in range(30)
    ] + [{"text": f"油糕办法，突然的第{n}句", "at": NOW - timedelta(minutes=2 * n)} for n in range(count)]
    return [
        {
            "id": f"b{n}", "text": row["text"], "author": f"作者{n}",
            "published_at": row["at"].isoformat(), "first_seen": row["at"].isoformat(),
        }
        for n, row in enumerate(rows)
    ]  # fmt: skip


@pytest.mark.parametrize("retired", [False, True])
def test_a_retired_policy_raises_no_alert_and_keeps_its_posts(
    filled: Minyi, write: Write, *, retired: bool
) -> None:
    """The same burst with and without; it can be taken back."""
    if retired:
        assert filled("policies", "retire", "cake").code == 0
        assert "早已废止" in filled("policies", "retire", "cake").err
    with open_context(Path("config/office.toml"), Path("data"), missing_ok=True, now=lambda: NOW) as context:
        import_file(context, Path(write("burst.jsonl", burst(25))), None, source="luntan", now=NOW)
        alerts = watch(context, NOW)
    assert bool(alerts) is not retired
    assert len(matched(filled, "cake")) > 10
    if retired:
        filled("policies", "set", "cake", "--status", "released", "--yes")
        (policy,) = [one for one in filled("policies", "list", "--json").lines if one["id"] == "cake"]
        assert policy["status"] == "released"


# --- merge ------------------------------------------------------------------------------------------


def found(number: str = "示知发〔2026〕12号", title: str = "青溪油糕商标使用办法（2026年版）") -> RawPost:
    """A document of a policy column, as a crawl finds it."""
    return RawPost(
        SourceId("gov"),
        NOW,
        url="https://gov.example/art/1.html",
        title=title,
        body_text="为规范青溪油糕商标的使用，制定本办法。",
        published_raw="2026-03-02",
        doc_number=number,
        is_policy=True,
    )


def crawled(raw: RawPost) -> int:
    """Ingest a crawl that found the document; how many policies it brought."""
    with open_context(Path("config/office.toml"), Path("data"), missing_ok=True) as context:
        with SpoolWriter(context.spool, raw.source, NOW) as writer:
            writer.write(raw)
            writer.finish(Trailer(CrawlRun(raw.source, NOW, NOW, SourceState.OK, items=1), {}))
        return sum(one.policies for one in ingest_spool(context, NOW))


@pytest.mark.parametrize("number", ["示知发〔2026〕12号", "示知发[2026]012号", "示知发（2026）第12号"])
def test_a_document_already_watched_is_not_found_again_however_its_number_is_set(
    filled: Minyi, number: str
) -> None:
    """Brackets, zeros and 第 make no other document."""
    assert crawled(found(number)) == 0
    assert len(filled("policies", "list", "--json").lines) == 2


def test_a_duplicate_that_a_crawl_found_is_merged_and_stays_merged(filled: Minyi, write: Write) -> None:
    """Posts, names, number and alerts go to the entry that stays; no crawl or import brings it back."""
    assert crawled(found("示知公告2026年第7号", "油糕商标新规")) == 1
    (double,) = [
        one["id"] for one in filled("policies", "list", "--json").lines if one["title"] == "油糕商标新规"
    ]
    row = {"id": "n1", "text": "油糕商标新规说要交钱", "published_at": "2026-03-02T10:00"}
    filled("import", write("n.jsonl", [row]), "--source", "luntan")
    assert "n1" in matched(filled, double)
    shown = filled("policies", "merge", double, "cake")
    assert shown.code == 2
    assert double in [one["id"] for one in filled("policies", "list", "--json").lines]
    done = filled("policies", "merge", double, "cake", "--yes", "--json").lines[0]
    assert done["applied"]
    assert {"n1", "t0", "t2"} <= set(matched(filled, "cake"))
    listed = filled("policies", "list", "--json").lines
    assert [one["id"] for one in listed if one["id"] in {double, "cake"}] == ["cake"]
    assert "油糕商标新规" in next(one for one in listed if one["id"] == "cake")["aliases"]
    assert crawled(found("示知公告2026年第7号", "油糕商标新规")) == 0
    again = write("again.toml", f'[[policy]]\nid = "{double}"\ntitle = "油糕商标新规"')
    told = filled("policies", "import", again)
    assert "已并入 cake，跳过" in told.out
    for words in (("policies", "set", double, "--title", "甲"), ("claims", "--policy", double)):
        assert "已并入 cake" in filled(*words).err
    assert filled("verify").code == 0


def test_alerts_of_a_merged_entry_go_with_it(filled: Minyi, write: Write) -> None:
    """The open case is the other's now, so the same spike tells nobody twice."""
    with open_context(Path("config/office.toml"), Path("data"), missing_ok=True, now=lambda: NOW) as context:
        import_file(context, Path(write("burst.jsonl", burst(25))), None, source="luntan", now=NOW)
        opened = watch(context, NOW)
        assert opened
    filled("policies", "merge", "cake", "sign", "--yes")
    listed = filled("alerts", "list", "--json").lines
    assert {one["policy"] for one in listed} == {"sign"}
    with open_context(Path("config/office.toml"), Path("data"), missing_ok=True, now=lambda: NOW) as context:
        watch(context, NOW + timedelta(minutes=1))
        assert len(context.store.alerts()) == len(opened)
    assert filled("verify").code == 0


def test_an_interrupted_merge_is_finished_by_doing_it_again(filled: Minyi) -> None:
    """The entry was gone already, its posts not yet matched anew."""
    with open_context(Path("config/office.toml"), Path("data"), missing_ok=True) as context:
        gone, into = find_policy(context, "cake"), find_policy(context, "sign")
        context.store.register.merge(gone, register.united(gone, into), Act("甲", "policy.merge", "p"), NOW)
    assert matched(filled, "sign") == ["t3"]
    assert filled("policies", "merge", "cake", "sign").code == 0
    assert matched(filled, "sign") == ["t0", "t2", "t3"]


def test_a_policy_is_never_merged_into_itself(filled: Minyi) -> None:
    """Nor into one that is not there."""
    assert "自己" in filled("policies", "merge", "cake", "cake", "--yes").err
    assert "没有编号" in filled("policies", "merge", "cake", "nowhere", "--yes").err


def test_adopting_knows_aliases_and_merged_names(filled: Minyi) -> None:
    """An alias of the office's entry is that policy's name; a draft of the same title is another document."""
    with open_context(Path("config/office.toml"), Path("data"), missing_ok=True) as context:
        assert adopt_policies(context, [Policy(PolicyId("x"), "《油糕办法》")], NOW) == []
        draft = Policy(PolicyId("y"), "店铺招牌管理规定（征求意见稿）")
        assert adopt_policies(context, [draft], NOW) == [draft]
    assert len(filled("policies", "list", "--json").lines) == 3
