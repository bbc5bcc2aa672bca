"""The fuzzer itself: it can be repeated and resumed, reaches everything, and names or refuses each difference."""

import json

import pytest

from app.errors import Finding
from app.jsonld import CREDENTIALS_V2, ELM_CONTEXT_URL, JWS_2020_V1
from fuzz import differential, vocabulary
from fuzz.differential import State
from fuzz.mutants import mutant
from fuzz.oracles import Answer, ask_pyld, ask_walker, through_json
from fuzz.verdicts import (
    ACCEPTED_BY_ALL,
    DIFFERENT,
    REFUSED_BY_ALL,
    Oracle,
    Unclassified,
    Whose,
    judge,
    without,
)

ELM = [CREDENTIALS_V2, ELM_CONTEXT_URL]
REFUSED = Answer(None, "refused")


def an_achievement(**members):
    return {"@context": ELM, "id": "urn:x:1", "type": "LearningAchievement", "title": {"en": "x"}, **members}


def judged(document, *, jsonld_js=None):
    """The verdict, with jsonld.js saying what PyLD says unless told otherwise: it has a suite of its own."""
    pyld = ask_pyld(document)
    return judge(document, ask_walker(document), {Oracle.PYLD: pyld, Oracle.JSONLD_JS: jsonld_js or pyld})


def names(verdict):
    return {(difference.oracle, difference.whose) for difference in verdict.differences}


def test_a_mutant_is_a_function_of_seed_and_number():
    assert [mutant(1, number) for number in range(50)] == [mutant(1, number) for number in range(50)]
    assert mutant(1, 7) != mutant(2, 7)


def test_every_definition_is_reached_by_the_mutant_that_is_made_around_it_unless_a_change_removes_it():
    every = vocabulary.every_definition()
    reached = {each for number in range(4 * len(every)) for each in vocabulary.reached(mutant(5, number))}
    assert set(every) - reached == set()


def test_scoped_contexts_are_followed_as_far_as_they_carry():
    document = {
        "@context": JWS_2020_V1,
        "@type": "JsonWebSignature2020",
        "proofPurpose": "assertionMethod",
        "verificationMethod": {"created": "2026-02-03T09:10:11Z"},
    }
    paths = {"/".join((*each.within, each.term)) for each in vocabulary.reached(document)}
    assert "JsonWebSignature2020/proofPurpose/assertionMethod" in paths
    assert "JsonWebSignature2020/created" not in paths  # a type's context ends at the next node


def test_a_sound_document_is_accepted_by_all():
    assert judged(an_achievement()).agreement == ACCEPTED_BY_ALL


def test_what_all_refuse_is_no_difference():
    document = {"@context": "https://unknown.example/", "id": "urn:x:1"}
    assert judge(document, ask_walker(document), dict.fromkeys(Oracle, REFUSED)).agreement == REFUSED_BY_ALL


def test_a_member_that_pyld_drops_is_its_fault_and_proved():
    verdict = judged(an_achievement(undefinedTerm="x"), jsonld_js=REFUSED)
    assert verdict.agreement == DIFFERENT
    assert names(verdict) == {(Oracle.PYLD, Whose.FAULT)}
    assert verdict.dropped_silently == {Oracle.PYLD}


def test_safe_mode_taking_an_undefined_term_would_be_no_known_difference():
    with pytest.raises(Unclassified, match=r"undefined-term.*jsonld\.js"):
        judged(an_achievement(undefinedTerm="x"))


def test_what_the_walker_alone_accepts_is_never_on_the_list():
    document = an_achievement()
    with pytest.raises(Unclassified, match="walker alone"):
        judge(document, ask_walker(document), dict.fromkeys(Oracle, REFUSED))


def test_other_statements_are_never_on_the_list():
    document = an_achievement()
    other = ask_walker(an_achievement(title={"en": "y"}))
    with pytest.raises(Unclassified, match="other statements"):
        judged(document, jsonld_js=other)


def test_the_order_of_utf_16_is_recognised_by_the_order_itself():
    document = an_achievement(title={"en": ["\U0001f603", "\uff21"]})
    ours = ask_walker(document).nquads
    first, second, third = ours.splitlines(keepends=True)
    by_utf16 = Answer(second + first + third)
    assert names(judged(document, jsonld_js=by_utf16)) == {(Oracle.JSONLD_JS, Whose.FAULT)}
    with pytest.raises(Unclassified, match="orders or labels"):
        judged(document, jsonld_js=Answer(third + first + second))


def test_a_node_that_names_itself_is_labelled_wrongly_by_pyld_alone():
    document = {
        "@context": ELM,
        "id": "_:a",
        "hasPart": {"id": "_:a"},
        "hasClaim": {"id": "_:b", "awardedBy": "urn:x:1"},
    }
    by_jsonld_js = ask_walker(document)  # asked: it gives the same
    assert names(judged(document, jsonld_js=by_jsonld_js)) == {(Oracle.PYLD, Whose.FAULT)}


def test_parts_that_findings_point_to_are_taken_away_from_the_end():
    findings = [Finding("a", pointer, "") for pointer in ("#/list/0", "#/list/10", "#/list/2", "#/a~1b", "#/gone/x")]
    assert without({"list": [*range(11)], "a/b": 1, "c": 2}, findings) == {"list": [1, 3, 4, 5, 6, 7, 8, 9], "c": 2}


def test_a_run_goes_on_where_it_stopped(tmp_path):
    path = tmp_path / "state.json"
    state = State(7, differential.fingerprint())
    state.compared = 12
    state.agreements[ACCEPTED_BY_ALL] = 12
    state.differences.update(judged(an_achievement(undefinedTerm="x"), jsonld_js=REFUSED).differences)
    state.reached.add("a definition")
    state.save(path)

    assert State.load(path, 7) == state
    assert State.load(path, 8).compared == 0


def test_counts_about_other_code_are_not_added_to(tmp_path):
    path = tmp_path / "state.json"
    State(7, "another fingerprint", compared=12).save(path)

    assert State.load(path, 7).compared == 0


def test_a_run_falls_short_by_name():
    state = State(7, "x", compared=10_000)
    state.agreements[ACCEPTED_BY_ALL] = 2_000
    state.unclassified.append((3, "why"))
    first, second, *rest = state.shortfalls()
    assert first == "mutant 3: why"
    assert "only 2000 of 10000" in second
    assert len(rest) == len(vocabulary.every_definition())


def test_the_counts_replace_what_stands_between_the_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{differential.BEGIN}\nold\n{differential.END}\nafter\n")
    differential.write_into(page, "new")
    assert page.read_text() == f"before\n{differential.BEGIN}\n\nnew\n\n{differential.END}\nafter\n"


def test_mutants_survive_json_unchanged():
    for number in range(200):
        document = mutant(3, number)
        assert through_json(document) == document == json.loads(json.dumps(document))
