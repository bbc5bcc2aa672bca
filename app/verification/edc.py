"""The report in the shape of European Digital Credentials: a presentation of what was checked, with its checks.

``EuropeanDigitalPresentation`` holds the credentials and one ``VerificationCheck`` for each of EDC's seven checks of
each of them (elm.md section 3), with the IRIs of the EU lists ``verification`` and ``verification-status``. It is not
signed: it is a report for software that reads this shape, and proves nothing to whoever gets it from somebody else.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from app.jsonld import CREDENTIALS_V1, EDC_AP
from app.strict_json import JsonValue
from app.verification.data_model import presented_in
from app.verification.report import EdcReport, PresentationReport, Report
from app.verification.submission import Submission

_CHECKS: Final = "http://data.europa.eu/snb/verification/25831c2"
_STATUSES: Final = "http://data.europa.eu/snb/verification-status/25831c2"


def edc_presentation(
    report: Report | PresentationReport, submission: Submission, *, identifier: str
) -> dict[str, JsonValue]:
    """Return ``report`` on ``submission`` in EDC's shape; ``identifier`` is a new ``urn:uuid:``.

    A credential that came as a token stands there as the JSON that it holds, which is what EDC software reads. No
    holder is named: EDC means by it whoever makes the presentation, and that is this service.
    """
    pairs = list(_pairs(report, submission.document))
    return {
        "@context": [CREDENTIALS_V1, EDC_AP],
        "id": identifier,
        "type": ["VerifiablePresentation", "EuropeanDigitalPresentation"],
        "verifiableCredential": [credential for credential, _ in pairs if isinstance(credential, Mapping)],
        "verificationCheck": [
            _check(one, each, f"{identifier}#check-{position + 1}-{one.check.name.lower()}")
            for position, (_, each) in enumerate(pairs)
            for one in each.edc_checks
        ],
    }


def _pairs(report: Report | PresentationReport, document: JsonValue) -> Iterator[tuple[JsonValue, Report]]:
    if isinstance(report, Report):
        yield document, report
        return
    assert isinstance(document, Mapping)
    shown: Sequence[tuple[str, Any]] = presented_in(document)
    for one, (_, value) in zip(report.credentials, shown, strict=False):  # no more are reported than were looked at
        yield Submission.of(value).document, one.report


def _check(one: EdcReport, report: Report, identifier: str) -> JsonValue:
    language = report.language.value
    check: dict[str, JsonValue] = {
        "id": identifier,
        "type": "VerificationCheck",
        "dcType": _concept(one.check.value, _CHECKS, {language: one.label}),
        "verificationStatus": _concept(one.status.value, _STATUSES, {"en": one.status.name.capitalize()}),
        "description": {language: [one.description]},
    }
    if report.document.id is not None:
        check["elmSubject"] = report.document.id
    return check


def _concept(iri: str, scheme: str, label: Mapping[str, str]) -> JsonValue:
    return {
        "id": iri,
        "type": "Concept",
        "inScheme": {"id": scheme, "type": "ConceptScheme"},
        "prefLabel": dict(label),
    }
