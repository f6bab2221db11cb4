"""A document found on a government page becomes a policy with a lasting id."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analysis.policies import policy_from_raw
from minyi.models import PolicyKind, PolicyStatus, RawPost, SourceId

NOW = datetime(2026, 6, 3, 2, 0, tzinfo=UTC)
PAGE = RawPost(
    SourceId("gov"),
    NOW,
    url="https://gov.example/art/2026/6/1/art_12_1.html?spm=1",
    title="关于印发《标记使用管理办法（试行）》的通知",
    body_text="现印发给你们",
    doc_number="示知发[2026]第012号",
    issuer="示例知识产权局",
    issued_on_raw="2026年5月29日",
    published_raw="2026-06-01 10:00",
    is_policy=True,
)
DRAFT = replace(
    PAGE,
    title="关于《标记使用管理办法（征求意见稿）》公开征求意见的通知",
    doc_number=None,
    deadline_raw="7月10日",
)


def test_a_document_gives_its_inner_title_number_department_and_release() -> None:
    """The wrapping goes, the number takes its official form, the page's time is local."""
    policy = policy_from_raw(PAGE, "现印发给你们", now=NOW)
    assert policy.title == "标记使用管理办法（试行）"
    assert policy.aliases == ("标记使用管理办法",)
    assert policy.doc_number == "示知发〔2026〕12号"
    assert policy.department == "示例知识产权局"
    assert policy.released_at == datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
    assert (policy.kind, policy.status) == (PolicyKind.DOCUMENT, PolicyStatus.RELEASED)
    assert policy.url == "https://gov.example/art/2026/6/1/art_12_1.html"


def test_the_id_rests_on_the_number_and_never_on_its_spelling() -> None:
    """Another bracket or address is the same document; the id is plain ASCII without blanks."""
    first = policy_from_raw(PAGE, "", now=NOW).id
    assert first == policy_from_raw(replace(PAGE, doc_number="示知发〔2026〕12号", url=None), "", now=NOW).id
    assert first != policy_from_raw(replace(PAGE, doc_number="京知发〔2026〕12号"), "", now=NOW).id
    assert first.isascii()
    assert not any(c.isspace() for c in first)


def test_without_a_number_the_address_names_the_policy() -> None:
    """Tracking parameters make no difference, another page does."""
    bare = replace(PAGE, doc_number=None)
    same = replace(bare, url="https://gov.example/art/2026/6/1/art_12_1.html", title="改过的标题")
    other = replace(bare, url="https://gov.example/art/2026/6/1/art_12_2.html")
    assert policy_from_raw(bare, "", now=NOW).id == policy_from_raw(same, "", now=NOW).id
    assert policy_from_raw(bare, "", now=NOW).id != policy_from_raw(other, "", now=NOW).id


def test_a_draft_is_open_until_the_end_of_its_last_day() -> None:
    """A day without year is the first after the release; it ends at local midnight."""
    policy = policy_from_raw(DRAFT, "现向社会公开征求意见。", now=NOW)
    assert policy.title == "标记使用管理办法（征求意见稿）"
    assert (policy.kind, policy.status) == (PolicyKind.DRAFT, PolicyStatus.CONSULTING)
    assert policy.consult_from == policy.released_at
    assert policy.consult_to == datetime(2026, 7, 10, 16, 0, tzinfo=UTC)
    later = policy_from_raw(DRAFT, "", now=datetime(2026, 7, 10, 16, 0, tzinfo=UTC))
    assert later.status is PolicyStatus.PLANNED
    assert later.id == policy.id


def test_a_deadline_beyond_the_turn_of_the_year_is_understood() -> None:
    """1月5日 on a page of December is next January's."""
    december = replace(DRAFT, published_raw="2026-12-20", fetched_at=NOW + timedelta(days=201))
    policy = policy_from_raw(replace(december, deadline_raw="1月5日"), "", now=NOW)
    assert policy.consult_to == datetime(2027, 1, 5, 16, 0, tzinfo=UTC)


def test_a_body_that_asks_for_opinions_makes_a_draft() -> None:
    """Also when the title does not say so."""
    plain = replace(PAGE, title="标记使用管理办法")
    assert policy_from_raw(plain, "现向社会公开征求意见，请反馈。", now=NOW).kind is PolicyKind.DRAFT
    assert policy_from_raw(plain, "第一条 为规范标记使用。", now=NOW).kind is PolicyKind.DOCUMENT


@pytest.mark.parametrize(
    ("title", "text"), [("标记使用管理办法【已废止】", ""), ("标记使用管理办法", "有效性：失效\n第一条")]
)
def test_a_document_marked_as_no_longer_in_force_is_repealed(title: str, text: str) -> None:
    """In the title or in the directory block; 关于废止…的公告 is itself in force."""
    assert policy_from_raw(replace(PAGE, title=title), text, now=NOW).status is PolicyStatus.REPEALED
    repeals = replace(PAGE, title="关于废止《旧标记办法》的公告")
    assert policy_from_raw(repeals, "现予废止", now=NOW).status is PolicyStatus.RELEASED


def test_a_page_without_anything_still_gives_a_policy() -> None:
    """No title, time, number or issuer: named by its first line, undated."""
    bare = RawPost(SourceId("gov"), NOW, url="https://gov.example/1", body_text="x", is_policy=True)
    policy = policy_from_raw(bare, "标记图样\n第一条", now=NOW)
    assert (policy.title, policy.released_at, policy.doc_number, policy.department) == (
        "标记图样",
        None,
        None,
        None,
    )
    assert policy_from_raw(bare, "", now=NOW).title
