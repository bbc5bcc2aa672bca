"""Credentials that strangers issue in the same form pass the integrity axis of ``POST /verify``; no more is claimed."""

import copy

import pytest

from interop import peers
from interop.leaves import with_altered_leaf


@pytest.fixture(scope="module")
def issued_by_strangers(issued):
    """The service's own credentials without proof and status, issued anew by did:keys of others."""
    unsigned = {
        name: {
            member: copy.deepcopy(value)
            for member, value in each.vcdm2.items()
            if member not in ("proof", "credentialStatus")
        }
        for name, each in issued.items()
    }
    credentials, _ = peers.issue_by_strangers(unsigned)
    return credentials


def test_a_strangers_credential_passes_the_integrity_axis(service, issued_by_strangers):
    assert len(issued_by_strangers) == 16
    for name, credential in issued_by_strangers.items():
        report = service.verify(credential)
        integrity = {check["name"]: check["result"] for check in report["checks"] if check["axis"] == "integrity"}
        assert set(integrity.values()) == {"passed"}, (name, integrity)
        assert "proof" in integrity


def test_a_strangers_credential_that_names_a_member_is_never_valid(service, issued_by_strangers):
    for name, credential in issued_by_strangers.items():
        assert service.verify(credential)["verdict"] == "invalid", name


def test_an_altered_credential_of_a_stranger_fails_the_integrity_axis(service, issued_by_strangers):
    for name, credential in issued_by_strangers.items():
        report = service.verify(with_altered_leaf(credential, ("id",)))
        proof = next(check for check in report["checks"] if check["name"] == "proof")
        assert (report["verdict"], proof["result"]) == ("invalid", "failed"), name
