"""A micro-credential as rows for a reader: the template's elements in its order, each with a label and its values.

Only what the document holds is shown; what is absent has no row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from app.template.elements import (
    Assessment,
    FurtherInformation,
    Level,
    Offering,
    Organisation,
    Participation,
    Prerequisites,
    Provider,
    QualityAssurance,
    Statement,
    Unit,
    Workload,
)

Row: TypeAlias = tuple[str, list[str]]
Word: TypeAlias = Callable[[str], str]
"""A word of the page, by its key, in the reader's language."""


class Reader:
    """How one reader sees texts: the language asked for, then English, then whatever there is."""

    def __init__(
        self, language: str, word: Word, universities: Mapping[str, str], codes: Mapping[str, Mapping[str, str]]
    ) -> None:
        """``universities`` names awarding bodies by slug; ``codes`` holds labels by list and code."""
        self.language = language
        self.word = word
        self._universities = universities
        self._codes = codes

    def text(self, texts: Mapping[str, str]) -> str:
        """Return the text in the reader's language, or the nearest there is."""
        return texts.get(self.language) or texts.get("en") or next(iter(texts.values()))

    def provider(self, provider: Provider) -> str:
        """Name a university of the alliance or an organisation outside it."""
        if isinstance(provider, Organisation):
            return self.text(provider.name)
        return self._universities.get(provider, provider)

    def code(self, codes: str, code: str) -> str:
        """Return the label of ``code`` in the list ``codes``."""
        return self._codes.get(codes, {}).get(code, code)


def facts_of(statement: Statement, reader: Reader) -> list[Row]:
    """Return the rows of an awarded micro-credential (template section 7)."""
    award = statement.award
    learner = award.learner
    names = " ".join(name for name in (learner.given_names, learner.family_names) if name)
    rows = [
        ("learner", [names] if names else []),
        ("name-in-other-script", list((learner.name_in_other_script or {}).values())),
        ("birth-date", [learner.birth_date.isoformat()] if learner.birth_date else []),
        ("nationality", [reader.code("country", code) for code in learner.nationalities]),
        ("student-identifier", [identifier.value for identifier in learner.student_identifiers]),
        ("awarded-on", [award.awarded_on.isoformat()] if award.awarded_on else []),
        (
            "grade",
            [_joined(award.grade.value, reader.text(award.grade.text) if award.grade.text else "")]
            if award.grade
            else [],
        ),
    ]
    return [*_labelled(rows, reader), *offering_facts_of(statement.offering, reader)]


def offering_facts_of(offering: Offering, reader: Reader) -> list[Row]:
    """Return the rows of an offering: what all its awards share, and what prospective learners read (7.16)."""
    rows = [
        ("kind", [reader.word(offering.type.value), *([reader.word("micro-degree")] if offering.micro_degree else [])]),
        ("awarding-body", [reader.provider(offering.awarding_body)]),
        ("units", [_unit(unit, reader) for unit in offering.units]),
        ("workload", _workload(offering.workload, reader)),
        ("level", _level(offering.level, reader)),
        ("learning-outcomes", [reader.text(outcome.text) for outcome in offering.learning_outcomes]),
        *_participation(offering.participation, reader),
        ("prerequisites", _prerequisites(offering.prerequisites, reader)),
        ("assessment", [_assessment(assessment, reader) for assessment in offering.assessments]),
        ("quality-assurance", _quality(offering.quality_assurance, reader)),
        ("integration", [reader.word(offering.integration.value)] if offering.integration else []),
        ("towards", [reader.text(larger.title) for larger in offering.towards]),
        (
            "diploma-supplement-note",
            [reader.text(offering.diploma_supplement_note)] if offering.diploma_supplement_note else [],
        ),
        *_further(offering.further_information, reader),
    ]
    return _labelled(rows, reader)


def inside_of(offering: Offering, awarded_on: date, reader: Reader) -> list[Row]:
    """Return what a learner wants to know first, and nothing about the person."""
    rows = [
        ("awarding-body", [reader.provider(offering.awarding_body)]),
        ("awarded-on", [awarded_on.isoformat()]),
        ("workload", _workload(offering.workload, reader)),
        ("level", _level(offering.level, reader)),
        ("learning-outcomes", [reader.text(outcome.text) for outcome in offering.learning_outcomes]),
    ]
    return _labelled(rows, reader)


def _labelled(rows: Iterable[tuple[str, Sequence[str]]], reader: Reader) -> list[Row]:
    return [(reader.word(key), list(values)) for key, values in rows if values]


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _unit(unit: Unit, reader: Reader) -> str:
    providers = " / ".join(reader.provider(provider) for provider in unit.provided_by)
    return _joined(f"{reader.text(unit.title)} ({providers})", f"{unit.ects:f} ECTS" if unit.ects is not None else "")


def _workload(workload: Workload, reader: Reader) -> list[str]:
    return [
        *([f"{workload.ects:f} ECTS"] if workload.ects is not None else []),
        *([f"{workload.hours:f} {reader.word('hours')}"] if workload.hours is not None else []),
    ]


def _level(level: Level, reader: Reader) -> list[str]:
    return [
        *([f"EQF {level.eqf}"] if level.eqf else []),
        *([reader.code("nqf", level.nqf)] if level.nqf else []),
        *([reader.word(f"{level.cycle.value}-cycle")] if level.cycle else []),
    ]


def _participation(participation: Participation, reader: Reader) -> list[tuple[str, list[str]]]:
    timeframe = participation.timeframe
    when = (
        reader.word("self-paced")
        if isinstance(timeframe, str)
        else f"{timeframe.starts} - {timeframe.ends}"
        if timeframe
        else ""
    )
    where = participation.location
    forms = [reader.word(form.value) for form in participation.organisation if form.value != "other"]
    if participation.organisation_other:
        forms.append(reader.text(participation.organisation_other))
    return [
        ("activity", [reader.text(participation.activity_title)] if participation.activity_title else []),
        ("mode", [reader.word(participation.mode.value)] if participation.mode else []),
        ("form", forms),
        ("timeframe", [when] if when else []),
        (
            "place",
            [_joined(reader.text(where.name) if where.name else "", reader.code("country", where.country))]
            if where
            else [],
        ),
    ]


def _prerequisites(prerequisites: Prerequisites | str | None, reader: Reader) -> list[str]:
    if not isinstance(prerequisites, Prerequisites):
        return [reader.word("none")] if prerequisites else []
    return [reader.text(text) for text in (prerequisites.knowledge_and_skills, prerequisites.formal) if text]


def _assessment(assessment: Assessment, reader: Reader) -> str:
    methods = [reader.word(method.value) for method in assessment.methods if method.value != "other"]
    if assessment.methods_other:
        methods.append(reader.text(assessment.methods_other))
    supervision = assessment.supervision
    watched = "" if supervision is None else reader.word("supervised" if supervision.supervised else "unsupervised")
    known = (
        ""
        if supervision is None
        else reader.word("identity-verified" if supervision.identity_verified else "identity-not-verified")
    )
    return f"{reader.text(assessment.title)}: {_joined(*methods, watched, known)}"


def _quality(quality: QualityAssurance | None, reader: Reader) -> list[str]:
    if quality is None:
        return []
    return [
        *[reader.text(text) for text in (quality.description, quality.content) if text],
        *([reader.text(quality.agency.name)] if quality.agency else []),
    ]


def _further(further: FurtherInformation, reader: Reader) -> list[tuple[str, list[str]]]:
    fees = [_joined(f"{reader.word(fee.what_for.value)}: {fee.amount:f} {fee.currency}") for fee in further.fees]
    return [
        ("profile", [reader.text(further.profile)] if further.profile else []),
        ("target-groups", [reader.code("target-group", code) for code in further.target_groups]),
        ("languages", [reader.code("language", code) for code in further.languages]),
        ("availability", [reader.text(further.availability)] if further.availability else []),
        ("duration", [further.duration] if further.duration else []),
        ("fees", fees),
        ("document-form", [reader.word(further.document_form.value)] if further.document_form else []),
        ("partners", [reader.text(partner.name) for partner in further.partners]),
        ("appreciation", [reader.text(appreciation.text) for appreciation in further.appreciation]),
        ("field", [reader.code("isced-f", code) for code in further.isced_f]),
        ("further-information", [reader.text(other.text) for other in further.other]),
    ]
