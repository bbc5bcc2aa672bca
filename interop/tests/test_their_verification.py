"""What this service issues holds for verifiers that others wrote, and what somebody altered does not.

Data Integrity 1.0 with eddsa-rdfc-2022 and ecdsa-rdfc-2019; Bitstring Status List 1.0.
"""

import random  # noqa: TID251 - a seeded choice of alterations, the same in every run

import pytest

from interop import peers
from interop.leaves import leaves, with_altered_leaf
from tests.builders import an_academic_certificate

PEERS = {"digital-bazaar": peers.verify_by_digital_bazaar, "openvc": peers.verify_by_openvc}
BOTH_CRYPTOSUITES = {"eddsa-rdfc-2022", "ecdsa-rdfc-2019"}

pytestmark = pytest.mark.parametrize("verify", PEERS.values(), ids=PEERS.keys())


def test_every_credential_holds_with_each_of_its_two_proofs(verify, credentials, public_documents):
    answers = verify(credentials, public_documents)
    assert {name: answer for name, answer in answers.items() if not answer["verified"]} == {}
    for answer in answers.values():
        assert {proof["cryptosuite"] for proof in answer["proofs"]} == BOTH_CRYPTOSUITES
        assert len(answer["proofs"]) == 2


def test_every_status_list_holds_as_a_credential_of_its_own(verify, public_documents):
    lists = {url: document for url, document in public_documents.items() if "/status/" in url}
    assert lists
    answers = verify(lists, public_documents)
    assert {name: answer for name, answer in answers.items() if not answer["verified"]} == {}


def test_status_entries_tell_of_revocation_and_suspension_and_its_end(verify, service, request):
    learner = f"interop-status-{request.node.callspec.id}"
    each = service.issue(an_academic_certificate(awarding_body="wut", learner__reference=learner))

    def bits():
        answer = verify({"it": each.vcdm2}, service.documents_named_by([each.vcdm2]))["it"]
        assert answer["verified"], answer
        return {status["purpose"]: status["set"] for status in answer["statuses"]}

    assert bits() == {"revocation": False, "suspension": False}
    service.university.change_status(each.credential_id, "suspend", "under-review")
    assert bits() == {"revocation": False, "suspension": True}
    service.university.change_status(each.credential_id, "reinstate", "review-ended")
    assert bits() == {"revocation": False, "suspension": False}
    service.university.change_status(each.credential_id, "revoke", "issued-in-error")
    assert bits() == {"revocation": True, "suspension": False}


def test_fifty_altered_leaves_are_refused(verify, credentials, public_documents):
    places = [(name, path) for name, document in credentials.items() for path in leaves(document)]
    chosen = random.Random(2021_06).sample(places, 50)
    altered = {
        f"{name}: {'/'.join(map(str, path))}": with_altered_leaf(credentials[name], path) for name, path in chosen
    }
    assert len(altered) == 50
    answers = verify(altered, public_documents)
    assert [name for name, answer in answers.items() if answer["verified"]] == []
