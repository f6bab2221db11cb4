"""Learning 学习模型: trained from the office's corrections, and in charge only after the gate let it through.

A model lives in `models/` of the data folder. Which one judges is in the record; so is, in the audit trail,
every try with the gate's figures.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from analysis import Toolkit
from analysis.learner import judge_learnt, read
from analysis.learner_file import (
    ModelCard,
    model_names,
    read_card,
    read_model,
    remove_model,
    write_model,
)
from analysis.learner_gate import Verdict, too_few, verdict
from analysis.learner_split import split
from analysis.learner_training import Example, train
from jobs.context import Context
from jobs.judging import models_folder, running_model, toolkit, toolkit_with
from jobs.locks import hold
from minyi.errors import InputError, ResourceError
from minyi.models import Label, Post
from minyi.store.care import Act, Progress, silent
from minyi.store.learning import Correction

log = logging.getLogger(__name__)

KEPT = 5
"""Models kept, those activated last before those only trained."""

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Lesson:
    """A correction in force with the post it was made on; `group` are copies, `checks` never teach."""

    correction: Correction
    post: Post
    group: int
    checks: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a model: the gate's reasons against it, none when it may take over.

    `model` is None, and `found` too, when there were not enough corrections to train at all.
    """

    model: str | None
    corrections: int
    taught: int
    found: Verdict | None
    reasons: tuple[str, ...]
    running: str | None
    """The model it was compared with; None = the lexicon alone."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A model in the folder; `fault` says in words why it cannot be used, None when it can."""

    name: str
    card: ModelCard | None
    running: bool
    activated: bool
    fault: str | None


def train_model(context: Context, *, who: str, now: datetime, progress: Progress = silent) -> Tried:
    """Train a model from the corrections in force, and say what the gate makes of it; activate nothing.

    Raises:
        AlreadyRunning: somebody else trains.
        ConfigError, ResourceError: own words, the running model or a table cannot be used.
    """
    lessons = _lessons(context)
    running = running_model(context)
    reasons = too_few([one.correction.label for one in lessons])
    if reasons:
        _note(context, "model.train", "none", who, now, {"corrections": len(lessons), "refused": 1})
        return Tried(None, len(lessons), 0, None, reasons, running)
    with hold(context.locks / "models.lock", "训练"):
        tools, judge = toolkit_with(context, None), toolkit(context)
        teaching = [one for one in lessons if not one.checks]
        progress(f"用 {len(teaching)} 条更正训练，{len(lessons) - len(teaching)} 条留作检验")
        model = train([_example(one, tools, judge) for one in teaching], "m")
        progress("检验")
        found = _checked(lessons, judge, lambda text: judge_learnt(tools.opinion(text), model).label)
        card = ModelCard("", now, len(lessons), len(teaching), tools.model_version, _figures(found))
        name = write_model(models_folder(context), model, card).id
        _prune(context, name)
    _note(context, "model.train", name, who, now, _detail(found))
    return Tried(name, len(lessons), len(teaching), found, found.reasons, running)


def evaluate_model(context: Context, name: str | None) -> Tried:
    """What the gate makes of a model, by default the newest, on the corrections as they stand now.

    Raises:
        InputError: there is no model at all.
        ConfigError, ResourceError: own words, a model or a table cannot be used.
    """
    folder = models_folder(context)
    name = name or _newest(context)
    model, card = read_model(folder, name), read_card(folder, name)
    lessons = _lessons(context)
    running = running_model(context)
    reasons = too_few([one.correction.label for one in lessons])
    if reasons:
        return Tried(name, len(lessons), card.taught, None, reasons, running)
    tools, judge = toolkit_with(context, None), toolkit(context)
    if card.lexicon != tools.model_version:
        reasons = (f"模型是在另一版词典上训练的（{card.lexicon}）；请重新 minyi model train",)
    found = _checked(lessons, judge, lambda text: judge_learnt(tools.opinion(text), model).label)
    return Tried(name, len(lessons), card.taught, found, (*reasons, *found.reasons), running)


def activate_model(context: Context, name: str | None, *, who: str, now: datetime) -> Tried:
    """Let a model judge from now on, if the gate lets it; every try leaves an audit line.

    Raises:
        InputError: there is no model at all, or it judges already.
        ConfigError, ResourceError: as `evaluate_model`.
    """
    tried = evaluate_model(context, name)
    if tried.model == tried.running:
        raise InputError(f"模型 {tried.model} 已在使用")
    detail = {"refused": int(bool(tried.reasons)), **(_detail(tried.found) if tried.found else {})}
    act = Act(who, "model.activate", f"model:{tried.model}")
    if tried.reasons or tried.model is None:
        context.store.care.audit(act, detail, now)
        return tried
    memory = context.store.learning
    stack = [one for one in memory.models() if one != tried.model]
    memory.set_models([*stack, tried.model][-KEPT:], act, detail, now)
    log.warning("model %s judges from now on", tried.model)
    return tried


def rollback(context: Context, *, who: str, now: datetime) -> tuple[str, str | None]:
    """Go back to the model before; the one left, and the one now running (None = the lexicon alone).

    A model that cannot be read any more is passed over.

    Raises:
        InputError: no model is running.
    """
    memory = context.store.learning
    stack = memory.models()
    if not stack:
        raise InputError("没有在用的模型，由词典判断；不必退回")
    left, before = stack[-1], stack[:-1]
    while before and _fault(context, before[-1]):
        before = before[:-1]
    now_running = before[-1] if before else None
    act = Act(who, "model.rollback", f"model:{left}")
    memory.set_models(before, act, {"to": now_running or "lexicon"}, now)
    log.warning("model %s no longer judges; %s does", left, now_running or "the lexicon")
    return left, now_running


def kept_models(context: Context) -> list[Kept]:
    """Every model in the folder and every one activated, newest first."""
    activated = context.store.learning.models()
    running = activated[-1] if activated else None
    names = {*model_names(models_folder(context)), *activated}
    return [_kept(context, name, running, activated) for name in sorted(names, reverse=True)]


def _kept(context: Context, name: str, running: str | None, activated: Sequence[str]) -> Kept:
    fault = _fault(context, name)
    card = None if fault else read_card(models_folder(context), name)
    return Kept(name, card, name == running, name in activated, fault)


def _fault(context: Context, name: str) -> str | None:
    try:
        read_model(models_folder(context), name)
    except ResourceError as error:
        return str(error)
    return None


def _newest(context: Context) -> str:
    names = model_names(models_folder(context))
    if not names:
        raise InputError("还没有训练过模型；请先运行 minyi model train")
    return names[-1]


def _prune(context: Context, newest: str) -> None:
    """Delete all but the newest and those that a rollback may need."""
    folder = models_folder(context)
    needed = {newest, *context.store.learning.models()}
    spare = [name for name in model_names(folder) if name not in needed]
    for name in spare[: max(0, len(spare) + len(needed) - KEPT)]:
        remove_model(folder, name)


# --- lessons ----------------------------------------------------------------------------------------


def _lessons(context: Context) -> list[Lesson]:
    """Corrections whose posts are still stored, the earliest first, with their places."""
    corrections = context.store.learning.corrections()
    posts: dict[str, Post] = {}
    for start in range(0, len(corrections), _PAGE):
        ids = [one.post for one in corrections[start : start + _PAGE]]
        posts |= {stored.post.id: stored.post for stored in context.store.get(ids)}
    held = [one for one in corrections if one.post in posts]
    places = split([posts[one.post].text for one in held])
    return [
        Lesson(one, posts[one.post], place.group, place.checks)
        for one, place in zip(held, places, strict=True)
    ]


def _example(lesson: Lesson, tools: Toolkit, judge: Toolkit) -> Example:
    text = lesson.post.text
    label = lesson.correction.label
    return Example(read(tools.opinion(text)), label, judge.judge(text).label, lesson.group)


def _checked(lessons: Sequence[Lesson], judge: Toolkit, answer: Callable[[str], Label]) -> Verdict:
    """The gate's verdict on the frozen lessons."""
    frozen = [one for one in lessons if one.checks]
    return verdict(
        [one.correction.label for one in frozen],
        [answer(one.post.text) for one in frozen],
        [judge.judge(one.post.text).label for one in frozen],
        answer,
    )


def _figures(found: Verdict) -> dict[str, float]:
    return {
        "checked": found.checked,
        "macro_f1": round(found.new.macro_f1, 4),
        "running_macro_f1": round(found.running.macro_f1, 4),
        "negative_recall": round(found.new.negative_recall, 4),
        "running_negative_recall": round(found.running.negative_recall, 4),
        "share_below": round(found.share_below, 4),
        "changed": len(found.changed),
        "refused": int(bool(found.reasons)),
    }


def _detail(found: Verdict) -> dict[str, str | int]:
    """The figures as an audit line holds them: shares in words, counts as numbers."""
    return {name: n if isinstance(n, int) else f"{n:.4f}" for name, n in _figures(found).items()}


def _note(  # noqa: PLR0917 - an audit line's parts
    context: Context, action: str, name: str, who: str, now: datetime, detail: Mapping[str, str | int]
) -> None:
    context.store.care.audit(Act(who, action, f"model:{name}"), detail, now)
