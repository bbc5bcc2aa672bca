"""Where in the template something stands: the words of every citation.

A citation names the edition and the sections, footnotes or annexes of *ENHANCE Micro-Credentials Template, June 2021*,
so that whoever reads a finding can open the text and judge for themselves.
"""

from typing import Final

from app.template.elements import TEMPLATE_EDITION

SECTIONS: Final[dict[str, str]] = {
    "7.1": "Identification of the learner",
    "7.2": "Title of the micro-credential",
    "7.3": "Country/region of the issuer",
    "7.4": "Awarding body",
    "7.5": "Date of issuing",
    "7.6": "Notional workload needed to achieve the learning outcomes",
    "7.7": "Level (and cycle, if applicable) of the learning experience",
    "7.8": "Learning outcomes",
    "7.9": "Form of participation in the learning activity",
    "7.10": "Prerequisites needed to enroll in the learning activity",
    "7.11": "Type of assessment",
    "7.12": "Supervision and identity verification during assessment",
    "7.13": "Quality assurance of the credential and, where relevant, of the learning content",
    "7.14": "Grade achieved",
    "7.15": "Integration/stackability options",
    "7.16": "Further information",
}
"""The sixteen elements of section 7 by their numbers."""

SECTION_OF_MEMBER: Final[dict[str, str]] = {
    "learner": "7.1",
    "title": "7.2",
    "alternative_titles": "7.2",
    "type": "7.2",
    "subtype": "7.2",
    "micro_degree": "7.2",
    "country": "7.3",
    "region": "7.3",
    "awarding_body": "7.4",
    "awarding_rule": "7.4",
    "leading_university": "7.4",
    "signatory": "7.4",
    "units": "7.4",
    "awarded_on": "7.5",
    "requirements_met": "7.5",
    "valid_until": "7.5",
    "workload": "7.6",
    "level": "7.7",
    "learning_outcomes": "7.8",
    "participation": "7.9",
    "prerequisites": "7.10",
    "assessments": "7.11",
    "quality_assurance": "7.13",
    "grade": "7.14",
    "grading_scheme": "7.14",
    "grade_distribution": "7.14",
    "integration": "7.15",
    "towards": "7.15",
    "diploma_supplement_note": "7.15",
    "further_information": "7.16",
}
"""Which element each member of an offering or an award belongs to."""


def cite(*places: str) -> str:
    """Return the citation of ``places`` in this edition, such as ``ENHANCE template 2021-06, 7.6; Annex 2``."""
    return f"ENHANCE template {TEMPLATE_EDITION}, {'; '.join(places)}"


def cite_member(path: tuple[str | int, ...]) -> str:
    """Return the citation for a member of an offering or an award, by its path within it."""
    if "supervision" in path:
        return cite("7.12")
    section = SECTION_OF_MEMBER.get(path[0]) if path and isinstance(path[0], str) else None
    return cite(section or "7")
