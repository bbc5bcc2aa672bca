"""Moulds of documents: byte for byte the long way, whoever the learner is."""

import copy
import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import dropwhile
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pyld import jsonld

from app.elm import mould as mould_module
from app.elm.mould import CopyFacts, DocumentMould, Setting, Shape, cast, render, shape_of, texts_in
from app.jsonld import canonicalize
from app.jsonld.contexts import ELM_CONTEXT_URL, load_pinned
from app.jsonld.mould import MouldUnfit
from app.status import StatusPurpose, status_list_entries, status_list_url
from app.template.elements import Award, IssuanceRequest, Offering, Statement, statement_of
from app.template.text import Line
from tests.builders import ABSENT, SUBTYPES, a_request, altered, full_request, required_only_request
from tests.elm.documents import BODIES
from tests.elm.statements import awards, offerings

COPY = CopyFacts(
    certificate_number="ENH-WUT-2026-7K2M9QXA",
    uuid=UUID("6f1d3a52-3a8e-4a55-9a3e-6f0f7f0c2b11"),
    issued=dt.datetime(2026, 7, 1, 10, 0, 5, 987654, tzinfo=dt.UTC),
    valid_from=dt.datetime(2026, 6, 30, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    valid_until=None,
    status_list=1,
    status_index=42,
)
ANOTHER_COPY = CopyFacts(
    certificate_number='"1\\2"',
    uuid=UUID(int=0),
    issued=dt.datetime(1999, 12, 31, 23, 59, 59, tzinfo=dt.timezone(dt.timedelta(hours=-5))),
    valid_from=dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC),
    valid_until=None,
    status_list=10**9,
    status_index=131_071,
)


@dataclass(frozen=True)
class Case:
    """An award with all that a mould needs to know of it."""

    offering: Offering
    award: Award

    @property
    def statement(self) -> Statement:
        return statement_of(self.offering, self.award)

    @property
    def said(self) -> dict[str, Any]:
        return self.award.model_dump(mode="json", exclude_defaults=True)

    @property
    def texts(self) -> frozenset[str]:
        return texts_in(self.offering.model_dump(mode="json", exclude_defaults=True))

    @property
    def setting(self) -> Setting:
        return a_setting(self.offering.awarding_body)

    @property
    def shape(self) -> Shape:
        return shape_of(self.said, self.texts)

    def mould(self, of: CopyFacts = COPY) -> DocumentMould:
        return cast(self.statement, self.said, self.texts, self.setting, of)

    def long_way(self, of: CopyFacts = COPY) -> tuple[bytes, bytes, bytes]:
        tree, document = render(self.statement, self.setting, of)
        return orjson.dumps(document), orjson.dumps(tree), canonicalize(document)


def a_setting(slug: str, public_url: str = "https://issuer.example") -> Setting:
    def entries(credential_id: str, number: int, index: int) -> list[dict[str, Any]]:
        urls = {purpose: status_list_url(f"{public_url}/issuers/{slug}", number, purpose) for purpose in StatusPurpose}
        return status_list_entries(urls, index, credential_id=credential_id)

    return Setting(BODIES[slug], BODIES, entries, [{"id": ELM_CONTEXT_URL, "digestSRI": "sha384-AAAA"}])


def a_case(request: dict[str, Any]) -> Case:
    parsed = IssuanceRequest.model_validate(request)
    assert isinstance(parsed.offering, Offering)
    return Case(parsed.offering, parsed.award)


def filled(mould: DocumentMould, case: Case, of: CopyFacts = COPY) -> tuple[bytes, bytes, bytes]:
    filling = mould.fill(case.shape, of)
    return filling.document(), filling.tree(), filling.canonical()


# --- Awards that differ in their holes alone

ADVERSARIAL = [
    "\uff21\U0001f600",
    "\U0001f600\uff21",
    "شمس الدين",
    "עדה",
    "ẛ̣̂e\u0301\u0302",
    '"; DROP TABLE \\"learner\\";--',
    "\\u0022\\n\\",
    "<urn:epass:person:1>",
    '" .\n<urn:a> <urn:b> "',
    "null",
    "_:c14n0",
    "English",
    "enhance:note:1",
    "urn:epass:note:2",
    "Written examination",
    "Certificate number",
    "2026-06-30T00:00:00Z",
    "hole100x5d64c2b7a91e",
    "hole-certificate-c2b7a91e5d",
    "7310582946013",
    "N" * 300,
    "\u00a0a\u3000b",
    "𐍈ﬁ｡",
]


def is_line(text: str) -> bool:
    try:
        return bool(LINE.validate_python(text))
    except ValidationError:
        return False


LINE = TypeAdapter(Line)
lines = st.one_of(
    st.sampled_from(ADVERSARIAL),
    st.text("aZ \"'\\/<>&{}_:.@#^-\u00a0\u0301\u05d0\u0645\uff21\U0001f600\U00010348ß王", min_size=1, max_size=12),
    st.text(min_size=1, max_size=3),
).filter(is_line)
days = st.one_of(
    st.dates(dt.date(1000, 1, 1), dt.date(2100, 1, 1)), st.sampled_from([dt.date(2026, 6, 20), dt.date(1, 3, 7)])
).map(dt.date.isoformat)
mailboxes = st.from_regex(r"[a-z.'+|%]{1,9}@[a-z]{1,5}\.example", fullmatch=True)


class Refilling:
    """Puts other values into the holes of an award in JSON, by way of the product's own declaration of them."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.same: dict[str, str] = {}

    def __call__(self, hole: Any, value: str) -> str:
        if hole.shared and value in self.same:
            return self.same[value]
        values = {mould_module._DAY.write: days, mould_module._MAILBOX.write: mailboxes}.get(hole.write, lines)
        replacement = self.draw(values)
        if hole.shared:
            self.same[value] = replacement
        return replacement


@st.composite
def refilled(draw: st.DrawFn, case: Case) -> Case:
    """The award with other values in the holes, as far as the types of the template admit them."""
    said = mould_module._AWARD(case.said, Refilling(draw))
    for identifier in said["learner"].get("student_identifiers", ()):
        identifier["value"] = draw(st.from_regex(r"[!-~]{1,12}", fullmatch=True))
    for identifier in ("given_names", "family_names"):
        if draw(st.booleans()) and identifier in said["learner"]:
            said["learner"][identifier] = draw(lines)
    try:
        return Case(case.offering, Award.model_validate(said))
    except ValueError:
        assume(False)
        raise AssertionError from None


REQUESTS = {
    f"{subtype}-{kind}": make(subtype)
    for subtype in SUBTYPES
    for kind, make in (("course", a_request), ("full", full_request), ("required", required_only_request))
}


@pytest.fixture(scope="module")
def moulds() -> dict[str, tuple[Case, DocumentMould]]:
    cases = {name: a_case(request) for name, request in REQUESTS.items()}
    return {name: (case, case.mould()) for name, case in cases.items()}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_filling_is_byte_for_byte_the_long_way(moulds, name):
    case, mould = moulds[name]
    other = a_case(
        altered(
            REQUESTS[name],
            learner__given_names="\U0001f600 \uff21",
            learner__family_names="O'\"Neill\\",
            learner__birth_date="1980-02-29",
        )
    )
    for facts in (COPY, ANOTHER_COPY):
        assert filled(mould, case, facts) == case.long_way(facts)
        assert filled(mould, other, facts) == other.long_way(facts)


@pytest.mark.parametrize("name", ["academic-full", "service-required"])
def test_a_filling_is_what_pyld_makes_of_it(moulds, name):
    case, mould = moulds[name]
    filling = mould.fill(case.shape, COPY)
    by_pyld = jsonld.normalize(
        json.loads(filling.document()),
        {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load_pinned},
    )
    assert by_pyld.encode() == filling.canonical()


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_learner_fits_the_mould_that_another_was_cast_for(moulds, data):
    case, mould = moulds[data.draw(st.sampled_from(sorted(moulds)))]
    other = data.draw(refilled(case))
    if other.shape.key == case.shape.key:
        assert filled(mould, other) == other.long_way()
    else:
        assert set(other.shape.values) != set(case.shape.values)


def differs_before_what_is_personal(one: bytes, other: bytes) -> list[bytes]:
    """Lines about what learners do not differ in, behind the first difference of two canonical forms."""
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)
    behind = dropwhile(lambda pair: pair[0] == pair[1], pairs)
    return [line for line, _ in behind if not line.startswith((b"<mailto:", b"<urn:"))]


@pytest.mark.parametrize("name", REQUESTS)
def test_what_a_learner_fills_stands_behind_all_that_is_the_same_for_everybody(moulds, name):
    """The hash of what stands before is copied, so what stands behind is what a credential costs."""
    case, mould = moulds[name]
    other = mould_module._AWARD(case.said, lambda hole, value: value if hole.shared else hole.sentinel(7))
    shape = shape_of(other, case.texts)
    assert shape.key == case.shape.key
    filling, another = mould.fill(case.shape, COPY).canonical(), mould.fill(shape, ANOTHER_COPY).canonical()
    assert differs_before_what_is_personal(filling, another) == []
    assert filling.count(b"\n<enhance:") > filling.count(b"\n<urn:")


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_any_award_of_one_shape_fits_whatever_the_types_of_the_template_admit(data):
    offering = Offering.model_validate(data.draw(offerings))
    case = Case(offering, Award.model_validate(data.draw(awards)))
    other = data.draw(refilled(case))
    if not case.shape.values or other.shape.key != case.shape.key:
        return
    mould = case.mould()
    assert filled(mould, case) == case.long_way()
    assert filled(mould, other, ANOTHER_COPY) == other.long_way(ANOTHER_COPY)
    assert differs_before_what_is_personal(filled(mould, case)[2], filled(mould, other, ANOTHER_COPY)[2]) == []


# --- Shapes

FULL = full_request("academic")
TOGGLED = [
    *(f"learner.{name}" for name in ("given_names", "name_in_other_script", "birth_date", "nationalities")),
    *(f"learner.student_identifiers.{number}" for number in (0, 1)),
    "learner.student_identifiers",
    "learner.other_data",
    *(f"learner.other_data.{name}" for name in ("birth_name", "place_of_birth", "gender", "email")),
    "learner.other_data.place_of_birth.name",
    "awarded_on",
    "requirements_met",
    "signatory",
    "units.0",
    "units.0.completed_on",
    "units.1.chosen_from",
    "participation.mode_taken",
    "participation.timeframe",
    "participation.location",
    "participation.location.name",
    "assessments.0.on",
    "assessments.0.supervision",
    "assessments.1",
    "assessments.1.grade",
    "grade",
    "grade.text",
]


@pytest.mark.parametrize("path", TOGGLED)
def test_what_is_there_and_what_is_not_makes_another_mould(path):
    without = a_case(altered(FULL, {path: ABSENT}))
    assert without.shape.key != a_case(FULL).shape.key
    assert filled(without.mould(), without) == without.long_way()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("learner.nationalities", ["NOR"]),
        ("learner.nationality_status", "stateless"),
        ("learner.name_in_other_script", {"ja": "王小明"}),
        ("learner.name_in_other_script", {"zh-Hans": "王小明", "ja": "王小明"}),
        ("learner.student_identifiers.0.scheme", "esi"),
        ("learner.student_identifiers.0.assigned_by", "tu-berlin"),
        ("learner.other_data.gender", "MALE"),
        ("learner.other_data.place_of_birth.country", "POL"),
        ("units.0.title.en", "Other foundations"),
        ("units.0.ects", "2.5"),
        ("units.0.completed_on", "2026-06-20"),  # the other unit's day: one node for both
        ("requirements_met.0.on", "2026-06-20"),
        ("requirements_met.0.what.en", "Something else"),
        ("participation.timeframe.ends", "2026-06-21"),
        ("assessments.0.title.en", "Another examination"),
        ("assessments.0.supervision.where", "online"),
        ("grade.scheme", "ntnu-a-f"),
        ("grade.text", {"nb": "good plus"}),
    ],
)
def test_a_value_that_is_no_hole_makes_another_mould(path, value):
    other = a_case(altered(FULL, {path: value}))
    assert other.shape.key != a_case(FULL).shape.key
    assert filled(other.mould(), other) == other.long_way()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("learner.reference", "another"),
        ("learner.reference", ABSENT),
        ("learner.single_name", False),
        ("valid_until", "2050-01-01"),
        ("valid_until", ABSENT),
    ],
)
def test_what_stays_inside_belongs_to_no_shape(path, value):
    assert a_case(altered(FULL, {path: value})).shape == a_case(FULL).shape


@pytest.mark.parametrize(
    "name", [{"nb": "Trondheim"}, {"en": "Capital region"}, {"nb": "Main campus", "en": "Main campus"}]
)
def test_a_birthplace_that_is_named_elsewhere_too_is_one_node_with_it(name):
    """One place is one node: the hole would belong to both."""
    case = a_case(altered(FULL, {"learner.other_data.place_of_birth": {"country": "NOR", "name": name}}))
    assert case.shape.key != a_case(FULL).shape.key
    other = a_case(altered(FULL, {"learner.other_data.place_of_birth": {"country": "NOR", "name": {"nb": "Oslo"}}}))
    assert filled(case.mould(), case) == case.long_way()
    assert filled(other.mould(), other) == other.long_way()


def test_a_day_that_the_offering_names_too_is_no_hole():
    unit = {"title": {"en": "Unit"}, "provided_by": ["wut"], "completed_on": "2026-05-15"}
    request = altered(
        full_request("academic"),
        {"units": ABSENT, "offering.units": [unit], "requirements_met": [{"what": {"en": "All"}, "on": "2026-05-14"}]},
    )
    case = a_case(request)
    same_day = a_case(altered(request, requirements_met__0__on="2026-05-15"))
    assert same_day.shape.key != case.shape.key
    assert filled(case.mould(), case) == case.long_way()
    assert filled(same_day.mould(), same_day) == same_day.long_way()


def test_an_end_of_validity_is_a_hole_of_its_own():
    case = a_case(FULL)
    ending = replace(COPY, valid_until=dt.datetime(2046, 6, 30, 22, tzinfo=dt.UTC))
    later = replace(COPY, valid_until=dt.datetime(2050, 6, 30, 22, tzinfo=dt.UTC))
    assert filled(case.mould(ending), case, later) == case.long_way(later)
    with pytest.raises(MouldUnfit):
        case.mould().fill(case.shape, ending)


def test_settings_are_told_apart():
    setting = a_setting("wut")
    moved = BODIES["ntnu"].model_copy(update={"address": "Elsewhere"})
    others = [
        a_setting("ntnu"),
        a_setting("wut", "https://other.example"),
        replace(setting, related_resources=[]),
        replace(setting, members={**BODIES, "ntnu": moved}),
        replace(setting, body=setting.body.model_copy(update={"homepage": "https://elsewhere.example/"})),
    ]
    assert len({setting.digest, *(other.digest for other in others)}) == 1 + len(others)
    assert a_setting("wut").digest == setting.digest


# --- What does not fit


@pytest.mark.parametrize("value", ["a\x07b", "a\x7fb", "\ud800", "\ufdd0", "\x85"])
def test_a_text_that_must_not_be_signed_does_not_fill_a_hole(value):
    case = a_case(a_request("academic"))
    for path in ("learner.given_names", "learner.student_identifiers.0.value"):
        with pytest.raises(MouldUnfit):
            shape_of(altered(case.said, {path: value}), case.texts)


@pytest.mark.parametrize("value", ["2026-02-29", "2026-2-1", "20260201", "2026-W05-1", "", "2026-02-01T00:00:00Z"])
def test_a_day_that_is_none_does_not_fill_a_hole(value):
    case = a_case(a_request("academic"))
    for path in ("learner.birth_date", "awarded_on"):
        with pytest.raises(MouldUnfit):
            shape_of(altered(case.said, {path: value}), case.texts)


def test_an_address_that_is_none_does_not_fill_a_hole():
    case = a_case(full_request("academic"))
    with pytest.raises(MouldUnfit):
        shape_of(altered(case.said, learner__other_data__email="a@\ud800.example"), case.texts)


def test_an_award_with_more_holes_than_there_are_sentinels_is_given_up():
    unit = {"title": {"en": "Unit"}, "provided_by": ["wut"]}
    met = [{"what": {"en": "Step"}, "on": f"{2000 + number}-01-01"} for number in range(60)]
    case = a_case(altered(a_request("academic"), units=[unit] * 60, requirements_met=met))
    assert filled(case.mould(), case) == case.long_way()
    many = {**case.said, "requirements_met": [{"what": {"en": "Step"}, "on": f"{1000 + n}-01-01"} for n in range(900)]}
    with pytest.raises(MouldUnfit, match="too many"):
        cast(case.statement, many, case.texts, case.setting, COPY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status_index": -1},
        {"status_list": -1},
        {"issued": dt.datetime(2026, 1, 1)},  # noqa: DTZ001 - without a time zone on purpose
        {"valid_from": dt.datetime(900, 1, 1, tzinfo=dt.UTC)},
        {"certificate_number": "a\x00"},
    ],
)
def test_facts_of_a_copy_that_are_malformed_do_not_fill_a_hole(moulds, wrong):
    case, mould = moulds["academic-course"]
    with pytest.raises(MouldUnfit):
        mould.fill(case.shape, replace(COPY, **wrong))


def test_values_of_another_shape_do_not_fill_a_mould(moulds):
    _, mould = moulds["academic-course"]
    with pytest.raises(MouldUnfit):
        mould.fill(a_case(altered(REQUESTS["academic-course"], learner__nationalities=["POL"])).shape, COPY)


@pytest.mark.parametrize("sentinel", [mould_module._TEXT.sentinel(1), "hole-certificate-c2b7a91e5d", "7310582946013"])
def test_no_mould_is_cast_where_a_sentinel_is_a_constant(sentinel):
    case = a_case(altered(a_request("academic"), offering__title__en=f"About {sentinel}"))
    with pytest.raises(MouldUnfit):
        case.mould()


def test_no_mould_is_cast_where_the_types_refuse_a_sentinel():
    case = a_case(a_request("academic"))
    with pytest.raises(MouldUnfit, match="refused"):
        cast(case.statement, {**case.said, "unknown": "member"}, case.texts, case.setting, COPY)


def test_no_mould_is_cast_when_the_json_is_not_of_the_statement():
    case = a_case(a_request("academic"))
    said = copy.deepcopy(case.said)
    said["learner"]["given_names"] = "Somebody Else"
    with pytest.raises(MouldUnfit, match="long way"):
        cast(case.statement, said, case.texts, case.setting, COPY)


def test_one_mould_is_filled_by_many_at_once(moulds):
    _, mould = moulds["academic-full"]
    people = [a_case(altered(FULL, learner__given_names=f"Nr. {number}")) for number in range(40)]
    expected = [person.long_way() for person in people]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda person: filled(mould, person), people)) == expected
