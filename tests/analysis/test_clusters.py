"""Copies of a text are one voice; short cries and different statements are many."""

from analysis.clusters import cluster_key

TEXT = "紧急通知：今后凡是店名带地名都要交会费，每年两千八百元"


def key(text: str, title: str = "", post_id: str = "own") -> str:
    """The cluster of a text."""
    return cluster_key(title, text, post_id)


def test_trivial_changes_keep_the_cluster() -> None:
    """Marks, blanks, script, emoticons, repost words, addresses and names do not make a new text."""
    first = key(TEXT)
    assert first != "own"
    for other in (
        TEXT.replace("，", ", ") + "！！",
        f"转发微博 {TEXT} http://t.cn/Ab12 网页链接",
        f"@某人 {TEXT} [怒][怒]",
        TEXT.replace("紧", "緊").replace("带", "帶"),
        f"{TEXT}\n展开全文",
    ):
        assert key(other) == first


def test_one_fact_changed_is_another_statement() -> None:
    """Other figures, places or a negation are other words, a decimal point included."""
    keys = {
        key("A市店铺招牌登记今后每年收费100元"),
        key("B市店铺招牌登记今后每年收费100元"),
        key("A市店铺招牌登记今后每年收费300元"),
        key("A市店铺招牌登记今后每年收费30.0元"),
        key("A市店铺招牌登记今后每年不收费100元"),
    }
    assert len(keys) == 5


def test_short_texts_never_cluster() -> None:
    """A thousand people who write 支持 are a thousand voices, whatever decorates it."""
    assert key("支持！！！[赞][赞] http://t.cn/A1", post_id="a") == "a"
    assert key("", post_id="b") == "b"
    assert key("😀" * 50, post_id="c") == "c"


def test_a_bare_repost_joins_what_it_quotes() -> None:
    """A comment of its own makes a voice of its own."""
    first = key(TEXT)
    assert key(f"转发微博//@甲:{TEXT}") == first
    assert key(f"//@乙:转发微博//@甲：{TEXT}") == first
    assert key(f"这个说法我已经去窗口核实过了不是真的//@甲:{TEXT}") != first
    assert key(f"太过分了//@甲:{TEXT}", post_id="x") == "x"


def test_a_headline_tells_short_texts_apart() -> None:
    """The same line under two headlines is two texts; a long text is known without its headline."""
    line = "点击查看全文，更多内容见客户端"
    assert key(line, title="甲地店铺招牌新规") != key(line, title="乙地停水通知来了")
    assert key(TEXT * 2, title="标题甲") == key(TEXT * 2, title="转载：另一个标题")
    assert key(TEXT, title=TEXT) == key(TEXT)
