"""Anchors of seals as operators write them."""

import warnings
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import InvalidVersion, load_der_x509_certificate
from hypothesis import given, settings
from hypothesis import strategies as st

from app.trust.seals import Anchors, AnchorsUnusable, Material, appraise
from tests.counterparts.seal_authority import SEALED_AT, Trade


def test_a_file_and_a_folder_say_the_same(tmp_path):
    trade = Trade()
    lists = [one.public_bytes(Encoding.PEM) for one in trade.lists()]
    folder = tmp_path / "anchors"
    folder.mkdir()
    (folder / "root.pem").write_bytes(b"the root:\n" + trade.root.pem)
    (folder / "revoked.crl").write_bytes(b"".join(lists))
    (folder / "README").write_text("not read")
    (tmp_path / "all.pem").write_bytes(trade.root.pem + b"".join(lists))
    read = Anchors.read(folder)
    assert read.certificates == (trade.root.certificate,)
    assert len(read.revocation_lists) == 2
    assert Anchors.read(tmp_path / "all.pem").certificates == read.certificates


def test_nobody_is_believed_without_a_setting():
    assert Anchors.read(None) == Anchors()


@pytest.mark.parametrize(
    "content", [None, b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_what_cannot_be_read_is_refused(tmp_path, content):
    place = tmp_path / "anchors.pem"
    if content is not None:
        place.write_bytes(content)
    with pytest.raises(AnchorsUnusable):
        Anchors.read(place)


def test_revocation_lists_alone_are_no_anchors(tmp_path):
    (tmp_path / "a.crl").write_bytes(Trade().lists()[0].public_bytes(Encoding.PEM))
    with pytest.raises(AnchorsUnusable):
        Anchors.read(tmp_path)


@pytest.fixture(scope="module")
def parts():
    trade = Trade()
    answer = trade.issuing.ocsp_response(trade.seal, at=SEALED_AT, until=SEALED_AT + timedelta(days=2))
    return trade, tuple(one.public_bytes(Encoding.DER) for one in trade.lists()), answer


def said_and_signed(der):
    """What a certificate says and its signature: one octet, which counts unused bits, belongs to neither."""
    try:
        certificate = load_der_x509_certificate(der)
    except (ValueError, InvalidVersion):
        return None
    return certificate.tbs_certificate_bytes, certificate.signature_algorithm_oid, certificate.signature


class TestOctetsOfStrangers:
    """Nothing that somebody put into a seal is more than a certificate, a list or an answer that says nothing."""

    NOW = SEALED_AT + timedelta(days=1)

    def standing(self, parts, **changed):
        trade, lists, answer = parts
        material = Material(
            0,
            (changed.get("issuing", trade.issuing.der),),
            changed.get("lists", lists),
            (changed.get("answer", answer),),
        )
        anchors = Anchors((trade.root.certificate,))
        return appraise([changed.get("leaf", trade.seal.der)], (), [material], anchors, self.NOW)

    def test_as_they_are_they_say_that_all_is_well(self, parts):
        standing = self.standing(parts)
        assert (standing.believed, standing.revocation) == (True, "not-revoked")

    @settings(max_examples=600, deadline=None)
    @given(data=st.data())
    def test_one_octet_changed_never_raises_and_never_helps(self, parts, data):
        trade, lists, answer = parts
        which = data.draw(st.sampled_from(["leaf", "issuing", "lists", "answer"]))
        octets = {"leaf": trade.seal.der, "issuing": trade.issuing.der, "lists": lists[1], "answer": answer}[which]
        changed = bytearray(octets)
        for _ in range(data.draw(st.integers(1, 3))):
            changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
        value = (lists[0], bytes(changed)) if which == "lists" else bytes(changed)
        with warnings.catch_warnings():
            # The library warns of what it reads all the same.
            warnings.simplefilter("ignore")
            standing = self.standing(parts, **{which: value})
            another = which in {"leaf", "issuing"} and said_and_signed(bytes(changed)) != said_and_signed(octets)
        if which == "leaf" and another:
            assert standing is None or not standing.believed
        elif which == "issuing" and another:
            assert not standing.believed
        else:
            assert standing.revocation == "not-revoked"  # the other of the two still says so
