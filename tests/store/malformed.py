"""Queries nobody should type: random signs, half a grammar, odd Unicode, and the dearest inputs known."""

from random import Random

PIECES = [
    *'()"“”（）|｜&+-－!！:：<>=＜＞.…#@/ 　\n\t\0\u200b\u202e😀专利a7',
    *("OR", "AND", "NOT", "policy:", "政策：", "sent:", "情感:<", "time:", "2026-01-01", "..", "label:"),
    *(
        "情感:>=",
        "傾向:",
        "来源:",
        "作者:",
        "p-1",
        "《办法》",
        "-(",
        "！（",
        "ＯＲ",
        "0.5",
        "1..2",
        "a@b.cn",
        "13800138000",
    ),
    *("\ud800", "𠮷", "\ufdfa", "㎏", "e\u0301\u0301", "ཀྱི", "専", "１２", "\U000e0041", "작"),
]
"""What they are made of."""


def malformed(random: Random) -> str:
    """A mix of a few to some hundred pieces or of any characters; or a few pieces again and again to the limit."""
    if random.random() < 0.02:
        again = "".join(random.choices(PIECES, k=random.choice([1, 2, 3])))
        return (again * 2_000)[: random.choice([1_000, 1_999, 2_000, 2_001])]
    if random.random() < 0.1:
        last = random.choice([0x80, 0x3000, 0x10000, 0x110000])
        return "".join(chr(random.randrange(last)) for _ in range(random.choice([5, 60, 300])))
    return "".join(random.choices(PIECES, k=random.choice([3, 10, 40, 400])))
