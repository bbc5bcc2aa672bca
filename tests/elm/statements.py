"""Strategies: every statement that the types of the template admit, whatever its rules would say."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from app.elm.vocabularies import codes
from app.template import elements as template
from app.template.alliance import MEMBERS
from app.template.elements import Award, Offering, Statement, statement_of

SLUGS = sorted([*MEMBERS, "test"])
LANGUAGES = ["en", "pl", "nb", "de", "ca", "pt-BR", "sr-Latn", "zh-Hans", "fil"]

_LETTERS = "abcXYZ äßłø王é\"'<>&{}\\/:;,.-#%0129"
lines = st.text(_LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
paragraphs = st.one_of(lines, st.lists(lines, min_size=2, max_size=3).map("\n".join))
titles = st.dictionaries(st.sampled_from(LANGUAGES), lines, min_size=1, max_size=3)
texts = st.dictionaries(st.sampled_from(LANGUAGES), paragraphs, min_size=1, max_size=3)
days = st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(date.isoformat)
slugs = st.sampled_from(SLUGS)
countries = st.sampled_from(["POL", "DEU", "NOR", "IRL", "1A0"])
addresses = st.sampled_from(["https://a.example/", "http://b.example/x?y=1&z=%20#f", "https://c.example:8443/~d"])
hundredths = st.integers(0, 100_000).map(lambda number: f"{number // 100}.{number % 100:02d}")
schemes = st.sampled_from(["wut-2-5", "tu-berlin-1-5", "a-scheme-of-nobody"])


def members_of(enumeration: Any) -> st.SearchStrategy[str]:
    return st.sampled_from([member.value for member in enumeration])


def several(values: st.SearchStrategy[Any], most: int = 3, least: int = 0) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=least, max_size=most)


def record(needed: dict[str, Any] | None = None, /, **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(needed or {}, optional=optional)


def code_of(list_name: str) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(codes(list_name)))


places = record({"country": countries}, name=titles)
organisations = record({"name": titles, "country": countries}, homepage=addresses)
providers = st.one_of(slugs, organisations)
periods = st.tuples(days, days).map(lambda pair: {"starts": min(pair), "ends": max(pair)})
timeframes = st.one_of(st.just("self-paced"), periods)
durations = st.sampled_from(["P4M", "P10D", "P2W", "P1Y2M3W4D", "PT20H", "P1DT1H30M", "P0D"])
mailboxes = st.sampled_from(["a@b.example", "{o'x}+y|z^%@mail.example", "a/b?c=d&e#f@mail.example"])

learners = record(
    given_names=lines,
    family_names=lines,
    single_name=st.booleans(),
    name_in_other_script=titles,
    birth_date=days,
    nationalities=several(countries),
    nationality_status=st.just("stateless"),
    student_identifiers=several(
        record(
            {
                "scheme": members_of(template.StudentIdentifierScheme),
                "value": st.sampled_from(["312345", "urn:schac:personalUniqueCode:int:esi:x.example:1"]),
                "assigned_by": st.one_of(slugs, addresses),
            }
        )
    ),
    other_data=record(birth_name=lines, place_of_birth=places, gender=members_of(template.Gender), email=mailboxes),
    reference=st.just("sis-secret-reference"),
)

units = record(
    {"title": titles, "provided_by": several(providers, least=1)},
    ects=hundredths,
    eqf=st.integers(1, 8),
    chosen_from=titles,
    completed_on=days,
)
outcomes = record(
    {"text": texts},
    category=members_of(template.OutcomeCategory),
    esco=several(
        record(
            {
                "id": st.sampled_from(
                    [f"http://data.europa.eu/esco/skill/aaaaaaaa-0000-4000-8000-00000000000{n}" for n in range(3)]
                ),
                "label": titles,
            }
        )
    ),
    reuse=members_of(template.Reuse),
)
participations = record(
    mode=members_of(template.Mode),
    organisation=several(members_of(template.Form), most=14),
    organisation_other=texts,
    activity_title=titles,
    timeframe=timeframes,
    location=places,
)
assessments = record(
    {
        "title": titles,
        "methods": st.one_of(
            several(members_of(template.AssessmentMethod), most=4, least=1), st.just(["participation"])
        ),
    },
    methods_other=texts,
    formal=st.booleans(),
    summative=st.booleans(),
    assessed_by=several(providers),
    supervision=record(
        {"supervised": st.booleans(), "identity_verified": st.booleans()},
        where=members_of(template.SupervisionPlace),
    ),
    on=days,
    grade=record({"value": lines}),
)
qualities = record(
    basis=several(members_of(template.QualityAssuranceBasis)),
    esg=st.booleans(),
    description=texts,
    agency=organisations,
    decision=record({"title": titles}, url=addresses, on=days),
    valid_until=days,
    content=texts,
)
distributions = record(
    {
        "reference_group": texts,
        "first_year": st.integers(1990, 2100),
        "last_year": st.integers(1990, 2100),
        "passing_grades": several(record({"grade": lines, "count": st.integers(1, 1_000_000)}), least=1),
    },
    isced_f=code_of("isced-f"),
)
towards = record(
    {"kind": members_of(template.TowardsKind), "title": titles},
    university=slugs,
    ects_recognised=hundredths,
    condition=texts,
)
placements = members_of(template.Placement)
further = record(
    profile=texts,
    target_groups=several(code_of("target-group").filter(lambda code: "_" not in code)),
    languages=several(code_of("language")),
    availability=texts,
    duration=durations,
    fees=several(
        record(
            {
                "what_for": members_of(template.FeeFor),
                "amount": hundredths,
                "currency": st.sampled_from(["EUR", "PLN", "SEK"]),
            },
            remark=texts,
        )
    ),
    document_form=members_of(template.DocumentForm),
    partners=several(record({"name": titles}, role=texts, homepage=addresses)),
    appreciation=several(record({"text": texts}, url=addresses)),
    isced_f=several(code_of("isced-f")),
    other=several(record({"text": texts}, placement=placements)),
    placement=record(**dict.fromkeys(template.Placements.model_fields, placements)),
)
offerings = record(
    {
        "title": titles,
        "type": members_of(template.Type),
        "subtype": members_of(template.Subtype),
        "awarding_body": slugs,
    },
    alternative_titles=several(titles),
    micro_degree=st.booleans(),
    country=countries,
    region=titles,
    awarding_rule=members_of(template.AwardingRule),
    leading_university=slugs,
    signatory=record({"name": lines, "role": titles}),
    units=several(units),
    workload=record(
        ects=hundredths, hours=hundredths, no_ects_reason=st.just({"ground": "other", "text": {"en": "kept inside"}})
    ),
    level=record(
        eqf=st.integers(1, 8),
        nqf=code_of("nqf"),
        cycle=members_of(template.Cycle),
        no_eqf_reason=st.just({"en": "kept inside"}),
    ),
    learning_outcomes=several(outcomes),
    participation=participations,
    prerequisites=st.one_of(
        st.just("none"),
        record(knowledge_and_skills=texts, formal=texts, formal_reason=st.just({"en": "kept inside"})),
    ),
    assessments=several(assessments),
    quality_assurance=qualities,
    grading_scheme=schemes,
    grade_distribution=distributions,
    integration=members_of(template.Integration),
    towards=several(towards),
    diploma_supplement_note=texts,
    further_information=further,
)
awards = record(
    {"learner": learners},
    awarded_on=days,
    requirements_met=several(record({"what": titles, "on": days})),
    signatory=record({"name": lines, "role": titles}),
    units=several(units),
    participation=record(
        mode_taken=members_of(template.ModeTaken),
        timeframe=timeframes,
        location=places,
    ),
    assessments=several(assessments),
    grade=record({"value": lines, "scheme": schemes}, text=texts),
    valid_until=days,
)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    offering = Offering.model_validate(draw(offerings))
    return statement_of(offering, Award.model_validate(draw(awards)))
