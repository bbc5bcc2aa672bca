"""Whatever passes the rules maps, signs, verifies and reads back equal: every member of every closed list, and every
combination of optional elements that a draw comes up with.
"""

import asyncio
import itertools
import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.elm.placing import in_document
from app.elm.reading import read
from app.elm.vocabularies import CODES
from app.errors import Weight
from app.keys import Algorithm, InProcessSigner
from app.securing import secure, verify_proofs
from app.securing.data_integrity import ProofOutcome
from app.template import elements
from app.template.elements import statement_of
from app.template.request import RequestMalformed, parse_request
from app.template.rules import check
from tests.builders import ABSENT, SUBTYPES, TODAY, altered, full_request, required_only_request
from tests.elm.documents import BODIES, a_document

NOW = datetime(2026, 7, 1, 10, tzinfo=UTC)
SIGNERS = {f"did:web:example.edu#{a}": InProcessSigner.generate(a) for a in (Algorithm.ED25519, Algorithm.P256)}

# Where each closed list of the template stands in a full request.
LISTS = {
    "offering.awarding_rule": elements.AwardingRule,
    "offering.level.cycle": elements.Cycle,
    "offering.learning_outcomes.0.category": elements.OutcomeCategory,
    "offering.learning_outcomes.0.reuse": elements.Reuse,
    "offering.participation.mode": elements.Mode,
    "offering.participation.organisation.0": elements.Form,
    "assessments.0.methods.0": elements.AssessmentMethod,
    "offering.quality_assurance.basis.0": elements.QualityAssuranceBasis,
    "offering.integration": elements.Integration,
    "offering.towards.0.kind": elements.TowardsKind,
    "offering.further_information.document_form": elements.DocumentForm,
    "offering.further_information.fees.0.what_for": elements.FeeFor,
    "offering.further_information.placement.profile": elements.Placement,
    "offering.further_information.placement.fees": elements.Placement,
    "offering.further_information.other.0.placement": elements.Placement,
    "assessments.1.supervision.where": elements.SupervisionPlace,
    "offering.workload.no_ects_reason": elements.NoEctsGround,
    "participation.mode_taken": elements.ModeTaken,
    "learner.student_identifiers.0.scheme": elements.StudentIdentifierScheme,
    "learner.other_data.gender": elements.Gender,
}
OPTIONAL = (
    "learner.name_in_other_script",
    "learner.student_identifiers",
    "learner.other_data",
    "learner.reference",
    "signatory",
    "units",
    "assessments",
    "grade",
    "requirements_met",
    "valid_until",
    "participation.timeframe",
    "participation.location",
    "offering.alternative_titles",
    "offering.micro_degree",
    "offering.country",
    "offering.region",
    "offering.signatory",
    "offering.workload.hours",
    "offering.level.nqf",
    "offering.level.cycle",
    "offering.participation.activity_title",
    "offering.participation.timeframe",
    "offering.participation.location",
    "offering.prerequisites",
    "offering.grade_distribution",
    "offering.integration",
    "offering.towards",
    "offering.diploma_supplement_note",
    *(f"offering.further_information.{name}" for name in elements.FurtherInformation.model_fields),
)


def outcome_of(request):
    """Return whether ``request`` passes, having proved the whole way of one that does."""
    try:
        parsed = parse_request(json.loads(json.dumps(request)))
    except RequestMalformed as refused:
        if not refused.findings:
            raise
        return False
    body = BODIES[request["offering"]["awarding_body"]]
    findings = check(parsed, today=TODAY, body=body, codes=CODES)
    if any(finding.weight is Weight.REQUIRED for finding in findings):
        return False
    statement = statement_of(parsed.offering, parsed.award)
    signers = [(signer, method) for method, signer in SIGNERS.items()]
    secured = asyncio.run(secure(a_document(statement), signers=signers, created=NOW))
    # As whoever receives it: from its bytes.
    received = json.loads(json.dumps(secured, ensure_ascii=False))
    results = verify_proofs(received, lambda method: SIGNERS[method].public_key, now=NOW)
    assert [result.outcome for result in results] == [ProofOutcome.VERIFIED] * len(SIGNERS)
    reading = read(received)
    assert (reading.findings, reading.statement) == ((), in_document(statement))
    return True


def with_member(request, path, member):
    changed = altered(request, {path: {"ground": member.value} if path.endswith("reason") else member.value})
    if member.value == "other":
        beside = {
            "offering.participation.organisation.0": "offering.participation.organisation_other",
            "assessments.0.methods.0": "assessments.0.methods_other",
            "offering.workload.no_ects_reason": "offering.workload.no_ects_reason.text",
        }.get(path)
        changed = altered(changed, {beside: {"en": "Something else"}}) if beside else changed
    return changed


def stands_in(request, path):
    value = request
    for step in path.split(".")[:-1]:
        value = value[int(step)] if step.isdecimal() and len(value) > int(step) else value.get(step) if value else None
        if value is None:
            return False
    return True


@pytest.mark.parametrize(("path", "members"), LISTS.items())
def test_every_member_of_a_closed_list_passes_somewhere_and_then_goes_the_whole_way(path, members):
    # What Annex 2 keeps apart (no ECTS for badges, no attendance for certificates) passes with one sub-type at least.
    for member in members:
        requests = [full_request(subtype) for subtype in SUBTYPES]
        if path == "participation.mode_taken":
            requests = [altered(request, {"offering.participation.mode": "hybrid"}) for request in requests]
        if path == "offering.participation.mode":
            requests = [altered(request, {"participation.mode_taken": ABSENT}) for request in requests]
        if path == "offering.workload.no_ects_reason":
            requests = [
                altered(request, {"offering.workload": {"hours": 125}, "offering.units": ABSENT, "units": ABSENT})
                for request in map(required_only_request, SUBTYPES)
            ]
        if path == "offering.level.cycle":
            level = {"eqf": 5 + list(elements.Cycle).index(member)}
            requests = [altered(request, {"offering.level": level}) for request in requests[:2]]
        passing = [outcome_of(with_member(request, path, member)) for request in requests if stands_in(request, path)]
        ruled_out = member is elements.AwardingRule.HOME_UNIVERSITY
        assert any(passing) is not ruled_out, (path, member, passing)


@given(
    subtype=st.sampled_from(SUBTYPES),
    awarding_body=st.sampled_from(sorted(BODIES)),
    left_out=st.sets(st.sampled_from(OPTIONAL)),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_choice_of_optional_elements_either_goes_the_whole_way_or_is_refused_with_its_place(
    subtype, awarding_body, left_out
):
    request = full_request(subtype, awarding_body=awarding_body)
    outcome_of(altered(request, dict.fromkeys(sorted(left_out, reverse=True), ABSENT)))


def test_each_optional_element_can_be_left_out_alone():
    refused = {
        (subtype, path)
        for subtype, path in itertools.product(SUBTYPES, OPTIONAL)
        if not outcome_of(altered(full_request(subtype), {path: ABSENT}))
    }
    # A partner's unit or a stackable integration makes others necessary; nothing else may.
    assert {path for _, path in refused} <= {"offering.integration"}
