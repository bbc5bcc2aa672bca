"""Requests that are valid by default, with one override per test.

Three shapes of the same four kinds of Annex 2, all as the JSON that a university sends to ``POST /api/v1/credentials``:

- ``a_learner()``, ``an_academic_certificate()``, ``a_specialisation_certificate()``, ``an_achievement_badge()`` and
  ``a_service_badge()``: one course, nothing missing, no advice;
- ``full_request(subtype)``: every element of section 7 filled, no advice;
- ``required_only_request(subtype)``: only what the template requires; advice may follow.

Each takes overrides by dotted path (``{"offering.workload.ects": 2}``) or by keyword with double underscores
(``offering__workload__ects=2``); a number steps into a list, ``ABSENT`` takes a member away. The people are invented.
"""

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from app.template.alliance import MEMBERS, TEST_SLUG, AwardingBody

Json = Any

TODAY: Final = date(2026, 7, 1)
"""A day after every date in these requests."""
AWARDED_ON: Final = "2026-06-30"
SUBTYPES: Final = ("academic", "specialisation", "achievement", "service")

NQF_LEVEL_7: Final = {
    "chalmers": "c_1ab773a2",
    "ntnu": "c_fb307b49",
    "polimi": "c_0fe2b814",
    "rwth-aachen": "c_184f7fed",
    "tu-berlin": "c_184f7fed",
    "upv": "c_37f3c037",
    "wut": "c_e860b49b",
    "test": "c_184f7fed",
}
"""Level 7 of the national framework of each awarding body, in the EU list nqf."""

GOOD_GRADE: Final = {
    "chalmers": ("chalmers-3-4-5", "4"),
    "ntnu": ("ntnu-a-f", "B"),
    "polimi": ("polimi-30", "28"),
    "rwth-aachen": ("rwth-aachen-1-5", "1.7"),
    "tu-berlin": ("tu-berlin-1-5", "1.7"),
    "upv": ("upv-0-10", "8.5"),
    "wut": ("wut-2-5", "4.5"),
    "test": ("test-wut-2-5", "4.5"),
}
"""A grading scheme of each awarding body and a passing grade in it."""

CODE_LISTS: Final[dict[str, dict[str, str]]] = {
    "country": {
        "SWE": "Sweden",
        "NOR": "Norway",
        "ITA": "Italy",
        "DEU": "Germany",
        "ESP": "Spain",
        "POL": "Poland",
        "IRL": "Ireland",
        "CHN": "China",
        "EGY": "Egypt",
        "FRA": "France",
    },
    "language": {"en": "English", "pl": "Polish", "de": "German", "sv": "Swedish", "nb": "Norwegian", "es": "Spanish"},
    "isced-f": {"01": "Education", "0114": "Teacher training with subject specialisation", "0613": "Software"},
    "nqf": {
        "c_1ab773a2": "SeQF Level 7",
        "c_fb307b49": "NKR Level 7",
        "c_12ece3d4": "NKR Level 5.1",
        "c_0fe2b814": "QNQ Level 7",
        "c_184f7fed": "DQR Level 7",
        "c_37f3c037": "MECU Level 7",
        "c_e860b49b": "PQF Level 7",
        "c_cb086da3": "PQF Level 6",
        "c_97cf01c4": "Polish National Qualifications Framework",
        "c_505223a4": "SCQF Level 1",
    },
    "target-group": {"1599531db0": "Persons in tertiary education (EQF 6)", "acb7f20f25": "… (EQF 7)"},
    "currency": {"EUR": "Euro", "PLN": "Zloty", "SEK": "Swedish krona", "NOK": "Norwegian krone"},
}
"""Excerpts of the official lists, enough for these requests. The lists themselves belong to the ELM room."""


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""As an override: take the member away."""


def altered(value: Json, overrides: Mapping[str, Json] | None = None, /, **named: Json) -> Json:
    """Return a deep copy of ``value`` with each override applied; parts that a path needs are made on the way."""
    result = copy.deepcopy(value)
    for path, replacement in {**(overrides or {}), **{k.replace("__", "."): v for k, v in named.items()}}.items():
        *parents, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
        target = result
        for step in parents:
            target = target[step] if isinstance(step, int) else target.setdefault(step, {})
        if replacement is ABSENT:
            if isinstance(target, list):
                del target[last]
            else:
                target.pop(last, None)
        elif isinstance(target, list) and last == len(target):
            target.append(copy.deepcopy(replacement))
        else:
            target[last] = copy.deepcopy(replacement)
    return result


def an_awarding_body(slug: str = "wut", **overrides: Json) -> AwardingBody:
    """Return an awarding body as a demonstration deployment configures it."""
    facts = MEMBERS.get(slug, MEMBERS["tu-berlin"])
    names = facts.legal_name if slug != TEST_SLUG else {"en": "Test issuer"}
    return AwardingBody.model_validate(
        {
            "slug": slug,
            "did": f"did:web:localhost%3A8000:issuers:{slug}",
            "legal_name": {language: f"{name} (demonstration)" for language, name in names.items()},
            "short_name": facts.short_name if slug != TEST_SLUG else "Test",
            "country": facts.country,
            "address": facts.town,
            "time_zone": facts.time_zone,
            "homepage": facts.homepage,
            "eidas_identifier": f"NTR{facts.country[:2]}-DEMO-{slug}",
            **overrides,
        }
    )


def a_learner(overrides: Mapping[str, Json] | None = None, /, **named: Json) -> dict[str, Json]:
    """Return a learner as 7.1 asks for: names, birth date, nationality, and a student number."""
    learner = {
        "given_names": "Zoë-Ánne",
        "family_names": "Øst",
        "birth_date": "2001-02-28",
        "nationalities": ["NOR"],
        "student_identifiers": [{"scheme": "student-number", "value": "312345", "assigned_by": "wut"}],
        "reference": "sis-7f3a",
    }
    return altered(learner, overrides, **named)


def an_academic_certificate(
    overrides: Mapping[str, Json] | None = None, /, *, awarding_body: str = "wut", **named: Json
) -> dict[str, Json]:
    """Return a request for an academic certificate: one course of 5 ECTS at EQF 7, written examination."""
    return altered(_certificate("academic", awarding_body), overrides, **named)


def a_specialisation_certificate(
    overrides: Mapping[str, Json] | None = None, /, *, awarding_body: str = "wut", **named: Json
) -> dict[str, Json]:
    """Return a request for a specialisation certificate: a dedicated course, portfolio and presentation."""
    return altered(_certificate("specialisation", awarding_body), overrides, **named)


def an_achievement_badge(
    overrides: Mapping[str, Json] | None = None, /, *, awarding_body: str = "wut", **named: Json
) -> dict[str, Json]:
    """Return a request for a badge of achievement: a MOOC of 20 hours, participation and a quiz-free task."""
    return altered(_badge("achievement", awarding_body), overrides, **named)


def a_service_badge(
    overrides: Mapping[str, Json] | None = None, /, *, awarding_body: str = "wut", **named: Json
) -> dict[str, Json]:
    """Return a request for a service-based badge: volunteering, tasks completed."""
    return altered(_badge("service", awarding_body), overrides, **named)


_ONE_COURSE = {
    "academic": an_academic_certificate,
    "specialisation": a_specialisation_certificate,
    "achievement": an_achievement_badge,
    "service": a_service_badge,
}


def a_request(
    subtype: str, overrides: Mapping[str, Json] | None = None, /, *, awarding_body: str = "wut", **named: Json
) -> dict[str, Json]:
    """Return the one-course request of a sub-type."""
    return _ONE_COURSE[subtype](overrides, awarding_body=awarding_body, **named)


def an_offering(
    subtype: str = "academic",
    overrides: Mapping[str, Json] | None = None,
    /,
    *,
    awarding_body: str = "wut",
    **named: Json,
) -> dict[str, Json]:
    """Return the body of ``POST /api/v1/offerings`` for a sub-type."""
    return altered(a_request(subtype, awarding_body=awarding_body)["offering"], overrides, **named)


def full_request(
    subtype: str, overrides: Mapping[str, Json] | None = None, /, *, awarding_body: str = "wut", **named: Json
) -> dict[str, Json]:
    """Return a request with every element of section 7 filled, as far as Annex 2 lets the sub-type have it."""
    request = a_request(subtype, awarding_body=awarding_body)
    certificate = request["offering"]["type"] == "certificate"
    _fill_offering(request["offering"], subtype, awarding_body)
    _fill_award(request, request["offering"], awarding_body, certificate=certificate)
    return altered(request, overrides, **named)


def required_only_request(
    subtype: str, overrides: Mapping[str, Json] | None = None, /, *, awarding_body: str = "wut", **named: Json
) -> dict[str, Json]:
    """Return a request with only what the template requires of the sub-type."""
    request = a_request(subtype, awarding_body=awarding_body)
    offering = request["offering"]
    for optional in ("prerequisites", "integration", "further_information"):
        offering.pop(optional, None)
    offering["title"].pop("pl")
    offering["workload"] = {"ects": 5} if "ects" in offering["workload"] else {}
    offering["level"] = {"eqf": 7} if offering["type"] == "certificate" else {}
    offering["participation"].pop("timeframe", None)
    offering["learning_outcomes"] = [{"text": {"en": "Explains what the course is about."}}]
    for part in ("student_identifiers", "reference"):
        request["learner"].pop(part)
    return altered(request, overrides, **named)


# --- pieces

_TITLES = {
    "academic": {"en": "ENHANCE Certificate in sustainable cities", "pl": "Certyfikat ENHANCE: zrównoważone miasta"},
    "specialisation": {
        "en": "ENHANCE Certificate in higher education teaching",
        "pl": "Certyfikat ENHANCE: dydaktyka szkoły wyższej",
    },
    "achievement": {"en": "ENHANCE Badge in data literacy", "pl": "Odznaka ENHANCE: kompetencje danych"},
    "service": {"en": "ENHANCE Badge - student ambassador", "pl": "Odznaka ENHANCE: ambasador studencki"},
}

_OUTCOMES = [
    {
        "text": {"en": "Explains the principles of the field and its limits.", "pl": "Wyjaśnia zasady dziedziny."},
        "category": "knowledge",
    },
    {"text": {"en": "Plans and carries out a small project.", "pl": "Realizuje mały projekt."}, "category": "skills"},
    {
        "text": {"en": "Takes responsibility for the results of a team.", "pl": "Odpowiada za wyniki zespołu."},
        "category": "responsibility-autonomy",
    },
]


def _quality() -> dict[str, Json]:
    return {
        "basis": ["own-degree-procedures"],
        "esg": True,
        "description": {"en": "The internal procedures for degree programmes apply, in line with the ESG."},
    }


def _offering(subtype: str, kind: str, awarding_body: str) -> dict[str, Json]:
    return {
        "title": dict(_TITLES[subtype]),
        "type": kind,
        "subtype": subtype,
        "awarding_body": awarding_body,
        "learning_outcomes": copy.deepcopy(_OUTCOMES),
        "quality_assurance": _quality(),
    }


def _certificate(subtype: str, awarding_body: str) -> dict[str, Json]:
    assessment: dict[str, Json] = (
        {
            "title": {"en": "Written examination", "pl": "Egzamin pisemny"},
            "methods": ["written-examination"],
            "supervision": {"supervised": True, "identity_verified": True, "where": "on-site"},
        }
        if subtype == "academic"
        else {
            "title": {"en": "Teaching portfolio", "pl": "Portfolio dydaktyczne"},
            "methods": ["portfolio", "presentation"],
        }
    )
    return {
        "offering": {
            **_offering(subtype, "certificate", awarding_body),
            "workload": {"ects": 5, "hours": 130},
            "level": {"eqf": 7, "nqf": NQF_LEVEL_7[awarding_body], "cycle": "second"},
            "participation": {
                "mode": "blended",
                "organisation": ["course"],
                "timeframe": {"starts": "2026-03-01", "ends": "2026-06-30"},
            },
            "prerequisites": {"knowledge_and_skills": {"en": "Statistics at the level of a first degree."}},
            "assessments": [{**assessment, "formal": True, "summative": True}],
            "integration": "stand-alone",
            "further_information": {"languages": ["en"], "isced_f": ["0114"]},
        },
        "learner": a_learner(),
        "awarded_on": AWARDED_ON,
    }


def _badge(subtype: str, awarding_body: str) -> dict[str, Json]:
    service = subtype == "service"
    return {
        "offering": {
            **_offering(subtype, "badge", awarding_body),
            "workload": {"hours": 20},
            "participation": {
                "mode": "on-site" if service else "online",
                "organisation": ["service-based-learning", "volunteering"] if service else ["mooc"],
                "timeframe": "self-paced",
            },
            "assessments": [
                {
                    "title": {"en": "Tasks completed" if service else "Participation in all sessions"},
                    "methods": ["task-completion" if service else "participation"],
                }
            ],
            "integration": "stand-alone",
            "further_information": {"languages": ["en"]},
        },
        "learner": a_learner(),
        "awarded_on": AWARDED_ON,
    }


_PARTNER_OF = {slug: "tu-berlin" if slug != "tu-berlin" else "wut" for slug in (*MEMBERS, TEST_SLUG)}


def _fill_offering(offering: dict[str, Json], subtype: str, awarding_body: str) -> None:
    certificate = offering["type"] == "certificate"
    country = MEMBERS.get(awarding_body, MEMBERS["tu-berlin"]).country
    scheme, grade = GOOD_GRADE[awarding_body]
    partner = _PARTNER_OF[awarding_body]
    units: list[dict[str, Json]] = [
        {"title": {"en": "Foundations", "pl": "Podstawy"}, "provided_by": [awarding_body], "eqf": 7},
        {
            "title": {"en": "Applications", "pl": "Zastosowania"},
            "provided_by": [
                partner,
                {
                    "name": {"en": "Fictional Institute of Technology"},
                    "country": "IRL",
                    "homepage": "https://fit.example/",
                },
            ],
            "eqf": 7,
            "chosen_from": {"en": "Electives of the alliance"},
        },
    ]
    if certificate:
        units[0]["ects"], units[1]["ects"] = 3, 2
    elif subtype == "service":
        for unit in units:
            del unit["eqf"]
    assessments = offering["assessments"]
    assessments[0] |= {"assessed_by": [awarding_body]}
    assessments.append(
        {
            "title": {"en": "Project with oral examination"},
            "methods": ["project-work", "oral-examination", "other"] if certificate else ["project-work", "other"],
            "methods_other": {"en": "Poster on a public exhibition"},
            "formal": certificate,
            "summative": certificate,
            "assessed_by": [
                awarding_body,
                {
                    "name": {"en": "Fictional Chamber of Engineers"},
                    "country": "IRL",
                    "homepage": "https://chamber.example/",
                },
            ],
            "supervision": {"supervised": True, "identity_verified": True, "where": "online"},
        }
    )
    offering |= {
        "alternative_titles": [{"en": "Summer school of the year"}],
        "micro_degree": certificate,
        "country": country,
        "region": {"en": "Capital region"},
        "awarding_rule": "leading-role",
        "leading_university": awarding_body,
        "signatory": {"name": "Ada O'Brien", "role": {"en": "Vice-Rector for Education"}},
        "units": units,
        "learning_outcomes": [
            {
                **offering["learning_outcomes"][0],
                "reuse": "sector-specific",
                "esco": [
                    {
                        "id": "http://data.europa.eu/esco/skill/aaaaaaaa-0000-4000-8000-000000000001",
                        "label": {"en": "an invented skill"},
                    }
                ],
            },
            {**offering["learning_outcomes"][1], "reuse": "transversal"},
            {**offering["learning_outcomes"][2], "reuse": "cross-sector"},
        ],
        "participation": {
            "mode": "hybrid",
            "organisation": [*offering["participation"]["organisation"], "group-of-courses", "other"],
            "organisation_other": {"en": "Study visit"},
            "activity_title": {"en": "MOOC and summer school of the alliance"},
            "timeframe": {"starts": "2026-03-01", "ends": "2026-06-30"},
            "location": {"country": country, "name": {"en": "Main campus"}},
        },
        "prerequisites": {
            "knowledge_and_skills": {"en": "Basic programming.", "pl": "Podstawy programowania."},
            "formal": {"en": "A first degree in engineering."},
            "formal_reason": {"en": "Safety in the laboratory."},
        },
        "quality_assurance": {
            "basis": ["own-degree-procedures", "national", "international-agency"],
            "esg": True,
            "description": {"en": "Reviewed by the faculty council and every five years from outside."},
            "agency": {
                "name": {"en": "Fictional Quality Agency"},
                "country": "IRL",
                "homepage": "https://agency.example/",
            },
            "decision": {
                "title": {"en": "Decision on short programmes"},
                "url": "https://agency.example/decisions/7",
                "on": "2025-10-01",
            },
            "valid_until": "2030-09-30",
            "content": {"en": "Units of partners are reviewed together with the own ones."},
        },
        "grading_scheme": scheme,
        "grade_distribution": {
            "reference_group": {"en": "All learners of the same field in two years"},
            "isced_f": "0114",
            "first_year": 2024,
            "last_year": 2025,
            "passing_grades": [{"grade": grade, "count": 41}],
        },
        "diploma_supplement_note": {"en": "Completed in addition to the degree programme."},
        "further_information": {
            "profile": {"en": "Professional, with a focus on transversal skills."},
            "target_groups": ["1599531db0", "acb7f20f25"],
            "languages": ["en", "pl"],
            "availability": {"en": "Open to the general public."},
            "duration": "P4M",
            "fees": [
                {
                    "what_for": "registration",
                    "amount": "49.50",
                    "currency": "EUR",
                    "remark": {"en": "Waived for members."},
                },
                {"what_for": "document", "amount": 20, "currency": "PLN"},
            ],
            "document_form": "both",
            "partners": [
                {
                    "name": {"en": "Fictional Works plc"},
                    "role": {"en": "Case studies"},
                    "homepage": "https://works.example/",
                }
            ],
            "appreciation": [
                {"text": {"en": "Recommended by the Fictional Employers."}, "url": "https://employers.example/"}
            ],
            "isced_f": ["0114", "0613"],
            "other": [{"text": {"en": "Runs every year."}, "placement": "catalogue"}],
            "placement": {"profile": "document", "fees": "catalogue"},
        },
    }
    if certificate:
        offering |= {
            "integration": "stackable",
            "towards": [
                {
                    "kind": "degree-programme",
                    "title": {"en": "Second-cycle programme in environmental engineering"},
                    "university": awarding_body,
                    "ects_recognised": 5,
                    "condition": {"en": "After enrolment in that programme."},
                },
                {"kind": "other-courses", "title": {"en": "Courses on urban transport"}, "university": partner},
            ],
        }


def _fill_award(request: dict[str, Json], offering: dict[str, Json], awarding_body: str, *, certificate: bool) -> None:
    scheme, grade = GOOD_GRADE[awarding_body]
    first, second = copy.deepcopy(offering["units"])
    assessments = copy.deepcopy(offering["assessments"])
    assessments[0]["on"] = "2026-06-20"
    assessments[1] |= {"on": AWARDED_ON, "grade": {"value": grade}}
    request |= {
        "learner": a_learner(
            {
                "name_in_other_script": {"zh-Hans": "王小明"},
                "nationalities": ["NOR", "CHN"],
                "student_identifiers": [
                    {"scheme": "student-number", "value": "312345", "assigned_by": awarding_body},
                    {
                        "scheme": "esi",
                        "value": "urn:schac:personalUniqueCode:int:esi:example.edu:312345",
                        "assigned_by": "https://home.example/",
                    },
                ],
                "other_data": {
                    "birth_name": "Åse Dąbrowska",
                    "place_of_birth": {"country": "NOR", "name": {"nb": "Tromsø"}},
                    "gender": "FEMALE",
                    "email": "zoe@mail.example",
                },
            }
        ),
        "requirements_met": [{"what": {"en": "Attendance of the opening day"}, "on": "2026-03-01"}],
        "signatory": {"name": "Ada O'Brien", "role": {"en": "Vice-Rector for Education", "pl": "Prorektor"}},
        "units": [first | {"completed_on": "2026-05-15"}, second | {"completed_on": "2026-06-20"}],
        "participation": {
            "mode_taken": "online",
            "timeframe": {"starts": "2026-03-02", "ends": "2026-06-20"},
            "location": {"country": "NOR", "name": {"nb": "Trondheim"}},
        },
        "assessments": assessments,
        "grade": {"value": grade, "scheme": scheme, "text": {"en": "good plus" if certificate else "well done"}},
        "valid_until": "2046-06-30",
    }
