"""7.10 Prerequisites: optional, recommended for certificates, in terms of knowledge and skills."""

from app.template.elements import Prerequisites, Type
from app.template.rules.registry import ADVICE, Case, Sightings, rule


@rule("prerequisites-unsaid", ADVICE, "7.10", "A certificate says what is expected of those who enrol, or `none`.")
def prerequisites_unsaid(case: Case) -> Sightings:
    """Find a certificate that says nothing."""
    stated = case.offering.prerequisites
    silent = isinstance(stated, Prerequisites) and stated.knowledge_and_skills is None and stated.formal is None
    if case.offering.type is Type.CERTIFICATE and (stated is None or silent):
        yield case.in_offering("prerequisites"), "Especially for certificates prerequisites are useful; or say `none`."


@rule(
    "prerequisites-only-formal",
    ADVICE,
    "7.10",
    "Formal requirements stand beside knowledge and skills, or with a reason.",
)
def prerequisites_only_formal(case: Case) -> Sightings:
    """Find formal requirements alone."""
    stated = case.offering.prerequisites
    if not isinstance(stated, Prerequisites) or stated.formal is None:
        return
    if stated.knowledge_and_skills is None and stated.formal_reason is None:
        yield (
            case.in_offering("prerequisites", "knowledge_and_skills"),
            "In general, prerequisites are knowledge and skills; formal requirements are for specific cases.",
        )
