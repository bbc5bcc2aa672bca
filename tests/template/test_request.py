"""From JSON to the types of the template, or every reason why not."""

import json
import re
from collections.abc import Callable
from typing import Any, get_args, get_origin
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from app.errors import Family, Finding, Weight
from app.strict_json import parse
from app.template import request as request_module
from app.template.citations import SECTION_OF_MEMBER, SECTIONS
from app.template.elements import Award, IssuanceRequest, Offering, OfferingReference, statement_of
from app.template.request import (
    FORM_CODES,
    MOST_FINDINGS,
    UNION_LISTS,
    UNION_MEMBERS,
    RequestMalformed,
    parse_offering,
    parse_request,
)
from app.template.text import LANGUAGE_TAG, MAX_COMBINING_MARKS, PLAIN, _problem, usual_case
from tests.builders import (
    ABSENT,
    SUBTYPES,
    a_request,
    altered,
    an_academic_certificate,
    an_offering,
    full_request,
)

REFERENCE = {"id": "0b0e7c9e-2f0c-4c3b-9a43-1f2a3b4c5d6e"}


def refused(value: Any, read=parse_request) -> list[Finding]:
    with pytest.raises(RequestMalformed) as refusal:
        read(value)
    assert refusal.value.family is Family.RULE_BROKEN
    return list(refusal.value.findings)


def codes_and_pointers(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.pointer) for finding in findings]


AGENCY = "offering.quality_assurance.agency"
HOMEPAGE = "#/offering/quality_assurance/agency/homepage"
ASSIGNED_BY = "/learner/student_identifiers/0/assigned_by"
CHANGES = [
    ({"learner": ABSENT}, "missing", "#/learner"),
    ({"offering": ABSENT}, "missing", "#/offering"),
    ({"offering.title": ABSENT}, "missing", "#/offering/title"),
    (
        {"offering.participation.timeframe": {"starts": "2026-01-01"}},
        "missing",
        "#/offering/participation/timeframe/ends",
    ),
    ({"participation": {"timeframe": {"ends": "2026-01-01"}}}, "missing", "#/participation/timeframe/starts"),
    ({"offering": []}, "wrong-type", "#/offering"),
    ({"learner": "Zoë"}, "wrong-type", "#/learner"),
    ({"offering.title": "Certificate"}, "wrong-type", "#/offering/title"),
    ({"offering.title.en": 7}, "wrong-type", "#/offering/title/en"),
    ({"offering.learning_outcomes": {}}, "wrong-type", "#/offering/learning_outcomes"),
    ({"learner.single_name": "yes"}, "wrong-type", "#/learner/single_name"),
    ({"learner.single_name": 1}, "wrong-type", "#/learner/single_name"),
    ({"offering.micro_degree": "true"}, "wrong-type", "#/offering/micro_degree"),
    ({"offering.level.eqf": "7"}, "wrong-type", "#/offering/level/eqf"),
    ({"offering.level.eqf": 7.0}, "wrong-type", "#/offering/level/eqf"),
    ({"offering.level.eqf": True}, "wrong-type", "#/offering/level/eqf"),
    ({"offering.prerequisites": 3}, "wrong-type", "#/offering/prerequisites"),
    ({"offering.participation.timeframe": []}, "wrong-type", "#/offering/participation/timeframe"),
    ({"offering.assessments.0.assessed_by": [None]}, "wrong-type", "#/offering/assessments/0/assessed_by/0"),
    ({"offering.awarding_body": ["wut", "ntnu"]}, "awarding-body-not-one", "#/offering/awarding_body"),
    ({"offering.type": "diploma"}, "outside-the-framework", "#/offering/type"),
    ({"offering.subtype": "professional"}, "not-in-list", "#/offering/subtype"),
    ({"offering.prerequisites": "nothing"}, "not-in-list", "#/offering/prerequisites"),
    ({"offering.participation.timeframe": "sometime"}, "not-in-list", "#/offering/participation/timeframe"),
    ({"learner.nationality_status": "unknown"}, "not-in-list", "#/learner/nationality_status"),
    ({"learner.nationalities.0": "Norway"}, "wrong-format", "#/learner/nationalities/0"),
    ({"offering.assessments.0.assessed_by": ["Not A Slug"]}, "wrong-format", "#/offering/assessments/0/assessed_by/0"),
    ({"learner.birth_date": "28.02.2001"}, "date-malformed", "#/learner/birth_date"),
    ({"learner.birth_date": "2001-02-29"}, "date-malformed", "#/learner/birth_date"),
    ({"learner.birth_date": "2001-02-28T00:00:00Z"}, "date-malformed", "#/learner/birth_date"),
    ({"learner.birth_date": "٢٠٠١-٠٢-٢٨"}, "date-malformed", "#/learner/birth_date"),
    ({"awarded_on": 20260630}, "date-malformed", "#/awarded_on"),
    ({"awarded_on": True}, "date-malformed", "#/awarded_on"),
    ({"offering.workload.ects": "2,5"}, "number-malformed", "#/offering/workload/ects"),
    ({"offering.workload.ects": "1e1"}, "number-malformed", "#/offering/workload/ects"),
    ({"offering.workload.ects": "\u0665"}, "number-malformed", "#/offering/workload/ects"),
    ({"offering.workload.ects": True}, "number-malformed", "#/offering/workload/ects"),
    ({"offering.workload.ects": float("nan")}, "number-malformed", "#/offering/workload/ects"),
    ({"offering.workload.ects": []}, "wrong-type", "#/offering/workload/ects"),
    ({"offering.workload.ects": 2.555}, "too-many-decimal-places", "#/offering/workload/ects"),
    ({"offering.workload.ects": -1}, "out-of-range", "#/offering/workload/ects"),
    ({"offering.workload.ects": 10**30}, "out-of-range", "#/offering/workload/ects"),
    ({"offering.level.eqf": 9}, "out-of-range", "#/offering/level/eqf"),
    ({"offering.level.eqf": 0}, "out-of-range", "#/offering/level/eqf"),
    ({"offering.level.eqf": 10**30}, "out-of-range", "#/offering/level/eqf"),
    ({"offering.title": {}}, "too-few", "#/offering/title"),
    ({"offering.assessments.0.methods": []}, "too-few", "#/offering/assessments/0/methods"),
    ({"learner.nationalities": ["NOR"] * 11}, "too-many", "#/learner/nationalities"),
    ({"learner.family_names": ""}, "text-empty", "#/learner/family_names"),
    ({"learner.family_names": "   "}, "text-empty", "#/learner/family_names"),
    ({"learner.family_names": "\u00a0\u3000"}, "text-unusable", "#/learner/family_names"),
    ({"learner.family_names": "x" * 301}, "text-too-long", "#/learner/family_names"),
    ({"offering.title.english": "Certificate"}, "language-tag-malformed", "#/offering/title/english"),
    ({"offering.title.EN": "Certificate"}, "language-tag-malformed", "#/offering/title/EN"),
    ({"offering.title": {"en\n": "Certificate"}}, "language-tag-malformed", "#/offering/title/en%0A"),
    ({"offering.title": {"[key]": "Certificate"}}, "language-tag-malformed", "#/offering/title/%5Bkey%5D"),
    (
        {"offering.participation.timeframe": {"starts": "2026-02-02", "ends": "2026-02-01"}},
        "period-reversed",
        "#/offering/participation/timeframe",
    ),
    (
        {"offering.further_information.duration": "four months"},
        "duration-malformed",
        "#/offering/further_information/duration",
    ),
    ({"offering.further_information.duration": "PT"}, "duration-malformed", "#/offering/further_information/duration"),
    ({"offering.further_information.duration": 4}, "wrong-type", "#/offering/further_information/duration"),
    *(
        ({"learner.student_identifiers.0.assigned_by": url}, "web-address-malformed", f"#{ASSIGNED_BY}")
        for url in (
            *(
                "ftp://home.example/",
                "https://",
                "https:home.example",
                "Home University",
                "//home.example/",
                "HTTP://a/",
            ),
            *(
                "https://home.example/<b>",
                'https://home.example/"',
                "https://home.example/{id}",
                "https://a.example/a|b",
            ),
            *("https://home.example/a\\b", "https://home.example/^", "https://home.example/`", "https://a.example/ b"),
            *("https://home.example/%", "https://home.example/%2", "https://home.example/%zz", "https://%zz.example/"),
            *(
                "https://home.example/ä",
                "https://home.example/\n",
                "https://me:secret@home.example/",
                "https://a.example:b/",
            ),
            *("https://home.example/[1]", "https://home.example/#a#b", "https://[::1", "https://home.example/\x7f"),
        )
    ),
    *(
        ({AGENCY: {"name": {"en": "A"}, "country": "BEL", "homepage": url}}, "web-address-not-public", HOMEPAGE)
        for url in (
            *("http://127.0.0.1/", "https://192.0.2.1", "https://[2001:db8::1]/", "http://[::ffff:10.0.0.1]:80/a"),
            *("http://2130706433/", "http://0x7f.1/", "http://10.0.1/", "http://0x/", "http://127.0.0.1.:8080?a"),
            *("http://localhost:8000/", "http://LOCALHOST#a", "http://a.localhost/", "http://printer.local/"),
            *("http://%6cocalhost/", "http://%31%32%37.0.0.1/", "http://metadata.google.internal/"),
        )
    ),
    (
        {AGENCY: {"name": {"en": "A"}, "country": "BEL", "homepage": "https://u:p@a.eu/"}},
        "web-address-malformed",
        HOMEPAGE,
    ),
    ({"learner.nickname": "Zed"}, "unknown-member", "#/learner/nickname"),
    ({"offering.participation.a/b~c": 1}, "unknown-member", "#/offering/participation/a~1b~0c"),
    ({"offering": REFERENCE | {"title": {"en": "X"}}}, "unknown-member", "#/offering/title"),
    ({"offering": {"id": "7"}}, "wrong-format", "#/offering/id"),
    ({"offering": REFERENCE | {"version": 0}}, "out-of-range", "#/offering/version"),
]


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://home.example",
            "http://home.example:8080/~a/b;c=d,e/@f",
            "https://[2001:db8::1]/",
            "https://192.0.2.1/",
        ),
        *(
            "https://xn--kln-sna.example/%C3%A4?q=a/b?c&d='e'#/f?g",
            "https://home.example?x",
            "https://home.example/a%5Bb%5D",
        ),
    ],
)
def test_a_web_address_of_rfc_3986_is_accepted(url: str) -> None:
    request = parse_request(an_academic_certificate({"learner.student_identifiers.0.assigned_by": url}))
    assert request.learner.student_identifiers[0].assigned_by == url


@pytest.mark.parametrize(
    "url",
    ["https://example.org", "https://local.example:8080/127.0.0.1?localhost", "https://4.example/", "https://a.eu./#a"],
)
def test_a_public_name_is_accepted_as_a_homepage(url: str) -> None:
    agency = {"name": {"en": "A"}, "country": "BEL", "homepage": url}
    request = parse_request(an_academic_certificate({AGENCY: agency}))
    assert isinstance(request.offering, Offering)
    assert request.offering.quality_assurance.agency is not None
    assert request.offering.quality_assurance.agency.homepage == url


@pytest.mark.parametrize(("change", "code", "pointer"), CHANGES, ids=lambda value: str(value)[:60])
def test_one_unusable_member_gives_one_finding_with_its_place(change, code, pointer) -> None:
    assert codes_and_pointers(refused(an_academic_certificate(change))) == [(code, pointer)]


@pytest.mark.parametrize("value", [None, True, 3, "text", [], [{}]])
def test_what_is_no_object_is_refused_as_a_whole(value) -> None:
    assert codes_and_pointers(refused(value)) == [("wrong-type", "#")]
    assert codes_and_pointers(refused(value, parse_offering)) == [("wrong-type", "#")]


def test_all_findings_come_at_once() -> None:
    request = altered(
        full_request("academic"),
        {
            "learner.birth_date": "yesterday",
            "offering.workload.ects": "many",
            "offering.units.1.provided_by.1.country": ABSENT,
            "offering.further_information.fees.0.currency": "euro",
            "awarded": "2026-06-30",
        },
    )
    assert codes_and_pointers(refused(request)) == [
        ("date-malformed", "#/learner/birth_date"),
        ("missing", "#/offering/units/1/provided_by/1/country"),
        ("number-malformed", "#/offering/workload/ects"),
        ("wrong-format", "#/offering/further_information/fees/0/currency"),
        ("unknown-member", "#/awarded"),
    ]


def test_pointers_into_an_offering_alone_are_relative_to_it() -> None:
    offering = an_offering("academic", {"workload.ects": "many", "titel": {"en": "X"}})
    findings = refused(offering, parse_offering)
    assert codes_and_pointers(findings) == [("number-malformed", "#/workload/ects"), ("unknown-member", "#/titel")]
    assert findings[0].citation == "ENHANCE template 2021-06, 7.6"


@pytest.mark.parametrize(
    ("change", "meant"),
    [
        ({"learner.birthdate": "2001-01-01"}, "birth_date"),
        ({"offering.titel": {"en": "X"}}, "title"),
        ({"offering.ects": 5}, "workload.ects"),
        ({"offering.timeframe": "self-paced"}, "participation.timeframe"),
        ({"birth_date": "2001-01-01"}, "learner.birth_date"),
        ({"offering.assessments.0.method": ["quiz"]}, "methods"),
        ({"offering.prerequisites.formaly": {"en": "X"}}, "formal"),
        ({"offering.languages": ["en"]}, "further_information.languages"),
        ({"offering": REFERENCE | {"versio": 1}}, "version"),
    ],
    ids=str,
)
def test_an_unknown_member_suggests_the_one_that_was_meant(change, meant) -> None:
    (finding,) = refused(an_academic_certificate(change))
    assert finding.code == "unknown-member"
    assert finding.detail.endswith(f"Was `{meant}` meant?")


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    (finding,) = refused(an_academic_certificate({"learner.qqqqqqqq": 1}))
    assert finding.detail == "The template has no such member here."


def test_very_many_findings_end_in_a_count() -> None:
    findings = refused(an_academic_certificate({f"x{n}": n for n in range(MOST_FINDINGS + 7)}))
    assert len(findings) == MOST_FINDINGS + 1
    assert (findings[-1].code, findings[-1].detail) == ("further-findings", "7 further findings are left out.")


def test_each_member_is_cited_with_its_element() -> None:
    assert set(SECTION_OF_MEMBER) == set(Offering.model_fields) | set(Award.model_fields)
    assert set(SECTION_OF_MEMBER.values()) | {"7.12"} == set(SECTIONS)
    (finding,) = refused(an_academic_certificate({"offering.assessments.0.supervision.supervised": "yes"}))
    assert finding.citation == "ENHANCE template 2021-06, 7.12"


def test_every_code_of_the_form_is_told() -> None:
    told = set(FORM_CODES)
    assert {code for _, code, _ in CHANGES} | {"further-findings", "unusable", "text-unusable"} == told
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in told)


def _unions(model: type[BaseModel], path: tuple[str, ...] = ()) -> set[str]:
    """Return the members below ``model`` whose values are one of several things."""

    def alternatives(annotation: Any) -> list[Any]:
        if get_origin(annotation) is tuple:
            return alternatives(get_args(annotation)[0])
        if hasattr(annotation, "__metadata__"):
            return alternatives(get_args(annotation)[0])
        parts = [part for part in get_args(annotation) if part is not type(None)]
        if get_origin(annotation) is dict or not parts or any(isinstance(part, str) for part in parts):
            return [annotation]
        return parts if len(parts) > 1 else alternatives(parts[0])

    found: set[str] = set()
    for name, member in model.model_fields.items():
        several = alternatives(member.annotation)
        if len(several) > 1:
            found.add(name)
        for part in several:
            inner = get_args(part)[0] if hasattr(part, "__metadata__") else part
            if isinstance(inner, type) and issubclass(inner, BaseModel) and inner is not model:
                found |= _unions(inner, (*path, name))
    return found


def test_the_members_with_several_alternatives_are_the_known_ones() -> None:
    assert _unions(IssuanceRequest) == UNION_MEMBERS | UNION_LISTS


# --- properties

SECRET = "Xq7-Unmistakable"
JUNK = st.sampled_from(
    [
        *(None, True, -1, 2.5, 10**40, "", SECRET, f"{SECRET}\u202e", [], [SECRET], {}, {"id": SECRET}, {SECRET: 1}),
        *({"inline": SECRET}, {"text": 1}, {"object": {}}, {"en": SECRET, "[key]": 3}),
        {"timeframe": {"object": {"starts": 1}}},
    ]
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for step, item in steps for below in _paths(item, (*path, step)))]


FULL = {subtype: full_request(subtype) for subtype in SUBTYPES}
PATHS = {subtype: [path for path in _paths(request) if path] for subtype, request in FULL.items()}


def _replaced(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    if isinstance(value, dict):
        return {**value, path[0]: _replaced(value[path[0]], path[1:], junk)}
    return [_replaced(item, path[1:], junk) if n == path[0] else item for n, item in enumerate(value)]


def _resolve(value: Any, pointer: str) -> bool:
    """Whether the pointer leads to something that was sent, or its last step to a place that is missing."""
    assert pointer.startswith("#")
    steps = [unquote(step).replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")[1:]]
    for position, step in enumerate(steps):
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return isinstance(value, dict) and position == len(steps) - 1
    return True


@given(st.sampled_from(SUBTYPES).flatmap(lambda s: st.tuples(st.just(s), st.sampled_from(PATHS[s]))), JUNK)
def test_whatever_is_sent_each_finding_has_a_place_in_it_and_repeats_nothing(where, junk) -> None:
    subtype, path = where
    request = _replaced(FULL[subtype], path, junk)
    try:
        parse_request(request)
    except RequestMalformed as refusal:
        for finding in refusal.findings:
            assert _resolve(request, finding.pointer), finding
            assert SECRET not in finding.detail
            assert finding.code in FORM_CODES
            assert finding.citation
            assert finding.weight is Weight.REQUIRED


@given(st.sampled_from(SUBTYPES))
def test_what_was_read_is_written_and_read_back_equal(subtype: str) -> None:
    request = parse_request(FULL[subtype])
    written = request.model_dump_json()
    assert parse_request(parse(written.encode())) == request
    assert parse_request(json.loads(written)).award == request.award


# --- text

GOOD_NAMES = [
    "Zoë-Ánne Øst",
    "O'Brien",
    "O\u2019Brien",
    "محمد",
    "王小明",
    "Nguyễn Thị Minh",
    "Łukasz Żółć-Święcki",
    "D'Angelo, jr.",
    "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",  # Persian, where U+200C changes how it is written
    "क्\u200dष",
    "Ὀδυσσεύς",
    "José María l·la",
    "X",
]


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_names_of_people_pass_as_they_are(name: str) -> None:
    request = parse_request(an_academic_certificate(learner__given_names=name, learner__family_names=name))
    assert request.learner.family_names == name


def test_a_single_name_passes() -> None:
    request = an_academic_certificate(learner__single_name=True, learner__given_names=ABSENT)
    assert parse_request(request).learner.given_names is None


def test_decomposed_letters_are_composed_and_white_space_around_is_taken_away() -> None:
    request = parse_request(an_academic_certificate(learner__family_names="  Zoe\u0308 "))
    assert request.learner.family_names == "Zoë"


@pytest.mark.parametrize(
    "tag",
    [
        "en",
        "de",
        "sv",
        "nb",
        "nn",
        "no",
        "se",
        "it",
        "es",
        "ca",
        "ca-valencia"[:2],
        "pl",
        "gl",
        "eu",
        "sr-Latn",
        "pt-BR",
        "es-419",
    ],
)
def test_titles_in_the_languages_of_the_seven_countries_pass(tag: str) -> None:
    title = {"en": "ENHANCE Certificate", tag: "Zażółć gęślą jaźń · Ñandú à l'aïllament · Ærlig økt åpning · Straße"}
    assert parse_request(an_academic_certificate({"offering.title": title})).offering.title[tag]


@given(st.from_regex(LANGUAGE_TAG, fullmatch=True), st.sampled_from([str.lower, str.upper, str.title]))
def test_a_language_tag_in_any_case_has_one_usual_case(tag: str, cased: Callable[[str], str]) -> None:
    assert usual_case(cased(tag)) == tag


UNUSABLE = st.one_of(
    st.characters(categories=["Cc", "Cs", "Co", "Cn", "Zl", "Zp"]),
    st.sampled_from(
        "\u00ad\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\U000e0041"
    ),
)
PLACES = ["learner.given_names", "offering.title.en", "offering.units.0.title.en", "signatory.name", "grade.value"]


@given(
    st.text(alphabet="abcäßЖ 王", max_size=12),
    UNUSABLE,
    st.text(alphabet="abcäßЖ 王", max_size=12),
    st.sampled_from(PLACES),
)
def test_what_cannot_be_signed_and_printed_is_refused_with_its_place(before, bad, after, place) -> None:
    findings = refused(altered(FULL["academic"], {place: f"a{before}{bad}{after}a"}))
    assert codes_and_pointers(findings) == [("text-unusable", "#/" + place.replace(".", "/"))]
    assert bad not in findings[0].detail


def test_line_feeds_are_for_paragraphs_only() -> None:
    text = {"en": "One.\nTwo."}
    assert parse_request(an_academic_certificate({"offering.learning_outcomes.0.text": text}))
    (finding,) = refused(an_academic_certificate({"offering.title": text}))
    assert (finding.code, finding.pointer) == ("text-unusable", "#/offering/title/en")


def test_too_many_marks_on_one_letter_are_refused() -> None:
    marks = "\u0335" * (MAX_COMBINING_MARKS + 1)
    assert parse_request(an_academic_certificate(learner__family_names=f"e{marks[1:]}"))
    (finding,) = refused(an_academic_certificate(learner__family_names=f"e{marks}"))
    assert finding.code == "text-unusable"


def test_half_a_surrogate_pair_in_a_name_of_a_member_points_to_what_holds_it() -> None:
    for request, pointer in (
        (an_academic_certificate({"offering.title": {"e\ud800": "X"}}), "#/offering/title"),
        (an_academic_certificate({"learner.x\udfff": 1}), "#/learner"),
    ):
        for finding in refused(request):
            assert finding.pointer == pointer
            finding.detail.encode()


def test_half_a_surrogate_pair_that_came_as_an_escape_is_found() -> None:
    raw = json.dumps(an_academic_certificate(learner__family_names="x\ud83d")).encode()
    assert codes_and_pointers(refused(parse(raw))) == [("text-unusable", "#/learner/family_names")]


def test_the_short_way_through_plain_text_admits_nothing_that_the_long_way_refuses() -> None:
    plain = [chr(n) for n in range(0x3000) if PLAIN.fullmatch(chr(n))]
    assert len(plain) > 700
    # "\u0600" is refused itself, so that what is left of the answer speaks about the character before it.
    assert all(
        (_problem(f"{sign}\U000e0001", line_breaks=False) or "").startswith("U+E0001 at position 1") for sign in plain
    )


@given(st.text(max_size=30))
def test_text_that_passes_can_be_encoded_and_stays_itself(text: str) -> None:
    try:
        request = parse_request(an_academic_certificate(learner__family_names=text))
    except RequestMalformed:
        return
    name = request.learner.family_names
    assert name is not None
    name.encode()
    assert parse_request(an_academic_certificate(learner__family_names=name)).learner.family_names == name


# --- numbers, and what both say together


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        (5, "5"),
        (5.0, "5"),
        ("5.00", "5"),
        (2.5, "2.5"),
        ("2.50", "2.5"),
        (0, "0"),
        (-0.0, "0"),
        (7.25, "7.25"),
        (0.1, "0.1"),
    ],
)
def test_points_are_decimals_however_they_were_sent(sent, written) -> None:
    request = parse_request(an_academic_certificate({"offering.workload.ects": sent}))
    assert isinstance(request.offering, Offering)
    assert request.offering.workload.model_dump(mode="json")["ects"] == written


def test_the_branch_of_the_offering_is_decided_by_its_id() -> None:
    assert isinstance(parse_request(an_academic_certificate(offering=REFERENCE)).offering, OfferingReference)
    assert isinstance(parse_request(an_academic_certificate()).offering, Offering)


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_what_the_award_states_more_narrowly_takes_the_offerings_place(subtype: str) -> None:
    request = parse_request(full_request(subtype))
    assert isinstance(request.offering, Offering)
    statement = statement_of(request.offering, request.award)
    assert statement.offering.units == request.units
    assert statement.offering.assessments == request.assessments
    assert statement.offering.participation.timeframe == request.participation.timeframe
    assert statement.award.units is None
    assert statement.award.participation.mode_taken == request.participation.mode_taken
    plain = parse_request(a_request(subtype))
    assert isinstance(plain.offering, Offering)
    assert statement_of(plain.offering, plain.award).offering == plain.offering


def test_every_error_of_the_type_checker_has_words() -> None:
    assert request_module._words_with_bounds("never-heard-of", {})[0] == "unusable"
