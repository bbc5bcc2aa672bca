"""What is believed about a certificate behind a seal, and what somebody who has stolen its key would like to be."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.trust.seals import Anchors, Asked, Material, appraise, dossier
from tests.counterparts.seal_authority import FOR_STAMPS, SEALED_AT, Trade, ec_key, name, usage

DAY = timedelta(days=1)
NOW = SEALED_AT + 300 * DAY
STOLEN = SEALED_AT + 200 * DAY


@dataclass(frozen=True)
class Stamp:
    moment: object
    by: object
    position: int = 0
    archive: bool = False

    @property
    def signer(self):
        return self.by.der

    @property
    def certificates(self):
        return (self.by.der,)


@dataclass(frozen=True)
class Embedded:
    """What a seal brings along."""

    position: int
    certificates: tuple = ()
    revocation_lists: tuple = ()
    ocsp_responses: tuple = ()


@pytest.fixture(scope="module")
def trade():
    return Trade(asked_at="http://authority.example")


def of_lists(*lists, position=0, answers=()):
    return Embedded(position, (), tuple(one.public_bytes(Encoding.DER) for one in lists), tuple(answers))


def standing(trade, material, stamps=(), now=NOW, leaf=None):
    chain = [(leaf or trade.seal).der, trade.issuing.der]
    return appraise(chain, stamps, material, Anchors((trade.root.certificate,)), now)


def current(trade, *revoked, now=NOW, extension=None):
    """Today's lists of both authorities."""
    root, issuing = trade.root, trade.issuing
    return (
        root.revocation_list(*(one for one in revoked if one[0].issuer is root), at=now - DAY, until=now + DAY),
        issuing.revocation_list(
            *(one for one in revoked if one[0].issuer is issuing), at=now - DAY, until=now + DAY, extension=extension
        ),
    )


def part(url):
    return x509.IssuingDistributionPoint([x509.UniformResourceIdentifier(url)], None, False, False, None, False, False)


class TestListsThatAreOneOfSeveral:
    def test_the_list_of_other_certificates_says_nothing(self, trade):
        lists = current(trade, extension=part("http://authority.example/another.crl"))
        assert standing(trade, [of_lists(*lists)]).revocation == "unknown"

    def test_the_list_to_which_the_certificate_points_does(self, trade):
        lists = current(trade, extension=part("http://authority.example/issuing.crl"))
        assert standing(trade, [of_lists(*lists)]).revocation == "not-revoked"

    def test_a_list_named_by_a_part_of_a_name_says_nothing(self, trade):
        relative = x509.RelativeDistinguishedName([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "part")])
        scope = x509.IssuingDistributionPoint(None, relative, False, False, None, False, False)
        assert standing(trade, [of_lists(*current(trade, extension=scope))]).revocation == "unknown"

    def test_a_certificate_that_points_nowhere_is_in_no_part(self):
        trade = Trade()
        lists = current(trade, extension=part("http://authority.example/issuing.crl"))
        assert standing(trade, [of_lists(*lists)]).revocation == "unknown"


class TestWhatIsSaidAfterTheEndOfACertificate:
    """Stolen and revoked, the certificate ended; the list of today names it no more."""

    LATER = SEALED_AT + 800 * DAY

    def found(self, trade, *lists, answers=()):
        stamp = Stamp(STOLEN + DAY, trade.stamping)
        return standing(trade, [of_lists(*lists, answers=answers)], [stamp], now=self.LATER)

    def test_that_it_is_not_named_says_nothing(self, trade):
        found = self.found(trade, *current(trade, now=self.LATER))
        assert (found.believed, found.existed_by) == (True, STOLEN + DAY)
        assert found.revocation == "unknown"

    def test_that_it_is_named_counts(self, trade):
        assert self.found(trade, *current(trade, (trade.seal, STOLEN), now=self.LATER)).revocation == "revoked"

    @pytest.mark.parametrize(
        ("since", "revocation"),
        [
            (b"\x18\x0f20260101000000Z", "not-revoked"),
            (b"\x18\x0f20990101000000Z", "unknown"),
            (b"\x18\x00", "unknown"),
        ],
    )
    def test_a_list_that_keeps_what_has_ended_says_since_when(self, trade, since, revocation):
        kept = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.60"), since)
        root, _ = current(trade, now=self.LATER)
        builder = x509.CertificateRevocationListBuilder().issuer_name(trade.issuing.certificate.subject)
        builder = (
            builder.last_update(self.LATER - DAY).next_update(self.LATER + DAY).add_extension(kept, critical=False)
        )
        listed = builder.sign(trade.issuing.key, trade.seal.certificate.signature_hash_algorithm)
        assert self.found(trade, root, listed).revocation == revocation

    def test_an_answer_that_all_is_well_says_nothing(self, trade):
        root, _ = current(trade, now=self.LATER)
        answer = trade.issuing.ocsp_response(trade.seal, at=self.LATER - DAY, until=self.LATER + DAY)
        assert self.found(trade, root, answers=[answer]).revocation == "unknown"


class TestOldListsThatSomebodyChose:
    """Stolen, revoked, and stamped days later; what comes along is from before, and was current at the stamp."""

    STAMPED = STOLEN + 3 * DAY

    def brought(self, trade):
        lists = [one.revocation_list(at=STOLEN - DAY, until=STOLEN + 6 * DAY) for one in (trade.root, trade.issuing)]
        answer = trade.root.ocsp_response(trade.stamping, at=NOW - DAY, until=NOW + DAY)
        return of_lists(*lists, answers=[answer]), [Stamp(self.STAMPED, trade.stamping)]

    def test_since_when_it_is_known_is_told(self, trade):
        brought, stamps = self.brought(trade)
        found = standing(trade, [brought], stamps)
        assert (found.revocation, found.existed_by) == ("not-revoked", self.STAMPED)
        assert found.said_at == STOLEN - DAY

    def test_one_insists_on_asking_again(self, trade):
        brought, stamps = self.brought(trade)
        place = [trade.seal.der, trade.issuing.der], stamps, [brought], Anchors((trade.root.certificate,)), NOW
        everybody = {one.certificate for one in (trade.seal, trade.issuing, trade.stamping)}
        assert {one.certificate for one in dossier(*place, insist=True).asked} == everybody

    def test_what_authorities_say_today_is_known_since_now(self, trade):
        brought, stamps = self.brought(trade)
        today = Material(99, (), of_lists(*current(trade)).revocation_lists)
        found = standing(trade, [brought, today], stamps)
        assert (found.revocation, found.said_at) == ("not-revoked", NOW)
        revoked = Material(99, (), of_lists(*current(trade, (trade.seal, STOLEN))).revocation_lists)
        assert standing(trade, [brought, revoked], stamps).revocation == "revoked"

    def test_what_a_seal_brings_is_known_since_it_was_said_even_if_current(self, trade):
        assert standing(trade, [of_lists(*current(trade))]).said_at == NOW - DAY


class TestTimeStamps:
    def test_one_behind_an_archive_time_stamp_is_judged_as_of_now(self, trade):
        revoked = trade.root.issue(name("Others"), begins=trade.begins, ends=trade.lasts, extensions=FOR_STAMPS)
        archive = Stamp(SEALED_AT + 250 * DAY, trade.stamping, 3, archive=True)
        forged = Stamp(STOLEN - DAY, revoked, 5)
        lists = of_lists(*current(trade, (trade.seal, STOLEN), (revoked, SEALED_AT + 280 * DAY)), position=9)
        assert standing(trade, [lists], [archive]).revocation == "revoked"
        found = standing(trade, [lists], [archive, forged])
        assert [one.believed for one in found.stamps] == [True, False]
        assert found.revocation == "revoked"
        # Where the archive time-stamp covers it, it was made while nobody had revoked its authority.
        covered = standing(trade, [lists], [archive, Stamp(STOLEN - DAY, revoked, 1)])
        assert [one.believed for one in covered.stamps] == [True, True]

    def test_one_dated_before_its_authoritys_certificate_is_not_believed(self, trade):
        younger = trade.root.issue(name("Younger"), begins=NOW - 2 * DAY, ends=trade.lasts, extensions=FOR_STAMPS)
        lists = of_lists(*current(trade, (trade.seal, STOLEN)))
        found = standing(trade, [lists], [Stamp(STOLEN - DAY, younger)])
        assert [one.believed for one in found.stamps] == [False]
        assert found.revocation == "revoked"

    def test_a_hundred_renewals_are_all_believed(self, trade):
        archives = [Stamp(SEALED_AT + DAY + place * DAY, trade.stamping, place, archive=True) for place in range(100)]
        found = standing(trade, [of_lists(*current(trade), position=100)], archives)
        assert all(one.believed for one in found.stamps)
        assert found.existed_by == SEALED_AT + DAY


class TestAnswersWithoutAnEnd:
    def asked(self, trade, at):
        answer = trade.issuing.ocsp_response(trade.seal, at=at, until=None)
        question = Asked(trade.seal.certificate, trade.issuing.certificate, (), ())
        return question.is_settled_by(Material(0, ocsp_responses=(answer,)), NOW)

    def test_one_that_was_just_given_settles_the_question(self, trade):
        assert self.asked(trade, NOW - timedelta(seconds=1))

    def test_one_from_earlier_today_does_not(self, trade):
        assert not self.asked(trade, NOW - timedelta(minutes=6))


class TestOffices:
    @pytest.mark.parametrize(
        ("purposes", "may"),
        [
            ((), True),
            (("CLIENT_AUTH", "EMAIL_PROTECTION"), True),
            (("ANY_EXTENDED_KEY_USAGE",), True),
            (("CLIENT_AUTH",), True),
            (("SERVER_AUTH",), False),
            (("SERVER_AUTH", "CLIENT_AUTH"), False),
            (("OCSP_SIGNING",), False),
            (("EMAIL_PROTECTION", "OCSP_SIGNING"), False),
            (("EMAIL_PROTECTION", "TIME_STAMPING"), False),
        ],
    )
    def test_a_certificate_for_another_office_is_not_for_seals(self, trade, purposes, may):
        stated = x509.ExtendedKeyUsage([getattr(ExtendedKeyUsageOID, one) for one in purposes]) if purposes else None
        extensions = [(usage("digital_signature"), True), *([] if stated is None else [(stated, False)])]
        leaf = trade.issuing.issue(name("Seal"), ec_key(), begins=trade.begins, ends=trade.ends, extensions=extensions)
        found = standing(trade, (), leaf=leaf)
        assert (found.believed, found.for_signing) == (True, may)
