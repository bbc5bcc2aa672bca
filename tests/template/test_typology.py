"""Annex 2 as a table."""

from app.template.elements import Integration, Subtype, Type
from app.template.typology import (
    DEGREE_BOUNDS,
    ECTS_MINIMUM,
    ECTS_RECOMMENDED,
    TYPOLOGY,
    Assignment,
    EnoughAssessment,
)


def test_each_subtype_has_a_row_with_the_words_of_every_column() -> None:
    assert set(TYPOLOGY) == set(Subtype)
    for subtype, row in TYPOLOGY.items():
        assert row.subtype is subtype
        assert all((row.names, row.content, row.target_group, row.typical_activity, row.quality_assurance_words))
        assert all((row.ects_words, row.eqf_words, row.stackability_words))


def test_what_the_rules_read_agrees_with_the_words_beside_it() -> None:
    for row in TYPOLOGY.values():
        assert (row.ects is Assignment.NO) == (row.ects_words == "NO")
        assert (row.ects is Assignment.YES_OR_REASON) == ("exceptions possible" in row.ects_words)
        assert (row.eqf is Assignment.NO) == (row.eqf_words == "NO") == (not row.eqf_levels)
        assert (row.eqf is Assignment.YES_OR_NO) == row.eqf_words.startswith("YES or NO")
        assert all(str(level) in row.eqf_words for level in row.eqf_levels)
        assert (Integration.STACKABLE in row.integration) == any("stackable" in w for w in row.stackability_words)
        assert ("formal summative" in row.assessment) == ("formal summative" in row.quality_assurance_words)
        assert (str(ECTS_RECOMMENDED) in row.ects_words) == (row.type is Type.CERTIFICATE)


def test_certificates_have_formal_assessment_and_badges_need_none() -> None:
    formal = {EnoughAssessment.FORMAL_SUMMATIVE, EnoughAssessment.FORMAL_SUMMATIVE_OR_AUTOMATED}
    assert {row.type for row in TYPOLOGY.values() if row.assessment in formal} == {Type.CERTIFICATE}


def test_every_level_has_its_bound_of_less_than_a_full_degree() -> None:
    assert set(DEGREE_BOUNDS) == {5, 6, 7, 8, None}
    for bound in DEGREE_BOUNDS.values():
        assert ECTS_MINIMUM < ECTS_RECOMMENDED < (bound.advised_below or bound.forbidden_from) <= bound.forbidden_from
