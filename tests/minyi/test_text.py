"""The normaliser: what people see, what is searched, and where each key character stands."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minyi.text import html_to_text, normalise, opinion_text, sanitise, search_key, simplify

NAUGHTY = (
    "",
    "\0\0",
    "\ud800知识\udfff",
    "\ufeff\u202e政策\u202c",
    "Z̶̢̛͇a̵l̸g̷o̶" + "\u0301\u0316" * 500,
    "ﷺ" * 50,
    "각각",
    "ｶﾞｷﾞ",
    "İıΣΑς",
    "㍿㏠⑽½…",
    "𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎",
    "权((quán)quán)",
    "著著作权著",
    "1" * 500,
    "a@" * 500,
    "<b>" * 500,
    "'; DROP TABLE posts; --",
    "\U000e0041\U000e0042",
)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("著作權", "著作权"),
        ("顯著提升", "显著提升"),
        ("看著辦", "看着办"),
        ("乾隆", "乾隆"),
        ("乾淨", "干净"),
        ("皇后", "皇后"),
        ("裏面", "里面"),
        ("個", "个"),
        ("餘額", "余额"),
        ("馀额", "余额"),
        ("瞭解", "了解"),
        ("瞭望", "瞭望"),
        ("計畫", "计划"),
        ("反覆", "反复"),
        ("ＣＮＩＰＡ", "cnipa"),
        ("知办〔２０２２〕４９５號", "知办〔2022〕495号"),
        ("福斯", "福斯"),
    ],
)
def test_key_is_simplified_half_width_and_lower_case(typed: str, key: str) -> None:
    """Traditional and simplified, full and half width writings share one key."""
    assert search_key(typed) == key


@pytest.mark.parametrize(
    ("noted", "plain"),
    [
        ("知(zhī)識(shí)產(chǎn)權(quán)", "知识产权"),
        ("网（wǎng）络(luò)(luò)", "网络"),
        ("优(yo\u0304u)化", "优化"),
        ("（一）局(CNIPA)应用(app)", "(一)局(cnipa)应用(app)"),
        ("x(quán)", "x(quán)"),
    ],
)
def test_pinyin_notes_go_and_other_brackets_stay(noted: str, plain: str) -> None:
    """Only a bracket of toned Latin letters behind a Han character is a pinyin note."""
    assert search_key(noted) == plain


@pytest.mark.parametrize(
    "number",
    [
        "13800138000",
        "+86 138-0013-8000",
        "１３８００１３８０００",
        "138 001 38000",
        "008613800138000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "一三八零零一三八零零零",
        "幺三八〇〇幺三八〇〇〇",
        "壹叁捌零零壹叁捌零零零",
        "壹參捌零零壹參捌零零零",
        "一三八 零零一三 八零零零",
        "一三八，零零一三，八零零零",
        "一 三 八 零 零 一 三 八 零 零 零",
        "138零零一三8000",
        "①③⑧⓪⓪①③⑧⓪⓪⓪",
    ],
)
def test_mobile_numbers_are_masked_in_text_and_key(number: str) -> None:
    """Whatever its spelling, a mobile number reaches neither the text nor the key."""
    found = normalise(f"联系我{number}谢谢")
    assert (found.text, found.key) == ("联系我[电话]谢谢", "联系我[电话]谢谢")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("身份证11010519491231002X。", "身份证[证件号]。"),
        ("110105 19491231 002x", "[证件号]"),
        ("130503670401001号", "[证件号]号"),
        ("写信给zhang.san@example.cn。", "写信给[邮箱]。"),
        ("13800138000@example.com", "[邮箱]"),
        ("身份证一一零一零五一九四九一二三一零零二X。", "身份证[证件号]。"),
        ("壹壹零壹零伍 壹玖肆玖壹贰叁壹 零零贰壹", "[证件号]"),
    ],
)
def test_identity_numbers_and_mail_addresses_are_masked(written: str, shown: str) -> None:
    """Identity card numbers with a plausible date and mail addresses are replaced by a token."""
    assert normalise(written).text == shown


@pytest.mark.parametrize(
    "kept",
    [
        "申请号202110123456.7",
        "申请号2021101234567",
        "国知办函办字〔2022〕495号",
        "拨打12345或12330",
        "客服400-820-8820",
        "1380013800012",
        "2022-05-26 10:30",
        "订单110105199913450021",
        "@国家知识产权局",
        "一九四九年十月一日至二〇二二年五月",
        "二〇二二一一二五",
        "国知发〔二〇二二〕三十六号",
        "申请号二〇二一一〇一二三四五六七",
        "登记号第一三八零零一三八零零零号",
        "一三八零零一三八零零零零",
        "一、三、五、七、八、十、十二月",
        "一三五七九，二四六八十，一三五七九",
        "圆周率三点一四一五九二六五三五八",
        "共一三八零零一三八零零零万元",
        "一三八一三二四三二一二号文件",
        "一九九〇、一九九五、二〇〇〇",
        "二〇二一二〇二二二〇二三",
    ],
)
def test_numbers_of_the_trade_survive_masking(kept: str) -> None:
    """Patent numbers, document numbers, hotlines and dates are no personal data."""
    assert normalise(kept).text == kept


def test_unseen_characters_are_dropped_and_lines_kept() -> None:
    """Controls, zero-width, bidi and lone surrogates vanish; line separators become line feeds."""
    assert sanitise("政\u200b策\0\u202e解\ufe0f读\ud800\r\n一\u2028二\ud83d\ude00") == "政策解读\n一\n二😀"


def test_positions_point_into_the_text() -> None:
    """Every key character knows its place in the text, also where folding makes text longer."""
    found = normalise("等等…收费㏩內")
    assert found.key == "等等...收费10日内"
    assert list(found.positions) == [0, 1, 2, 2, 2, 3, 4, 5, 5, 5, 6, 7]


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_strings_pass_and_are_stable(text: str) -> None:
    """Hostile strings neither raise nor change when normalised again."""
    _assert_stable(text)
    opinion_text(html_to_text(text))


@given(st.text(st.characters(), max_size=60) | st.text("1386@.x-+ (（quán)）著作乾隆权個…ﬁ", max_size=60))
@settings(max_examples=300, deadline=None)
def test_normalising_twice_changes_nothing(text: str) -> None:
    """Text and key are fixed points, and positions are complete and ascending."""
    _assert_stable(text)


def _assert_stable(text: str) -> None:
    once = normalise(text)
    assert normalise(once.text) == once
    assert search_key(once.key) == once.key
    positions = list(once.positions)
    assert len(positions) == len(once.key) + 1
    assert positions[-1] == len(once.text)
    assert positions == sorted(positions)


@pytest.mark.parametrize(
    "unit", ["1 ", "a@", "权(quán)", "\u0301\u0316", "ﷺ", "//@", "a.", "著作", "<table>", "&"]
)
def test_time_stays_linear_on_hostile_repetition(unit: str) -> None:
    """Twenty thousand characters of anything take well under a second in every function."""
    text = (unit * 20_000)[:20_000]
    start = time.process_time()
    normalise(text)
    opinion_text(text)
    html_to_text(text)
    assert time.process_time() - start < 1.0


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>知识\n  产权</p><p>第二段<br>换行</p>", "知识产权\n第二段\n换行"),
        ("a <b>b</b>  c", "a b c"),
        ("&amp;lt;b&amp;gt; 1 &lt; 2", "&lt;b&gt; 1 < 2"),
        ("前<script>alert('<p>x</p>')</script><style>p{}</style>后", "前后"),
        ("<ruby>权<rt>quán</rt></ruby>利", "权利"),
        ("<html><head><title>题</title></head><body>文</body></html>", "文"),
        ('气死<img src=x alt="[怒]"><img alt="照片说明">', "气死[怒]"),
        ("<!-- 注释 -->", ""),
        ("没有标记", "没有标记"),
        ('<?xml version="1.0" encoding="gbk"?><p>你好</p>', "你好"),
        ("<p>\ud800坏</p>", "坏"),
    ],
)
def test_html_becomes_the_text_a_reader_sees(html: str, text: str) -> None:
    """Blocks are lines, entities are decoded once, unseen parts are left out."""
    assert html_to_text(html) == text


@pytest.mark.parametrize("tag", ["div", "b", "table", "svg"])
def test_deep_nesting_loses_no_text_and_no_time(tag: str) -> None:
    """A hundred thousand nested, wrongly closed tags neither overflow nor cost quadratic time."""
    start = time.process_time()
    text = html_to_text(f"<p>前面{f'<{tag}>' * 100_000}</div>{'</i>' * 100_000}</svg><p>后面")
    assert text.startswith("前面")
    assert time.process_time() - start < 5.0


@pytest.mark.parametrize(
    ("post", "opinion"),
    [
        ("太差了//@李四:这个政策很好", "太差了"),
        ("转发微博", ""),
        ("@国家知识产权局", ""),
        ("@国家知识产权局 這個政策太差了 http://t.cn/A6abc 网页链接", "这个政策太差了"),
        ("回复@张三:支持！", "支持！"),
        ("//@甲:收费太高", "收费太高"),
        ("27//@甲://@乙:收费太高//@丙:不高", "收费太高"),
        ("？？//@甲:收费太高", "？？"),
    ],
)
def test_opinion_is_what_the_newest_commenter_wrote(post: str, opinion: str) -> None:
    """Quoted chains, names, addresses and filler carry no opinion of the writer."""
    assert opinion_text(post) == opinion


def test_simplifying_keeps_length_case_and_punctuation() -> None:
    """Only characters change, so offsets hold."""
    assert simplify("這個ＡＢ，著作權！") == "这个ＡＢ，著作权！"
