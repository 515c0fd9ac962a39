"""Kinds, levels, classes and steps in words."""

from collections.abc import Mapping

from market.incidents.states import IncidentKind, IncidentLevel, IncidentStep, OperatorClass
from market.kit.i18n import N_

KINDS: Mapping[IncidentKind, str] = {
    IncidentKind.NETWORK: N_("Network security"),
    IncidentKind.PERSONAL_INFORMATION: N_("Personal-information incident"),
    IncidentKind.QUALITY: N_("Quality of deliveries"),
}
LEVELS: Mapping[IncidentLevel, str] = {
    IncidentLevel.GENERAL: N_("General"),
    IncidentLevel.SERIOUS: N_("Serious"),
    IncidentLevel.MAJOR: N_("Grave"),
    IncidentLevel.EXTRAORDINARY: N_("Extraordinarily serious"),
}
OPERATORS: Mapping[OperatorClass, str] = {
    OperatorClass.OTHER: N_("Another operator"),
    OperatorClass.CENTRAL: N_("Central state body or its institution"),
    OperatorClass.CRITICAL: N_("Critical information infrastructure"),
}
STEPS: Mapping[IncidentStep, str] = {
    IncidentStep.CONTAINED: N_("Contained"),
    IncidentStep.NOTIFIED: N_("Authorities and people concerned notified"),
    IncidentStep.RESOLVED: N_("Handling completed"),
    IncidentStep.REVIEWED: N_("Reviewed, with a summary report"),
}
