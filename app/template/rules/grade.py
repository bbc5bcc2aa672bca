"""7.14 Grade: optional; if given, in the grading system of the university that awards."""

from collections.abc import Iterator

from app.template.elements import Award, TowardsKind
from app.template.grading import SCHEMES, GradingScheme
from app.template.rules.registry import ADVICE, REQUIRED, Case, Sightings, Spot, award_rule, rule, unlisted

_GRADE = Spot(("grade", "value"))


def _schemes_named(case: Case) -> Iterator[tuple[str, Spot]]:
    if case.offering.grading_scheme is not None:
        yield case.offering.grading_scheme, case.in_offering("grading_scheme")
    if case.award is not None and case.award.grade is not None:
        yield case.award.grade.scheme, Spot(("grade", "scheme"))


def _scheme(case: Case) -> GradingScheme | None:
    """Return the scheme in which grades without a scheme of their own are meant: the award's, else the offering's."""
    if case.award is not None and case.award.grade is not None:
        return SCHEMES.get(case.award.grade.scheme)
    return SCHEMES.get(case.offering.grading_scheme or "")


@rule("code-not-in-list", REQUIRED, "7.14", "Grading schemes and fields of reference groups are codes of their lists.")
def code_unlisted(case: Case) -> Sightings:
    """Find schemes and fields that do not exist."""
    for code, spot in _schemes_named(case):
        if code not in SCHEMES:
            yield spot, unlisted("grading-scheme")
    distribution = case.offering.grade_distribution
    field = distribution.isced_f if distribution is not None else None
    if field is not None and field not in case.codes["isced-f"]:
        yield case.in_offering("grade_distribution", "isced_f"), unlisted("isced-f")


@rule("grade-scheme-foreign", REQUIRED, "7.14", "The grading system of the awarding university is adopted.")
def grade_scheme_foreign(case: Case) -> Sightings:
    """Find the scheme of another university, a teaching one included."""
    for code, spot in _schemes_named(case):
        if code in SCHEMES and SCHEMES[code].owner != case.body.slug:
            yield (
                spot,
                "The grading system of the awarding university is adopted; conversion is the receiver's business.",
            )


@award_rule("grade-not-passing", REQUIRED, "7.14", "A grade is a pass in its scheme, spelled as the scheme spells it.")
def grade_not_passing(case: Case, award: Award) -> Sightings:
    """Find a value with which nobody passes."""
    words = "Not a passing grade of this scheme, as the scheme spells it."
    scheme = _scheme(case)
    if scheme is None:
        return
    if award.grade is not None and not scheme.is_passing(award.grade.value):
        yield _GRADE, words
    for position, assessment in enumerate(award.assessments or ()):
        if assessment.grade is not None and not scheme.is_passing(assessment.grade.value):
            yield case.in_assessment(position, "grade", "value"), words


@award_rule("grade-without-scheme", REQUIRED, "7.14", "A grade of an assessment has a grading scheme.")
def grade_without_scheme(case: Case, award: Award) -> Sightings:
    """Find grades of assessments where neither the award nor the offering names a scheme."""
    if award.grade is not None or case.offering.grading_scheme is not None:
        return
    for position, assessment in enumerate(award.assessments or ()):
        if assessment.grade is not None:
            yield case.in_assessment(position, "grade"), "Name the grading scheme: in `grade`, or in the offering."


@award_rule(
    "grade-advised",
    ADVICE,
    "7.14",
    "A micro-credential that is stackable towards a degree has a grade.",
    cites=("7.14", "7.15"),
)
def grade_advised(case: Case, award: Award) -> Sightings:
    """Find no grade where a degree programme may ask for one."""
    towards_degree = any(t.kind is TowardsKind.DEGREE_PROGRAMME for t in case.offering.towards)
    if towards_degree and award.grade is None:
        yield Spot(("grade",)), "The grade might be essential where this counts towards a degree."


@rule("distribution-years-reversed", REQUIRED, "7.14", "The years of a grade distribution are in order.")
def distribution_years_reversed(case: Case) -> Sightings:
    """Find a reference period that ends before it begins."""
    distribution = case.offering.grade_distribution
    if distribution is not None and distribution.last_year < distribution.first_year:
        yield case.in_offering("grade_distribution", "last_year"), "The last year is before the first."


@rule("distribution-without-scheme", REQUIRED, "7.14", "A grade distribution has a grading scheme.")
def distribution_without_scheme(case: Case) -> Sightings:
    """Find counts of grades in no scheme."""
    if case.offering.grade_distribution is not None and case.offering.grading_scheme is None:
        yield case.in_offering("grading_scheme"), "A distribution of grades is one in a grading scheme: name it."


@rule("distribution-grade-unusable", REQUIRED, "7.14", "A grade distribution counts each passing grade once.")
def distribution_grade_unusable(case: Case) -> Sightings:
    """Find grades that are no pass in the scheme, or counted twice."""
    distribution = case.offering.grade_distribution
    scheme = SCHEMES.get(case.offering.grading_scheme or "")
    if distribution is None or scheme is None:
        return
    seen: set[str] = set()
    for position, count in enumerate(distribution.passing_grades):
        spot = case.in_offering("grade_distribution", "passing_grades", position, "grade")
        if not scheme.is_passing(count.grade):
            yield spot, "Not a passing grade of this scheme, as the scheme spells it."
        elif count.grade in seen:
            yield spot, "This grade was counted before."
        seen.add(count.grade)
