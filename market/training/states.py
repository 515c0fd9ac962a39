"""Closed lists of training: the kinds of an annotator's credentials."""

from enum import StrEnum

from market.kit.i18n import N_


class CredentialKind(StrEnum):
    """What an annotator must hold, beside training."""

    CLEARANCE = "clearance"
    CERTIFICATE = "certificate"
    CONSENT = "consent"


CREDENTIALS = {
    CredentialKind.CLEARANCE: N_("Clearance for data"),
    CredentialKind.CERTIFICATE: N_("Occupational certificate"),
    CredentialKind.CONSENT: N_("Consent to pseudonymous work records"),
}
