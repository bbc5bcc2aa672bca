"""What of a statement stands in the document, in its normal form.

``in_document`` says exactly what a reader finds again: ``read(render(map(s))).statement == in_document(s)``, and
``in_document(in_document(s)) == in_document(s)``. It leaves out what the template keeps inside or in the catalogue
(template-elements.md section 6), and puts what remains into the one form that the signed graph can carry:

- a list whose order the graph does not keep (codes, names, providers) is sorted and free of repetitions;
- a value equal to what its absence means (the awarding body as sole assessor) is left out;
- what says the same with other characters (``P2W`` and ``P14D``) is written in the form of XML Schema.
"""

import json
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar

from app.template.elements import (
    Appreciation,
    Assessment,
    AssessmentMethod,
    Award,
    EscoSkill,
    Form,
    FurtherInformation,
    Grade,
    Learner,
    LearningOutcome,
    Level,
    Offering,
    OtherInformation,
    OtherLearnerData,
    Participation,
    ParticipationTaken,
    Partner,
    Placement,
    Placements,
    Prerequisites,
    Provider,
    QualityAssurance,
    QualityAssuranceBasis,
    Statement,
    Unit,
    Workload,
    statement_of,
)

_IN_DOCUMENT: Final = frozenset({Placement.DOCUMENT, Placement.BOTH})
_EVERYTHING_IN_DOCUMENT: Final = Placements(**dict.fromkeys(Placements.model_fields, Placement.DOCUMENT))
_NOTHING_FURTHER: Final = FurtherInformation(placement=_EVERYTHING_IN_DOCUMENT)

Code = TypeVar("Code", bound=StrEnum)


def in_document(statement: Statement) -> Statement:
    """Return what of ``statement`` stands in the document, in its normal form (see the module's docstring)."""
    award = statement.award
    if award.signatory or award.units is not None or award.assessments is not None or award.participation.timeframe:
        statement = statement_of(statement.offering, award)
    return Statement.model_construct(
        offering=_offering(statement.offering, statement.award), award=_award(statement.award)
    )


def _award(award: Award) -> Award:
    return award.model_copy(
        update={
            "learner": _learner(award.learner),
            "signatory": None,
            "units": None,
            "assessments": None,
            "participation": ParticipationTaken(mode_taken=award.participation.mode_taken),
            "grade": _grade(award.grade),
            # Technical validity is a fact of the credential (validUntil), not of what was achieved.
            "valid_until": None,
        }
    )


def _grade(grade: Grade | None) -> Grade | None:
    return grade and grade.model_copy(update={"text": _sorted_text(grade.text)})


def _learner(learner: Learner) -> Learner:
    other = learner.other_data
    return learner.model_copy(
        update={
            "reference": None,
            "single_name": (learner.given_names is None) != (learner.family_names is None),
            "name_in_other_script": _sorted_text(learner.name_in_other_script),
            "nationalities": tuple(sorted(set(learner.nationalities))),
            "other_data": None if other is None or other == OtherLearnerData() else other,
        }
    )


def _offering(offering: Offering, award: Award) -> Offering:
    assessments = tuple(_assessment(assessment, offering.awarding_body) for assessment in offering.assessments)
    scheme = offering.grading_scheme if assessments or offering.grade_distribution else None
    update: dict[str, Any] = {
        # Derived: the reader finds it at the awarding body (7.3).
        "country": None,
        "alternative_titles": _alternative_titles(offering.alternative_titles),
        "units": tuple(_unit(unit) for unit in offering.units),
        "workload": Workload(ects=offering.workload.ects, hours=offering.workload.hours),
        "level": Level(eqf=offering.level.eqf, nqf=offering.level.nqf, cycle=offering.level.cycle),
        "learning_outcomes": _outcomes(offering.learning_outcomes),
        "participation": _participation(offering.participation, offering.title),
        "prerequisites": _prerequisites(offering.prerequisites),
        "assessments": assessments,
        "quality_assurance": _quality_assurance(offering.quality_assurance),
        "grading_scheme": award.grade.scheme if award.grade else scheme,
        "further_information": _further_information(offering.further_information),
    }
    return offering.model_copy(update=update)


def _in_order(codes: Iterable[Code], order: type[Code]) -> tuple[Code, ...]:
    held = set(codes)
    return tuple(code for code in order if code in held) if held else ()


def _sorted_text(text: Mapping[str, str] | None) -> dict[str, str] | None:
    return None if text is None else dict(sorted(text.items()))


def _alternative_titles(titles: tuple[Mapping[str, str], ...]) -> tuple[dict[str, str], ...]:
    """Names by language, sorted: the graph holds a set of names in each language, not which belong together."""
    if not titles:
        return ()
    names: dict[str, set[str]] = {}
    for title in titles:
        for language, name in title.items():
            names.setdefault(language, set()).add(name)
    return regrouped_titles(names)


def regrouped_titles(names: Mapping[str, Iterable[str]]) -> tuple[dict[str, str], ...]:
    """Put sets of names by language back into titles: the first of each language together, and so on."""
    columns = {language: sorted(names[language]) for language in sorted(names)}
    return tuple(
        {language: column[row] for language, column in columns.items() if row < len(column)}
        for row in range(max((len(column) for column in columns.values()), default=0))
    )


def provider_key(provider: Provider) -> tuple[int, str]:
    """Order of providers: universities of the alliance by slug, then other organisations by what is said of them."""
    if isinstance(provider, str):
        return 0, provider
    return 1, json.dumps([sorted(provider.name.items()), provider.country, provider.homepage], ensure_ascii=False)


def _providers(providers: tuple[Provider, ...]) -> tuple[Provider, ...]:
    if len(providers) < 2:  # noqa: PLR2004 - nothing to sort in fewer than two
        return providers
    return tuple({provider_key(provider): provider for provider in sorted(providers, key=provider_key)}.values())


def _unit(unit: Unit) -> Unit:
    return unit.model_copy(update={"provided_by": _providers(unit.provided_by)})


def _outcomes(outcomes: tuple[LearningOutcome, ...]) -> tuple[LearningOutcome, ...]:
    """One label per skill: a concept id with two labels in one language breaks ``sh:uniqueLang``."""
    if not any(outcome.esco for outcome in outcomes):
        return outcomes
    first: dict[str, EscoSkill] = {}
    for outcome in outcomes:
        for skill in outcome.esco:
            first.setdefault(skill.id, skill)
    return tuple(
        outcome.model_copy(update={"esco": tuple(first[key] for key in sorted({skill.id for skill in outcome.esco}))})
        for outcome in outcomes
    )


def _participation(participation: Participation, title: Mapping[str, str]) -> Participation:
    return participation.model_copy(
        update={
            "organisation": _in_order(participation.organisation, Form),
            "activity_title": None if participation.activity_title == title else participation.activity_title,
        }
    )


def _prerequisites(prerequisites: Any) -> Any:  # noqa: ANN401 - the union of the field
    if not isinstance(prerequisites, Prerequisites):
        return prerequisites
    if prerequisites.knowledge_and_skills is None and prerequisites.formal is None:
        return None
    return prerequisites.model_copy(update={"formal_reason": None})


def _assessment(assessment: Assessment, awarding_body: str) -> Assessment:
    assessors = _providers(assessment.assessed_by)
    return assessment.model_copy(
        update={
            "methods": _in_order(assessment.methods, AssessmentMethod),
            "assessed_by": () if assessors == (awarding_body,) else assessors,
        }
    )


def _quality_assurance(quality: QualityAssurance | None) -> QualityAssurance | None:
    if quality is None:
        return None
    update: dict[str, Any] = {"basis": _in_order(quality.basis, QualityAssuranceBasis)}
    if quality.agency is None:
        # A decision that nobody took has no place in ELM: an Accreditation needs its agency.
        update |= {"decision": None, "valid_until": None}
    placed = quality.model_copy(update=update)
    return None if placed == QualityAssurance() else placed


def _further_information(further: FurtherInformation) -> FurtherInformation:
    if further == _NO_FURTHER_INFORMATION:
        return _NOTHING_FURTHER
    placement = further.placement
    kept: dict[str, Any] = {
        name: getattr(further, name)
        for name in Placements.model_fields
        if getattr(placement, name) in _IN_DOCUMENT and getattr(further, name) not in (None, ())
    }
    for name in ("target_groups", "languages", "isced_f"):
        if name in kept:
            kept[name] = tuple(sorted(set(kept[name])))
    if "duration" in kept:
        kept["duration"] = xsd_duration(kept["duration"])
    if "partners" in kept:
        kept["partners"] = _partners(kept["partners"])
    if "appreciation" in kept:
        kept["appreciation"] = _appreciation(kept["appreciation"])
    other = tuple(
        OtherInformation(text=item.text, placement=Placement.DOCUMENT)
        for item in further.other
        if item.placement in _IN_DOCUMENT
    )
    return _NOTHING_FURTHER.model_copy(update={**kept, "other": other})


_NO_FURTHER_INFORMATION: Final = FurtherInformation()


def _partners(partners: tuple[Partner, ...]) -> tuple[Partner, ...]:
    """A role in a language without a name is read under the name as written in English, or else first.

    Partners of one name stand together, those with a homepage first, because the homepage hangs on the name.
    """
    placed = []
    for partner in partners:
        name = dict(partner.name)
        usual = name.get("en") or name[min(name)]
        for language in partner.role or ():
            name.setdefault(language, usual)
        placed.append(partner.model_copy(update={"name": dict(sorted(name.items()))}))
    return _grouped(placed, lambda partner: partner.name, lambda partner: partner.homepage)


def _appreciation(appreciation: tuple[Appreciation, ...]) -> tuple[Appreciation, ...]:
    """Appreciations of one text stand together, those with an address first, because the address hangs on the text."""
    return _grouped(list(appreciation), lambda item: item.text, lambda item: item.url)


def _grouped(items: list[Any], words: Any, address: Any) -> tuple[Any, ...]:  # noqa: ANN401 - two kinds of items
    groups: dict[tuple[tuple[str, str], ...], list[Any]] = {}
    for item in items:
        groups.setdefault(tuple(sorted(words(item).items())), []).append(item)
    return tuple(item for group in groups.values() for item in sorted(group, key=lambda held: address(held) is None))


_DURATION: Final = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", re.ASCII)


def xsd_duration(duration: str) -> str:
    """Write an ISO 8601 duration as ``xsd:duration``, which knows no weeks (XML Schema 1.1-2, 3.3.6)."""
    matched = _DURATION.fullmatch(duration)
    if matched is None:
        return duration
    years, months, weeks, days, hours, minutes = (int(part) if part is not None else None for part in matched.groups())
    if weeks is not None:
        days = (days or 0) + 7 * weeks
    date = "".join(f"{n}{unit}" for n, unit in ((years, "Y"), (months, "M"), (days, "D")) if n is not None)
    time = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n is not None)
    return "P" + date + ("T" + time if time else "")
