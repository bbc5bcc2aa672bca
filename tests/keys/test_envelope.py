import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.keys import DataCipher, DataKey, EnvelopeBroken, Keyring, MasterSecret, ScryptCost, learner_key

CIPHER = DataCipher(bytes(range(32)))


@given(st.binary(max_size=500), st.binary(max_size=40))
def test_what_was_sealed_opens_in_its_place_only(plaintext, aad):
    wrapped, key = CIPHER.new_data_key(b"award 1")
    sealed = CIPHER.seal(key, plaintext, aad)

    assert CIPHER.open(CIPHER.unwrap(wrapped, b"award 1"), sealed, aad) == plaintext
    with pytest.raises(EnvelopeBroken):
        CIPHER.open(key, sealed, aad + b"x")
    with pytest.raises(EnvelopeBroken):
        CIPHER.open(CIPHER.new_data_key(b"award 2")[1], sealed, aad)


def test_a_wrapped_key_belongs_to_its_award_and_deployment():
    wrapped, _ = CIPHER.new_data_key(b"award 1")

    with pytest.raises(EnvelopeBroken):
        CIPHER.unwrap(wrapped, b"award 2")
    with pytest.raises(EnvelopeBroken):
        DataCipher(bytes(32)).unwrap(wrapped, b"award 1")


def test_no_changed_byte_goes_unnoticed():
    _, key = CIPHER.new_data_key(b"")
    sealed = CIPHER.seal(key, b"Zoe", b"place")

    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(EnvelopeBroken):
            CIPHER.open(key, bytes(changed), b"place")
    for length in range(len(sealed)):
        with pytest.raises(EnvelopeBroken):
            CIPHER.open(key, sealed[:length], b"place")


def test_equal_text_is_sealed_differently_each_time():
    _, key = CIPHER.new_data_key(b"")

    assert len({CIPHER.seal(key, b"same", b"place") for _ in range(50)}) == 50


def test_keys_do_not_show_in_representations():
    key = DataKey(b"\xab" * 32)

    assert "xab" not in repr(key)
    assert "x01" not in repr(DataCipher(b"\x01" * 32))


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(length):
    with pytest.raises(ValueError, match="32 bytes"):
        DataKey(bytes(length))
    with pytest.raises(ValueError, match="32 bytes"):
        DataCipher(bytes(length))


def test_a_keyring_gives_one_cipher_for_each_purpose(tmp_path):
    keyring = Keyring.create(tmp_path / "keys", MasterSecret.generate(), cost=ScryptCost(n=2**14))
    wrapped, _ = keyring.data_cipher().new_data_key(b"award 1")

    keyring.data_cipher().unwrap(wrapped, b"award 1")
    with pytest.raises(EnvelopeBroken):
        keyring.data_cipher("another-purpose").unwrap(wrapped, b"award 1")


def test_a_learner_key_depends_on_body_kind_and_every_part():
    one, two = b"1" * 32, b"2" * 32
    keys = [
        learner_key(one, "reference", "ab", "c"),
        learner_key(two, "reference", "ab", "c"),
        learner_key(one, "student-number", "ab", "c"),
        learner_key(one, "reference", "a", "bc"),
        learner_key(one, "reference", "abc"),
        learner_key(one, "reference", "ab", "c", ""),
    ]

    assert len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {32}
    assert learner_key(one, "reference", "ab", "c") == keys[0]
    with pytest.raises(ValueError, match="at least 32"):
        learner_key(b"short", "reference", "x")
