"""Policies as analysis sees them: documents found become policies; names are checked and searched."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from analysis.doc_number import DocNumber, parse_number
from analysis.matcher import Matcher, shared_names
from analysis.names import SHORT, Rank, core_title, names_of, without_edition
from analysis.passages import plain_key
from minyi.clock import LOCAL
from minyi.models import Policy, PolicyId, PolicyKind, PolicyStatus, Precision, RawPost
from minyi.text import normalise, search_key
from minyi.urls import canonical_url
from minyi.when import parse_when

__all__ = ["Matcher", "collisions", "marks", "policy_from_raw", "search_names"]

_TITLE_MARKS = str.maketrans("", "", "《》〈〉")
_LONGEST_TITLE = 300
_LONGEST_NAME = 60
_LONGEST_DEADLINE = timedelta(days=365)
_SEARCHED = re.compile(r"[^\W_]+")
_DRAFT_TITLE = re.compile(r"征求.{0,10}意见|意见征集|征集.{0,10}意见|\(草案\)")
_DRAFT_TEXT = re.compile(
    r"现(?:面?向社会)?(?:公开)?(?:征求|征集).{0,8}意见|公开征求.{0,6}意见的?(?:公告|通知|通告|启事)"
)
_DISCLOSURE = re.compile(r"依申请公开.{0,12}(?:答复|告知|决定)|信息公开.{0,6}(?:答复|告知)书")
_REPEALED_TITLE = re.compile(r"[(\[【〔](?:已|全文)*(?:废止|失效)[)\]】〕]")
_REPEALED_TEXT = re.compile(r"(?:有效性|效力状态|效力|公文时效|时效性|状态):?(?:已|全文)*(?:废止|失效|无效)")
_HEAD = 1_000


def search_names(policy: Policy) -> list[str]:
    """What stored posts are searched for before they are matched anew; each post to match holds one of it.

    The search may find more than match: of each name the longest run without marks is taken, at most 60
    characters of it, so that any way of setting the name is found; what contains another is left out.
    """
    names = [name.text for name in names_of(policy)]
    number = parse_number(policy.doc_number) if policy.doc_number else None
    if number:
        names += [number.agency, f"{number.year} {number.number}号"]
    words = policy.words
    names += [search_key(word) for word in words.any or words.must[:1]]
    names += [url for url in (policy.url, policy.interpretation_url) if url]
    found = [name if number and name.endswith("号") else _longest_run(name)[:_LONGEST_NAME] for name in names]
    kept: list[str] = []
    for name in sorted(filter(None, found), key=len):
        if not any(shorter in name for shorter in kept):
            kept.append(name)
    return kept


def marks(policy: Policy) -> frozenset[str]:
    """What tells that two entries are one policy: document number, title and aliases, however they are set.

    （征求意见稿） stays: a draft and what became of it are two.
    """
    names = [policy.title, *policy.aliases, *([policy.doc_number] if policy.doc_number else [])]
    found = (str(parse_number(name) or plain_key(name).translate(_TITLE_MARKS)) for name in names)
    return frozenset(filter(None, found))


def _longest_run(name: str) -> str:
    return max(_SEARCHED.findall(name), key=len, default="")


def collisions(policies: Sequence[Policy]) -> list[str]:
    """Names that several policies share, and names too short to count alone, as sentences for the office."""
    return [*_shared(policies), *_too_short(policies), *_same_numbers(policies)]


def _shared(policies: Sequence[Policy]) -> Iterator[str]:
    for text, owners in shared_names(policies).items():
        if len(owners) < 2:
            continue
        top = max(name.rank for _, name in owners)
        firm = [policies[number].id for number, name in owners if name.rank == top]
        others = [policies[number].id for number, name in owners if name.rank != top]
        if len(firm) > 1:
            yield f"名称“{text}”同属政策 {'、'.join(firm + others)}，须另有文号、链接或限定词才计入"
        elif all(name.rank == Rank.ALIAS for _, name in owners if name.rank != top):
            yield f"政策 {'、'.join(others)} 的别名“{text}”是政策 {firm[0]} 的标题，只计入后者"


def _too_short(policies: Sequence[Policy]) -> Iterator[str]:
    for policy in policies:
        for alias in policy.aliases:
            key = plain_key(alias)
            if len(key) < 2:
                yield f"政策 {policy.id} 的别名“{alias}”不足两个字，不用于匹配"
            elif len(key) <= SHORT and not policy.words.must:
                yield (
                    f"政策 {policy.id} 的别名“{alias}”不超过 {SHORT} 个字又没有限定词（words.must），"
                    "须另有文号或链接才计入"
                )


def _same_numbers(policies: Sequence[Policy]) -> Iterator[str]:
    owners: dict[DocNumber, list[str]] = defaultdict(list)
    for policy in policies:
        number = parse_number(policy.doc_number) if policy.doc_number else None
        if number:
            owners[number].append(policy.id)
    for number, ids in owners.items():
        if len(ids) > 1:
            yield f"政策 {'、'.join(ids)} 的文号同为 {number}，请核对"


def policy_from_raw(raw: RawPost, text: str, *, now: datetime) -> Policy:
    """The policy a document of a policy column is; `text` is its plain text, `now` decides what is open.

    1. The id comes from the document number, else from the address, so the same page gives the same id.
    2. 关于印发《…》的通知 goes by the title inside; that title without （征求意见稿） is an alias.
    3. Released when the page was published, else when the document was dated; page times are local.
    4. A draft is consulting until the end of its last day (stored as the next local midnight), then planned.
    """
    title = _title(raw, text)
    number = parse_number(raw.doc_number or "")
    kind = _kind(title, raw, text)
    released = _when(raw.published_raw, raw.fetched_at) or _when(raw.issued_on_raw, raw.fetched_at)
    deadline = _deadline(raw.deadline_raw, released or raw.fetched_at) if kind is PolicyKind.DRAFT else None
    core = normalise(core_title(title)).text
    return Policy(
        id=_id(number, raw, title),
        title=core,
        doc_number=str(number) if number else _cleaned(raw.doc_number, 80),
        kind=kind,
        status=_status(title, text, kind, deadline, now),
        released_at=released,
        consult_from=released if kind is PolicyKind.DRAFT else None,
        consult_to=deadline,
        department=_cleaned(raw.issuer or raw.publisher, 80),
        aliases=_aliases(core),
        url=canonical_url(raw.url) if raw.url else None,
    )


def _title(raw: RawPost, text: str) -> str:
    first_line = text.strip().partition("\n")[0][:80]
    return _cleaned(raw.title, _LONGEST_TITLE) or _cleaned(first_line, 80) or raw.doc_number or "无标题文件"


def _cleaned(value: str | None, longest: int) -> str | None:
    return " ".join(normalise(value[: 2 * longest]).text.split())[:longest] or None if value else None


def _id(number: DocNumber | None, raw: RawPost, title: str) -> PolicyId:
    if number:
        return PolicyId(f"doc-{number.year}-{number.number}-{_digest(number.agency)[:6]}")
    return PolicyId(f"page-{_digest(canonical_url(raw.url) if raw.url else title)}")


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()


def _kind(title: str, raw: RawPost, text: str) -> PolicyKind:
    key = plain_key(title)
    if _DISCLOSURE.search(key):
        return PolicyKind.DISCLOSURE_REPLY
    drafted = (
        raw.content == "consultation"
        or _DRAFT_TITLE.search(key)
        or _DRAFT_TEXT.search(plain_key(text[:_HEAD]))
    )
    return PolicyKind.DRAFT if drafted else PolicyKind.DOCUMENT


def _status(
    title: str, text: str, kind: PolicyKind, deadline: datetime | None, now: datetime
) -> PolicyStatus:
    if _REPEALED_TITLE.search(plain_key(title)) or _REPEALED_TEXT.search(plain_key(text[:_HEAD])):
        return PolicyStatus.REPEALED
    if kind is not PolicyKind.DRAFT:
        return PolicyStatus.RELEASED
    return PolicyStatus.CONSULTING if deadline is None or deadline > now else PolicyStatus.PLANNED


def _when(raw: str | None, base: datetime) -> datetime | None:
    return parse_when(raw, base, LOCAL).value if raw else None


def _deadline(raw: str | None, released: datetime) -> datetime | None:
    """The end of the last day; a day without year is the first after the release."""
    if not raw:
        return None
    found = parse_when(raw, released + _LONGEST_DEADLINE, LOCAL)
    if found.value is None or found.clamped:
        return None
    return found.value + timedelta(days=1) if found.precision is Precision.DAY else found.value


def _aliases(title: str) -> tuple[str, ...]:
    short = without_edition(title)
    return (short,) if short != plain_key(title) else ()
