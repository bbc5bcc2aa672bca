"""Annex 2, the ENHANCE micro-credentials typology, as a table.

Each :class:`Row` holds the words of all columns of Annex 2 for one sub-type and, beside them, what the rules read: what
the row demands of workload, level, assessment and integration. A bare YES or NO demands; "in principle, exceptions
possible" demands unless a reason is stated; "recommended" advises; target group, content and typical form of activity
describe and demand nothing. The bounds of "less than a full degree" (7.6) stand below as one table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.template.elements import AwardingRule, Integration, Subtype, Type


class Assignment(StrEnum):
    """What a row of Annex 2 says about ECTS points or an EQF level."""

    YES = "yes"
    YES_OR_REASON = "yes, or a stated reason why not"
    YES_OR_NO = "yes or no"
    NO = "no"


class EnoughAssessment(StrEnum):
    """The least assessment after which a micro-credential of the row may be awarded."""

    FORMAL_SUMMATIVE = "formal summative assessment by ENHANCE universities"
    FORMAL_SUMMATIVE_OR_AUTOMATED = (
        "formal summative assessment by ENHANCE universities, or automated verification of completed tasks"
    )
    PARTICIPATION = "participation or task completion"
    TASK_COMPLETION = "task completion"


class SupplementNote(StrEnum):
    """What the row says about a note in the Diploma Supplement. It describes; no rule demands one."""

    WHEN_STAND_ALONE = "given when stand-alone"
    POSSIBLE = "possible"
    FOR_SUPPLEMENTARY_LEARNING = "possible in case of supplementary learning"


@dataclass(frozen=True, slots=True)
class Row:
    """One sub-type of Annex 2: the words of its columns, then what the rules read."""

    type: Type
    subtype: Subtype
    names: tuple[str, ...]
    content: tuple[str, ...]
    target_group: str
    typical_activity: tuple[str, ...]
    quality_assurance_words: str
    ects_words: str
    eqf_words: str
    stackability_words: tuple[str, ...]
    examples_from_proposal: tuple[str, ...]
    examples_from_offer: tuple[str, ...]

    ects: Assignment
    eqf: Assignment
    eqf_levels: frozenset[int]
    assessment: EnoughAssessment
    integration: frozenset[Integration]
    supplement_note: SupplementNote
    awarding_rule_default: AwardingRule | None = None
    """7.4: the decision between (b) and (c) "might be made for all ENHANCE micro-credentials of the considered
    category"; none has been made, so each offering states its own."""


ECTS_MINIMUM: Final = Decimal(1)
"""7.6: "set a minimum of 1 ECTS point"."""
ECTS_RECOMMENDED: Final = Decimal(3)
"""7.6 and Annex 2: "at least 3 ECTS points" is recommended."""

_EITHER: Final = frozenset(Integration)
_STAND_ALONE: Final = frozenset({Integration.STAND_ALONE})

TYPOLOGY: Final[Mapping[Subtype, Row]] = {
    row.subtype: row
    for row in (
        Row(
            type=Type.CERTIFICATE,
            subtype=Subtype.ACADEMIC,
            names=("academic certificate", "certificate of academic achievement"),
            content=(
                (
                    "learning outcomes, activities and formative assessment in a specific (sub)area/discipline of "
                    "engineering or transdisciplinary competences"
                ),
                "essential component of knowledge",
            ),
            target_group="mostly “traditional” bachelor, master and doctoral students",
            typical_activity=(
                "group of courses from a first- or second-cycle degree programme focused on some specific topic",
                "special purpose course/MOOC (or a group of courses/MOOCs)",
                "short learning programme (group of courses/MOOCs with a common subject)",
                "summer school",
            ),
            quality_assurance_words="formal summative assessment of learning outcomes by ENHANCE universities",
            ects_words="YES; minimum 3 ECTS (recommended)",
            eqf_words="YES; level 5, 6, 7 or 8",
            stackability_words=(
                (
                    "stackable: may be combined into larger credentials or qualifications (in particular, ECTS earned "
                    "can be applicable towards a degree)"
                ),
                (
                    "stand-alone: essential component in student supplemental qualification (given note in the Diploma "
                    "Supplement)"
                ),
            ),
            examples_from_proposal=(
                "ENHANCE Label in climate action (?)",
                "ENHANCE Certificate in sustainable entrepreneurship and innovation",
                "MOOC “Responsible innovators of tomorrow”",
                "ENHANCE summer school on climate action",
                "ENHANCE summer school on sustainable cities",
            ),
            examples_from_offer=(
                "Chalmers: specific MOOCs combined into a Micro-Master's degree",
                "RWTH: Micro-Bachelor in Data Literacy",
                "NTNU, WUT: ATHENS courses (intensive one-week courses for local and international students)",
                "TUB: Sustainability Certificate",
                "TUB: Interdisziplinäre Gender Studies",
                "UPV: specialised training courses (extracurricular)",
                "WUT: specialised design courses (Creative Semester Project etc.)",
                "all ENHANCE universities: selected MOOCs (with assessment provision)",
            ),
            ects=Assignment.YES,
            eqf=Assignment.YES,
            eqf_levels=frozenset({5, 6, 7, 8}),
            assessment=EnoughAssessment.FORMAL_SUMMATIVE,
            integration=_EITHER,
            supplement_note=SupplementNote.WHEN_STAND_ALONE,
        ),
        Row(
            type=Type.CERTIFICATE,
            subtype=Subtype.SPECIALISATION,
            names=("specialisation certificate", "certificate of specialisation/professional achievement"),
            content=(
                (
                    "learning outcomes, resources, activities and assessment in a specific (sub)area relevant for the "
                    "labour market or professional development/career"
                ),
                "focus on application of knowledge and/or development of skills",
            ),
            target_group="mostly life-long learners",
            typical_activity=(
                "dedicated/specialisation course",
                "short learning programme (group of courses/MOOCs with a common subject)",
                "workshop/training session",
            ),
            quality_assurance_words=(
                "formal summative assessment of learning outcomes by ENHANCE universities or automated verification "
                "of completion of task requirements"
            ),
            ects_words="YES (in principle, exceptions possible); minimum 3 ECTS (recommended)",
            eqf_words="YES; level 5, 6, 7 or 8",
            stackability_words=(
                "stackable: may be taken in connection with other course offerings",
                "stand-alone: an entity by itself",
            ),
            examples_from_proposal=(
                "ENHANCE life-long learning course leading to micro-credential in digital transformation",
                "ENHANCE life-long learning course leading to micro-credential in transformation for the green economy",
                "ENHANCE Certificate in higher education teaching",
            ),
            examples_from_offer=(
                "NTNU, UPV, WUT: post-graduate part-time non-degree programmes",
                "NTNU: training in innovative teaching (obligatory for NTNU academic staff)",
                "TUB: Intercultural Knowledge and Competence (for TUB community)",
                "UPV: specialised training courses (extracurricular)",
                "WUT: training in innovative teaching, training in management (for WUT academic staff)",
                "all ENHANCE universities: selected MOOCs (with assessment provision)",
            ),
            ects=Assignment.YES_OR_REASON,
            # Annex 2 says YES; 7.7 allows "possible exceptions for some specialisation/professional certificates".
            eqf=Assignment.YES_OR_REASON,
            eqf_levels=frozenset({5, 6, 7, 8}),
            assessment=EnoughAssessment.FORMAL_SUMMATIVE_OR_AUTOMATED,
            integration=_EITHER,
            supplement_note=SupplementNote.POSSIBLE,
        ),
        Row(
            type=Type.BADGE,
            subtype=Subtype.ACHIEVEMENT,
            names=("badge of achievement",),
            content=(
                (
                    "learning outcomes, resources, activities and (automated) feedback in specific area of academic or "
                    "professional knowledge, transversal 21st century skills and/or personal or social competences"
                ),
            ),
            target_group=(
                "general interest (students and life-long learners); for personal and professional development (in "
                "case of supplementary learning, students can be given note in Diploma Supplement)"
            ),
            typical_activity=(
                "special purpose course/MOOC (or a group of courses/MOOCs)",
                "bootcamp/workshop/training programme",
                (
                    "special offerings responding to the needs of various groups of society (secondary school "
                    "students, senior citizens etc.)"
                ),
            ),
            quality_assurance_words=("micro-credential can be awarded on the basis of participation/task completion"),
            ects_words="NO",
            eqf_words="YES or NO; level 5, 6, 7",
            stackability_words=("stand-alone",),
            examples_from_proposal=("ENHANCE Label in data literacy", "ENHANCE Label in climate action (?)"),
            examples_from_offer=(
                "PoliMi: part of Passion in Action offer",
                (
                    "WUT, UPV: series of lectures or training sessions (wide spectrum of topics of general interest) "
                    "for senior citizens (WUT's University of the Third Age, UPV's Senior University)"
                ),
                (
                    "RWTH: online software courses (for MATLAB, Python, R and Excel) for all students - additional "
                    "voluntary course to build and improve IT skills (no ECTS)"
                ),
            ),
            ects=Assignment.NO,
            eqf=Assignment.YES_OR_NO,
            eqf_levels=frozenset({5, 6, 7}),
            assessment=EnoughAssessment.PARTICIPATION,
            integration=_STAND_ALONE,
            supplement_note=SupplementNote.FOR_SUPPLEMENTARY_LEARNING,
        ),
        Row(
            type=Type.BADGE,
            subtype=Subtype.SERVICE,
            names=("service-based badge",),
            content=("personal or social competences resulting from service-based learning",),
            target_group="“traditional” bachelor, master and doctoral students",
            typical_activity=("various forms of service-based learning of students, incl. volunteering",),
            quality_assurance_words="micro-credential awarded for task completion",
            ects_words="NO",
            eqf_words="NO",
            stackability_words=("stand-alone",),
            examples_from_proposal=(),
            examples_from_offer=(),
            ects=Assignment.NO,
            eqf=Assignment.NO,
            eqf_levels=frozenset(),
            assessment=EnoughAssessment.TASK_COMPLETION,
            integration=_STAND_ALONE,
            supplement_note=SupplementNote.POSSIBLE,
        ),
    )
}
"""The four rows of Annex 2 by sub-type."""


@dataclass(frozen=True, slots=True)
class DegreeBound:
    """From how many ECTS points a certificate is no longer "less than a full degree" (7.6)."""

    forbidden_from: Decimal
    advised_below: Decimal | None = None


DEGREE_BOUNDS: Final[Mapping[int | None, DegreeBound]] = {
    # A short-cycle qualification has about 120 credits, a second-cycle one 90 to 120 and never less than 60, a first
    # cycle 180 to 240 (QF-EHEA; ECTS Users' Guide). Annex 1 itself lists post-graduate programmes of "60+ ECTS" at
    # level 7 among the members' existing short offers, so that 60 advises and 120 forbids.
    5: DegreeBound(Decimal(120)),
    6: DegreeBound(Decimal(180)),
    7: DegreeBound(Decimal(120), advised_below=Decimal(60)),
    8: DegreeBound(Decimal(180)),
    None: DegreeBound(Decimal(180)),
}
"""7.6: the upper limit is "less than a full degree", by EQF level. One table, so that the alliance can change it."""
