"""The metrics: what each measures, its range, which way is better, and where its definition stands."""

from dataclasses import dataclass

from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.metrics.shapes import Kind

ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Metric:
    """One way to measure labels. `is_worst`: a floor (or ceiling), the worst item's value, no average."""

    name: str
    family: str
    kind: Kind
    label_id: str
    definition_id: str
    source: str
    option: str = ""
    is_higher_better: bool = True
    is_worst: bool = False
    is_agreement: bool = False
    lowest: float = 0.0

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        return _(self.label_id)

    @property
    def definition(self) -> str:
        """What it is, in the reader's language."""
        return _(self.definition_id)

    @property
    def range(self) -> str:
        """The values it may take."""
        return f"{self.lowest:g} … 1" if self.is_higher_better else "0 … ∞"

    def points(self, value: float) -> float:
        """A value on the scale of 0 to 100 points: 100·value, of an error rate 100·(1 - value)."""
        share = value if self.is_higher_better else 1 - value
        return min(max(share, 0.0), 1.0) * 100

    def reaches(self, value: float, threshold: float) -> bool:
        """Whether a value is at least as good as a threshold, within what rounding loses."""
        lead = value - threshold if self.is_higher_better else threshold - value
        return lead >= -ROUNDING


_PRF = "van Rijsbergen 1979; scikit-learn precision_recall_fscore_support"
_COHEN = "Cohen 1960, doi:10.1177/001316446002000104; 1968, doi:10.1037/h0026256"
_ALPHA = "Krippendorff 2011, Computing Krippendorff's Alpha-Reliability"
_COCO = "Lin et al. 2014, arXiv:1405.0312; pycocotools COCOeval"
_CONLL = "Tjong Kim Sang & De Meulder 2003 (conlleval); Ramshaw & Marcus 1995"
_MICRO = N_(
    "over all decisions together; for single classes it equals the accuracy of what was answered"
)
_MACRO = N_("the plain mean over the classes, so that rare classes weigh as much as common ones")
_ERRORS = N_(
    "insertions, deletions and substitutions over the length of the gold text, all items together"
)
_WORST_ERRORS = N_("the error rate of the worst item: a ceiling no item exceeds, not an average")
_LIST = (
    Metric("accuracy", "accuracy", Kind.CLASSES, N_("Accuracy"), N_("the share of items with the gold class"),
             "ISO/IEC TS 4213:2022"),
    Metric("kappa", "kappa", Kind.CLASSES, N_("Cohen's kappa"),
             N_("agreement of two raters beyond chance; every confusion counts the same"), _COHEN,
             option="plain", lowest=-1.0),
    Metric("kappa_linear", "kappa", Kind.CLASSES, N_("Cohen's kappa, linear weights"),
             N_("agreement beyond chance; a confusion counts by the distance of the grades"), _COHEN,
             option="linear", lowest=-1.0),
    Metric("kappa_quadratic", "kappa", Kind.CLASSES, N_("Cohen's kappa, quadratic weights"),
             N_("agreement beyond chance; a confusion counts by the squared distance of the grades"),
             _COHEN, option="quadratic", lowest=-1.0),
    Metric("fleiss_kappa", "fleiss_kappa", Kind.CLASSES, N_("Fleiss' kappa"),
             N_("agreement of a fixed number of raters beyond chance"),
             "Fleiss 1971, doi:10.1037/h0031619", is_agreement=True, lowest=-1.0),
    Metric("krippendorff_alpha", "krippendorff_alpha", Kind.CLASSES, N_("Krippendorff's alpha, nominal"),
             N_("agreement of any number of raters, ratings may be missing; classes without order"),
             _ALPHA, option="nominal", is_agreement=True, lowest=-1.0),
    Metric("krippendorff_alpha_ordinal", "krippendorff_alpha", Kind.CLASSES, N_("Krippendorff's alpha, ordinal"),
             N_("agreement of any number of raters, ratings may be missing; grades in an order"),
             _ALPHA, option="ordinal", is_agreement=True, lowest=-1.0),
    Metric("krippendorff_alpha_interval", "krippendorff_alpha", Kind.CLASSES,
             N_("Krippendorff's alpha, interval"),
             N_("agreement of any number of raters, ratings may be missing; numbers"), _ALPHA,
             option="interval", is_agreement=True, lowest=-1.0),
    Metric("precision_micro", "precision", Kind.CLASSES, N_("Precision, micro"), _MICRO, _PRF,
             option="precision_micro"),
    Metric("precision_macro", "precision", Kind.CLASSES, N_("Precision, macro"), _MACRO, _PRF,
             option="precision_macro"),
    Metric("recall_micro", "recall", Kind.CLASSES, N_("Recall, micro"), _MICRO, _PRF, option="recall_micro"),
    Metric("recall_macro", "recall", Kind.CLASSES, N_("Recall, macro"), _MACRO, _PRF, option="recall_macro"),
    Metric("f1_macro", "f1", Kind.CLASSES, N_("F1, macro"), _MACRO, _PRF, option="f1_macro"),
    Metric("f1_micro", "f1", Kind.CLASSES, N_("F1, micro"), _MICRO, _PRF, option="f1_micro"),
    Metric("span_f1", "f1", Kind.SPANS, N_("Span F1"),
           N_("a span is right when start, end and label all are; over all spans together"), _CONLL,
           option="f1"),
    Metric("span_precision", "precision", Kind.SPANS, N_("Span precision"),
           N_("the share of the spans found that are right in start, end and label"), _CONLL,
           option="precision"),
    Metric("span_recall", "recall", Kind.SPANS, N_("Span recall"),
           N_("the share of the gold spans found with right start, end and label"), _CONLL,
           option="recall"),
    Metric("dice", "dice", Kind.MASKS, N_("Dice, mean"),
           N_("twice the common area over the sum of both; mean over classes, then over items"),
           "Dice 1945, doi:10.2307/1932409"),
    Metric("dice_floor", "dice", Kind.MASKS, N_("Dice, floor"),
           N_("the Dice of the worst item: a floor every item reaches, not an average"),
           "Dice 1945, doi:10.2307/1932409", is_worst=True),
    Metric("iou", "iou", Kind.MASKS, N_("IoU, mean"),
           N_("the common area over the united area; mean over classes, then over items"),
           "Jaccard 1912, doi:10.1111/j.1469-8137.1912.tb05611.x"),
    Metric("iou_floor", "iou", Kind.MASKS, N_("IoU, floor"),
           N_("the IoU of the worst item: a floor every item reaches, not an average"),
           "Jaccard 1912, doi:10.1111/j.1469-8137.1912.tb05611.x", is_worst=True),
    Metric("map", "map", Kind.BOXES, N_("Box mAP, IoU 0.50 to 0.95"),
           N_("average precision of boxes, mean over the classes and ten IoU thresholds"), _COCO),
    Metric("ap50", "map", Kind.BOXES, N_("Box AP, IoU 0.50"),
           N_("average precision of boxes that cover at least 0.50, mean over the classes"), _COCO),
    Metric("ap75", "map", Kind.BOXES, N_("Box AP, IoU 0.75"),
           N_("average precision of boxes that cover at least 0.75, mean over the classes"), _COCO),
    Metric("cer", "cer", Kind.TEXTS, N_("Character error rate"), _ERRORS,
           "Levenshtein 1966; Morris et al. 2004", is_higher_better=False),
    Metric("cer_ceiling", "cer", Kind.TEXTS, N_("Character error rate, ceiling"), _WORST_ERRORS,
           "Levenshtein 1966; Morris et al. 2004", is_higher_better=False, is_worst=True),
    Metric("wer", "wer", Kind.TEXTS, N_("Word error rate"), _ERRORS,
           "Levenshtein 1966; Morris et al. 2004", is_higher_better=False),
    Metric("wer_ceiling", "wer", Kind.TEXTS, N_("Word error rate, ceiling"), _WORST_ERRORS,
           "Levenshtein 1966; Morris et al. 2004", is_higher_better=False, is_worst=True),
)  # fmt: skip
METRICS = {metric.name: metric for metric in _LIST}
FAMILIES = tuple(dict.fromkeys(metric.family for metric in _LIST))


def of_family(family: str) -> list[Metric]:
    """The metrics of a family, the usual one first."""
    return [metric for metric in _LIST if metric.family == family]
