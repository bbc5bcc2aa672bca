"""Anchors of seals as operators write them."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from app.trust.seals import Anchors, AnchorsUnusable
from tests.counterparts.seal_authority import Trade


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
