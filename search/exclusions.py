"""What a query does not want: 不要语音, 医疗除外, 非医疗, 不要众包."""

from __future__ import annotations

import re
from collections.abc import Iterator

from market.kit.i18n import N_
from market.vocabulary.annotation import MODALITIES, TASK_TYPES
from market.vocabulary.industries import INDUSTRIES
from search.documents import Kind
from search.engine import Equals, Filter
from search.entries import SETTINGS
from search.lexicon import Span, lexicon
from search.normalisation import normalise
from search.reading import Finding, Reading

_EXCLUDED = re.compile(
    r"(?:不要|别要|不含|不想要|不涉及|不是|不碰|排除|除了?|非|不做|不考虑|不接受|拒绝|谢绝"
    r"|(?<![a-z])(?:without|non?|not|except|exclud\w*))[\s-]*"
)
_EXCLUDED_AFTER = re.compile(
    r"\s*(?:标注|类|行业|方向|的)*\s*(?:除外|不要|不考虑|不做|免谈|勿扰)(?=[\s,;。，；]|$)"
)
_BEYOND = re.compile(r"(?:标注|类|行业|方向)*(?:[以之]外|外(?=[\s,;的]|$))")
_UNWANTED = re.compile(
    r"(?:不要|别要|不想要|不接受|不考虑|拒绝|谢绝|排除|不接|不许|不准|不得|不允许|禁止|严禁|杜绝)\s*(?P<word>[\u4e00-\u9fff]{2,4}?|[a-z]+)(?=[\s,，。;；]|$)"
)


def find_exclusions(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """不要语音, 医疗除外: a modality, task or industry beside a word of exclusion."""
    for match in reading.finditer(_EXCLUDED):
        for span in lexicon().longest(reading.open_text[match.end() :])[:1]:
            wanted = _capability_filters(span, kind)
            if span.start == 0 and wanted:
                start = match.end()
                beyond = _BEYOND.match(reading.open_text, start + span.end)
                end = beyond.end() if beyond else start + span.end
                yield Finding("excluded", f"excluded:{span.surface}", start, end,
                              "%(what)s", {"what": span.surface}, wanted, negatable=True)  # fmt: skip
    for span in lexicon().longest(reading.open_text):
        after = _EXCLUDED_AFTER.match(reading.open_text, span.end)
        wanted = _capability_filters(span, kind) if after else ()
        if after and wanted:
            yield Finding("excluded", f"excluded:{span.surface}", span.start, after.end(),
                          "%(what)s", {"what": span.surface}, wanted, denied=True)  # fmt: skip


def _capability_filters(span: Span, kind: Kind) -> tuple[Filter, ...]:
    """The values a word names: those it means, of its family, the industry it begins; else tasks
    that speak of it: 病理 is 病理区域标注."""
    tables = ((MODALITIES, "modalities"), (TASK_TYPES, "task_types"), (INDUSTRIES, "industries"))
    families, known = lexicon().families, SETTINGS[kind].keywords
    meant = tuple(
        Equals(field, term.zh)
        for table, field in tables
        if field in known
        for term in table.values()
        if (name := normalise(term.zh)) in span.concepts
        or not {*families.get(name, ())}.isdisjoint(span.concepts)
        or (table is INDUSTRIES and len(span.surface) > 1 and name.startswith(span.surface))
    )
    if meant or len(span.surface) < 2 or "task_types" not in known:
        return meant
    tasks = (term.zh for term in TASK_TYPES.values() if span.surface in normalise(term.zh))
    return tuple(Equals("task_types", task) for task in tasks)


def find_unwanted_words(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """不要众包: what no filter can exclude is at least not searched for, and the chip says so."""
    for match in reading.finditer(_UNWANTED):
        yield Finding("unwanted", f"unwanted:{match['word']}", *match.span(),
                      N_("Not searched for: %(what)s"), {"what": match["word"]})  # fmt: skip
