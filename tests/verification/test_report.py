import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Finding
from app.languages import Language, en
from app.settings import REPOSITORY, Lookups
from app.trust.fetch import FetchReason
from app.verification.checks import (
    AXES,
    CREDENTIAL_CHECKS,
    DECIDING,
    DECIDING_OF_PRESENTATIONS,
    EDC_SOURCES,
    NOTHING_TO_CHECK,
    PRESENTATION_CHECKS,
    Check,
    CheckName,
    EdcStatus,
    Result,
)
from app.verification.evidence import ContextEvidence, Evidence, GraphEvidence, Policy
from app.verification.report import PROBLEM_TYPES, Report, Verdict, derive_verdict, make_report

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
A_CODE = "graph-not-read"


def checks_where(**results):
    """All checks, passed unless said otherwise: ``proof=Result.FAILED`` or ``valid_until=(Result..., code)``."""
    said = {name.replace("_", "-"): value for name, value in results.items()}
    checks = []
    for name in CheckName:
        value = said.get(name.value, Result.PASSED)
        result, code = value if isinstance(value, tuple) else (value, A_CODE)
        checks.append(Check(name, result, code))
    return checks


def report_of(checks, language=Language.ENGLISH):
    evidence = Evidence(ContextEvidence(), GraphEvidence())
    return make_report({}, evidence, checks, Policy(), now=NOW, language=language)


any_result = st.tuples(
    st.sampled_from(list(Result)),
    st.sampled_from([A_CODE, *(code for codes in NOTHING_TO_CHECK.values() for code in codes)]),
)
any_checks = st.fixed_dictionaries({}, optional=dict.fromkeys(CheckName, any_result))
mostly_good_checks = st.fixed_dictionaries(
    {
        name: st.one_of(st.just((Result.PASSED, A_CODE)), st.just((Result.PASSED, A_CODE)), any_result)
        for name in CheckName
    }
)


@given(st.one_of(any_checks, mostly_good_checks))
def test_valid_means_that_no_deciding_check_failed_or_was_left_out(results):
    checks = [Check(name, result, code) for name, (result, code) in results.items()]
    verdict = derive_verdict(checks)
    if verdict is Verdict.VALID:
        for name in DECIDING:
            result, code = results[name]
            assert result is Result.PASSED or (result is Result.NOT_CHECKED and code in NOTHING_TO_CHECK[name])
    if any(results.get(name, (None,))[0] is Result.FAILED for name in DECIDING):
        assert verdict is Verdict.INVALID


@given(st.one_of(any_checks, mostly_good_checks), st.sampled_from(list(CheckName)))
def test_making_one_check_worse_never_makes_the_verdict_better(results, name):
    order = [Verdict.INVALID, Verdict.INDETERMINATE, Verdict.VALID]
    worse = {**results, name: (Result.NOT_CHECKED, "anything")}
    if results.get(name, (Result.PASSED,))[0] is Result.FAILED:
        return
    before = order.index(derive_verdict([Check(key, *value) for key, value in results.items()]))
    assert order.index(derive_verdict([Check(key, *value) for key, value in worse.items()])) <= before


def test_all_passed_is_valid():
    assert derive_verdict(checks_where()) is Verdict.VALID


@pytest.mark.parametrize("name", DECIDING)
def test_each_deciding_check_alone_decides(name):
    assert derive_verdict(checks_where(**{name.value: Result.FAILED})) is Verdict.INVALID
    assert derive_verdict(checks_where(**{name.value: Result.NOT_CHECKED})) is Verdict.INDETERMINATE
    without = [check for check in checks_where() if check.name is not name]
    assert derive_verdict(without) is Verdict.INDETERMINATE


@pytest.mark.parametrize("name", sorted(set(CheckName) - set(DECIDING)))
def test_a_check_that_informs_never_decides(name):
    for result in Result:
        assert derive_verdict(checks_where(**{name.value: result})) is Verdict.VALID


@pytest.mark.parametrize(("name", "codes"), NOTHING_TO_CHECK.items())
def test_what_is_not_there_to_be_checked_leaves_the_verdict_alone(name, codes):
    deciding = DECIDING if name in DECIDING else DECIDING_OF_PRESENTATIONS
    for code in codes:
        assert derive_verdict(checks_where(**{name.value: (Result.NOT_CHECKED, code)}), deciding) is Verdict.VALID
        assert derive_verdict(checks_where(**{name.value: (Result.FAILED, code)}), deciding) is Verdict.INVALID
        other = next(other for other in deciding if other not in NOTHING_TO_CHECK)
        elsewhere = checks_where(**{other.value: (Result.NOT_CHECKED, code)})
        assert derive_verdict(elsewhere, deciding) is Verdict.INDETERMINATE


@pytest.mark.parametrize("name", DECIDING_OF_PRESENTATIONS)
def test_each_deciding_check_of_a_presentation_alone_decides(name):
    deciding = DECIDING_OF_PRESENTATIONS
    assert derive_verdict(checks_where(), deciding) is Verdict.VALID
    assert derive_verdict(checks_where(**{name.value: Result.FAILED}), deciding) is Verdict.INVALID
    assert derive_verdict(checks_where(**{name.value: Result.NOT_CHECKED}), deciding) is Verdict.INDETERMINATE
    without = [check for check in checks_where() if check.name is not name]
    assert derive_verdict(without, deciding) is Verdict.INDETERMINATE


def test_every_check_is_one_of_a_credential_or_of_a_presentation_and_those_that_decide_are_among_them():
    assert {*CREDENTIAL_CHECKS, *PRESENTATION_CHECKS} == set(CheckName)
    assert set(DECIDING) <= set(CREDENTIAL_CHECKS)
    assert set(DECIDING_OF_PRESENTATIONS) <= set(PRESENTATION_CHECKS)
    # What both kinds have means the same in both.
    shared = {*CREDENTIAL_CHECKS} & {*PRESENTATION_CHECKS}
    assert shared & set(DECIDING) == shared & set(DECIDING_OF_PRESENTATIONS)


def test_who_signed_and_with_which_key_can_never_count_as_nothing_to_check():
    for name in (
        CheckName.PROOF,
        CheckName.ISSUER_KEY,
        CheckName.ISSUER_KNOWN_MEMBER,
        CheckName.NAMES_MEMBER_WITHOUT_KEY,
    ):
        assert name in DECIDING
        assert name not in NOTHING_TO_CHECK


def test_the_decision_page_lists_exactly_the_codes_that_mean_nothing_to_check():
    page = (REPOSITORY / "docs" / "decisions" / "0007-verdicts.md").read_text(encoding="utf-8")
    table = page.partition("| Nothing to check |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"`([a-z-]+)`", table)) == sorted(
        code for codes in NOTHING_TO_CHECK.values() for code in codes
    )


def test_every_check_has_an_axis():
    assert set(AXES) == set(CheckName)


def test_the_verdict_cannot_be_set():
    report = report_of(checks_where(proof=(Result.FAILED, "proof-wrong")))
    stated = {**report.model_dump(mode="json"), "verdict": "valid"}
    with pytest.raises(ValueError, match="verdict"):
        Report.model_validate(stated)
    with pytest.raises(ValueError, match="frozen"):
        report.checks = ()


def test_a_false_name_is_the_first_thing_a_reader_hears():
    report = report_of(
        checks_where(
            proof=(Result.FAILED, "proof-wrong"), **{"names-member-without-key": (Result.FAILED, "claims-to-be-member")}
        )
    )
    assert (report.verdict, report.reason.code) == (Verdict.INVALID, "claims-to-be-member")


def test_a_failure_is_told_before_what_could_not_be_checked():
    report = report_of(
        checks_where(
            **{"status-revocation": (Result.FAILED, "revoked"), "issuer-key": (Result.NOT_CHECKED, "lookups-off")}
        )
    )
    assert (report.reason.check, report.reason.code) == (CheckName.STATUS_REVOCATION, "revoked")


def test_a_report_speaks_the_readers_language():
    checks = checks_where(**{"valid-until": (Result.FAILED, "expired")})
    english, german = report_of(checks), report_of(checks, Language.GERMAN)
    assert "does not lapse" in english.reason.sentence
    assert "verfällt nicht" in german.reason.sentence
    assert english.verdict == german.verdict


def test_the_seven_edc_checks_are_there_with_their_iris():
    report = report_of(checks_where())
    assert [edc.check for edc in report.edc_checks] == list(EDC_SOURCES)
    assert len({edc.check for edc in report.edc_checks}) == 7
    carried = {check.edc for check in report.checks if check.edc is not None}
    assert carried == set(EDC_SOURCES)


def test_edc_status_is_the_worst_of_ours():
    def status_of(name, **results):
        report = report_of(checks_where(**results))
        return next(edc for edc in report.edc_checks if edc.check.name == name).status

    assert status_of("SEAL") is EdcStatus.OK
    assert status_of("SEAL", **{"issuer-key": Result.NOT_CHECKED}) is EdcStatus.SKIPPED
    assert status_of("SEAL", **{"issuer-key": Result.NOT_CHECKED, "proof": Result.FAILED}) is EdcStatus.ERROR
    nothing = {"status-revocation": (Result.NOT_CHECKED, "no-revocation-entry")}
    assert status_of("REVOCATION", **nothing) is EdcStatus.OK
    nothing["status-suspension"] = (Result.NOT_CHECKED, "no-suspension-entry")
    assert status_of("REVOCATION", **nothing) is EdcStatus.SKIPPED


def test_findings_travel_with_their_check():
    finding = Finding("term", "#/x", "Not covered.", "a clause")
    checks = checks_where()
    checks[2] = Check(CheckName.NOTHING_DROPPED, Result.FAILED, "not-covered", pointer="#/x", details=(finding,))
    reported = report_of(checks).checks[2]
    assert (reported.findings[0].pointer, reported.findings[0].citation) == ("#/x", "a clause")
    assert reported.problem_type == "https://w3id.org/security#DATA_LOSS_DETECTION_ERROR"


def test_the_schema_publishes_verdict_reason_and_edc_checks():
    schema = Report.model_json_schema(mode="serialization")
    assert {"verdict", "reason", "edc_checks", "checks"} <= set(schema["properties"])
    assert schema["$defs"]["Verdict"]["enum"] == ["valid", "invalid", "indeterminate"]


def test_every_reason_not_to_fetch_is_a_kebab_case_code():
    assert all(reason.value == reason.value.lower() and " " not in reason.value for reason in FetchReason)
    assert set(Lookups) == {"members", "anyone", "off"}


def test_a_small_document_with_many_faults_makes_no_large_answer():
    checks = checks_where()
    faults = tuple(Finding("x", f"#/{number}", "") for number in range(5000))
    checks[2] = Check(CheckName.NOTHING_DROPPED, Result.FAILED, "not-covered", details=faults)
    reported = report_of(checks).checks[2]
    assert (len(reported.findings), reported.findings_in_all) == (100, 5000)


def test_every_problem_type_belongs_to_a_code_that_is_spoken_and_is_one_that_w3c_has_defined():
    defined = {
        "https://www.w3.org/TR/vc-data-model#": {
            "PARSING_ERROR",
            "CRYPTOGRAPHIC_SECURITY_ERROR",
            "MALFORMED_VALUE_ERROR",
            "RANGE_ERROR",
        },
        "https://w3id.org/security#": {
            "PROOF_VERIFICATION_ERROR",
            "PROOF_TRANSFORMATION_ERROR",
            "INVALID_DOMAIN_ERROR",
            "INVALID_CHALLENGE_ERROR",
            "DATA_LOSS_DETECTION_ERROR",
            "INVALID_VERIFICATION_METHOD_URL",
            "INVALID_VERIFICATION_METHOD",
            "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID",
            "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT",
            "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD",
        },
        "https://www.w3.org/ns/credentials/status-list#": {
            "STATUS_RETRIEVAL_ERROR",
            "STATUS_VERIFICATION_ERROR",
            "STATUS_LIST_LENGTH_ERROR",
        },
    }
    assert set(PROBLEM_TYPES.values()) == {base + name for base, names in defined.items() for name in names}
    assert {f"verification.{code}" for code in PROBLEM_TYPES} <= set(en.WORDS)
