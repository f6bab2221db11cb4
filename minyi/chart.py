"""The small curve 曲线 of mails and papers: counts an hour as bars, the alert's window marked. Pure.

Only digits are drawn, so no font with Han characters is needed; what the picture says stands in words beside
it. Twice the shown size, for sharp screens.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PIL import Image, ImageDraw, ImageFont

from minyi.clock import LOCAL

SHOWN_WIDTH, SHOWN_HEIGHT = 560, 140
"""Size in a mail, CSS pixels."""

_SCALE = 2
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 12, 22
_PAPER, _BAR, _MARKED, _AXIS, _BLIND = "#ffffff", "#9db4c9", "#b3261e", "#59636e", "#eceff2"
_LABELS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """The count of one hour from `start`; `marked` in the alert's window, `blind` = unknown, not zero."""

    start: datetime
    count: int
    marked: bool = False
    blind: bool = False


def draw(bars: Sequence[Bar]) -> bytes:
    """The picture as PNG bytes; empty without a bar."""
    if not bars:
        return b""
    image = Image.new("RGB", (SHOWN_WIDTH * _SCALE, SHOWN_HEIGHT * _SCALE), _PAPER)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(11 * _SCALE)
    top = _round_up(max(bar.count for bar in bars))
    width = (SHOWN_WIDTH - _LEFT - _RIGHT) / len(bars)
    floor = SHOWN_HEIGHT - _BOTTOM
    for number, bar in enumerate(bars):
        left = _LEFT + number * width
        height = (floor - _TOP) * bar.count / top
        if bar.blind:
            pen.rectangle(_scaled(left, _TOP, left + width, floor), fill=_BLIND)
        elif bar.count:
            colour = _MARKED if bar.marked else _BAR
            pen.rectangle(_scaled(left + 0.5, floor - height, left + width - 0.5, floor), fill=colour)
    pen.line(_scaled(_LEFT, floor, SHOWN_WIDTH - _RIGHT, floor), fill=_AXIS, width=_SCALE)
    pen.text((2 * _SCALE, (_TOP - 6) * _SCALE), str(top), fill=_AXIS, font=font)
    pen.text((2 * _SCALE, (floor - 8) * _SCALE), "0", fill=_AXIS, font=font)
    for number in range(0, len(bars), max(1, len(bars) // _LABELS)):
        words = bars[number].start.astimezone(LOCAL).strftime("%m-%d %H:%M")
        left = (_LEFT + number * width) * _SCALE
        if left + pen.textlength(words, font=font) <= image.width:
            pen.text((left, (floor + 5) * _SCALE), words, fill=_AXIS, font=font)
    written = io.BytesIO()
    image.convert("P", palette=Image.Palette.ADAPTIVE, colors=16).save(written, "PNG", optimize=True)
    return written.getvalue()


def in_words(bars: Sequence[Bar]) -> str:
    """What the picture shows, for those who cannot see it."""
    if not bars:
        return ""
    most = max(bars, key=lambda bar: bar.count)
    first = bars[0].start.astimezone(LOCAL).strftime("%m-%d %H:%M")
    at = most.start.astimezone(LOCAL).strftime("%m-%d %H:%M")
    blind = sum(bar.blind for bar in bars)
    unknown = f"，其中 {blind} 小时无数据" if blind else ""
    return f"自 {first} 起 {len(bars)} 小时的每小时帖数{unknown}，最多 {most.count} 帖（{at}）"


def _scaled(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    return (left * _SCALE, top * _SCALE, max(left, right) * _SCALE, max(top, bottom) * _SCALE)


def _round_up(count: int) -> int:
    """A round number not below the count: 1, 2, 5 times a power of ten."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step >= count:
                return factor * step
        step *= 10
