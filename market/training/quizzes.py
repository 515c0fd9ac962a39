"""Quizzes as people write them, and what an attempt scores; pure."""

from collections.abc import Sequence
from typing import TypedDict

from market.kit.i18n import gettext as _

MAX_QUESTIONS = 30


class Question(TypedDict):
    """One question; `answer` is the place of the right option, from 0."""

    question: str
    options: list[str]
    answer: int


def parse(text: str) -> list[Question]:
    """Blocks parted by an empty line: the question, then an option a line, the right one after a *.

    Raises ValueError naming the question.
    """
    blocks = [[line.strip() for line in block.splitlines()] for block in _blocks(text)]
    if not 1 <= len(blocks) <= MAX_QUESTIONS:
        raise ValueError(_("A quiz has 1 to %(limit)s questions", limit=MAX_QUESTIONS))
    return [_question(number, lines) for number, lines in enumerate(blocks, 1)]


def _blocks(text: str) -> list[str]:
    lines = [line if line.strip() else "" for line in text.strip().splitlines()]
    return [block for block in "\n".join(lines).split("\n\n") if block.strip()]


def _question(number: int, lines: list[str]) -> Question:
    question, *options = [line for line in lines if line]
    marked = [place for place, option in enumerate(options) if option.startswith(("*", "＊"))]
    if len(options) < 2:
        raise ValueError(_("Question %(number)s needs at least two options", number=number))
    if len(marked) != 1:
        raise ValueError(_("Mark exactly one option of question %(number)s with *", number=number))
    plain = [option.lstrip("*＊").strip() for option in options]
    return {"question": question, "options": plain, "answer": marked[0]}


def percent_right(questions: Sequence[Question], answers: Sequence[int]) -> int:
    """The share of right answers in whole percent, rounded down; a missing answer is wrong."""
    right = sum(
        question["answer"] == answer for question, answer in zip(questions, answers, strict=False)
    )
    return right * 100 // len(questions)
