"""7.13 Quality assurance: its process is part of every description, as for degrees and in line with the ESG."""

from app.template.elements import QualityAssuranceBasis, Type
from app.template.rules.registry import ADVICE, REQUIRED, Case, Sightings, rule, unlisted


@rule(
    "quality-assurance-unstated", REQUIRED, "7.13", "What quality assurance rests on, and its process, are described."
)
def quality_assurance_unstated(case: Case) -> Sightings:
    """Find no basis or no description."""
    stated = case.offering.quality_assurance
    if stated is None:
        yield (
            case.in_offering("quality_assurance"),
            "The quality assurance process is part of the description of each micro-credential: basis and words.",
        )
        return
    if not stated.basis:
        yield (
            case.in_offering("quality_assurance", "basis"),
            "Say what it rests on: own-degree-procedures, national, international-agency.",
        )
    if stated.description is None:
        yield case.in_offering("quality_assurance", "description"), "The process is part of the description."


@rule(
    "quality-assurance-agency-only",
    ADVICE,
    "7.13",
    "An international agency is an option beside the procedures of the university, not for all micro-credentials.",
)
def quality_assurance_agency_only(case: Case) -> Sightings:
    """Find an agency alone."""
    stated = case.offering.quality_assurance
    if stated is not None and set(stated.basis) == {QualityAssuranceBasis.INTERNATIONAL_AGENCY}:
        yield (
            case.in_offering("quality_assurance", "basis"),
            "The procedures used for degree programmes should also be applied; an agency is an option.",
        )


@rule(
    "quality-decision-without-agency",
    REQUIRED,
    "7.13",
    "A decision and its last day of validity are those of an agency, which is named.",
)
def quality_decision_without_agency(case: Case) -> Sightings:
    """Find what nobody decided: the document has an accreditation only with its agency, and nothing may be lost."""
    stated = case.offering.quality_assurance
    if stated is None or stated.agency is not None:
        return
    for member, value in (("decision", stated.decision), ("valid_until", stated.valid_until)):
        if value is not None:
            yield (
                case.in_offering("quality_assurance", member),
                "Name the agency that decided: without it the document has no place for this.",
            )


@rule(
    "esg-unstated",
    ADVICE,
    "7.13",
    "Badges too should have quality assurance in line with the Standards and Guidelines (ESG).",
)
def esg_unstated(case: Case) -> Sightings:
    """Find a micro-credential without ECTS points that does not state the ESG."""
    stated = case.offering.quality_assurance
    if stated is not None and case.offering.type is Type.BADGE and not stated.esg:
        yield (
            case.in_offering("quality_assurance", "esg"),
            "Quality assurance in line with the ESG should be adopted without ECTS points as well.",
        )


@rule(
    "content-quality-unstated",
    ADVICE,
    "7.13",
    "Where others provide units, the quality assurance of their content is relevant.",
)
def content_quality_unstated(case: Case) -> Sightings:
    """Find units from elsewhere and no word on them."""
    stated = case.offering.quality_assurance
    elsewhere = any(who != case.offering.awarding_body for unit in case.units for who in unit.provided_by)
    if elsewhere and stated is not None and stated.content is None:
        yield (
            case.in_offering("quality_assurance", "content"),
            "Learning content comes from elsewhere: say how its quality is assured.",
        )


@rule("code-not-in-list", REQUIRED, "7.13", "The country of an agency is a code of the EU list.")
def country_unlisted(case: Case) -> Sightings:
    """Find a code that is no country."""
    stated = case.offering.quality_assurance
    if stated is not None and stated.agency is not None and stated.agency.country not in case.codes["country"]:
        yield case.in_offering("quality_assurance", "agency", "country"), unlisted("country")
