import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from app.keys import Algorithm, InProcessSigner, KeyRefused, PublicKey, base58
from app.keys.signer import SMALL_ORDER_ENCODINGS, signature_length

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
L = 2**252 + 27742317777372353535851937790883648493
ORDERS = {
    Algorithm.P256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    Algorithm.P384: 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
}

ED25519_MULTIKEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"


def add(first, second):
    """Twisted Edwards addition, a = -1 (RFC 8032 section 5.1.4), in affine coordinates."""
    (x1, y1), (x2, y2) = first, second
    product = D * x1 * x2 * y1 * y2 % P
    return (
        (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P,
    )


def x_of(y, sign):
    """RFC 8032 section 5.1.3, or None when there is no such point."""
    squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if (x * x - squared) % P:
        x = x * SQRT_M1 % P
    if (x * x - squared) % P:
        return None
    return x if x & 1 == sign else (-x) % P


def torsion_points():
    """Multiply points of the whole curve by L until one of order 8 is found; its multiples are all eight."""
    y = 2
    while True:
        x = x_of(y, 0)
        if x is not None:
            point, factor, total = (x, y), L, (0, 1)
            while factor:
                if factor & 1:
                    total = add(total, point)
                point, factor = add(point, point), factor >> 1
            multiples = [(0, 1)]
            while len(multiples) < 8:
                multiples.append(add(multiples[-1], total))
            if len(set(multiples)) == 8:
                return multiples
        y += 1


def every_encoding_of(point):
    x, y = point
    signs = (0, 1) if x == 0 else (x & 1,)
    return {
        (candidate | sign << 255).to_bytes(32, "little")
        for candidate in (y, y + P)
        if candidate < 2**255
        for sign in signs
    }


def test_the_refused_encodings_are_all_spellings_of_the_eight_points_of_small_order():
    computed = set().union(*(every_encoding_of(point) for point in torsion_points()))

    assert len(computed) == 14
    assert computed == SMALL_ORDER_ENCODINGS


@pytest.mark.parametrize("encoding", sorted(SMALL_ORDER_ENCODINGS), ids=bytes.hex)
def test_a_small_order_point_is_neither_a_key_nor_part_of_a_signature(encoding):
    key = InProcessSigner.generate(Algorithm.ED25519).public_key

    with pytest.raises(KeyRefused):
        PublicKey(Algorithm.ED25519, encoding)
    assert not key.verify(encoding + bytes(32), b"any message")


def test_the_forgery_for_every_message_that_the_library_accepts_is_refused():
    identity = (1).to_bytes(32, "little")
    ed25519.Ed25519PublicKey.from_public_bytes(identity).verify(identity + bytes(32), b"anything")

    with pytest.raises(KeyRefused, match="small order"):
        PublicKey(Algorithm.ED25519, identity)


@pytest.mark.parametrize("excess", range(19))
@pytest.mark.parametrize("sign", [0, 1])
def test_a_y_coordinate_of_p_or_more_is_refused(excess, sign):
    with pytest.raises(KeyRefused):
        PublicKey(Algorithm.ED25519, ((P + excess) | sign << 255).to_bytes(32, "little"))


async def test_an_ed25519_signature_with_s_raised_by_the_group_order_is_refused():
    signer = InProcessSigner.generate(Algorithm.ED25519)
    signature = await signer.sign(b"m")
    raised = signature[:32] + (int.from_bytes(signature[32:], "little") + L).to_bytes(32, "little")

    assert signer.public_key.verify(signature, b"m")
    assert not signer.public_key.verify(raised, b"m")


@pytest.mark.parametrize("algorithm", [Algorithm.P256, Algorithm.P384], ids=str)
async def test_ecdsa_numbers_outside_1_to_n_minus_1_are_refused(algorithm):
    signer = InProcessSigner.generate(algorithm)
    signature = await signer.sign(b"m")
    half, order = len(signature) // 2, ORDERS[algorithm]
    r, s = signature[:half], signature[half:]

    for bad in (0, order, order + 1, 2 ** (half * 8) - 1):
        assert not signer.public_key.verify(bad.to_bytes(half, "big") + s, b"m")
        assert not signer.public_key.verify(r + bad.to_bytes(half, "big"), b"m")
    twin = order - int.from_bytes(s, "big")
    assert signer.public_key.verify(r + twin.to_bytes(half, "big"), b"m"), "n - s is mathematically the same signature"


@pytest.mark.parametrize("algorithm", list(Algorithm), ids=str)
async def test_a_signature_of_another_length_is_refused(algorithm):
    signer = InProcessSigner.generate(algorithm)
    signature = await signer.sign(b"m")

    for other in (b"", signature[:-1], signature + b"\x00", b"\x00" + signature, bytes(len(signature))):
        assert not signer.public_key.verify(other, b"m")


async def test_a_der_signature_is_refused():
    key = ec.generate_private_key(ec.SECP256R1())

    assert not PublicKey.of_library_key(key.public_key()).verify(key.sign(b"m", ec.ECDSA(hashes.SHA256())), b"m")


async def test_p_384_hashes_with_sha_384_whatever_the_message_is():
    key = ec.generate_private_key(ec.SECP384R1())
    signer = InProcessSigner(key)
    signature = await signer.sign(b"m")
    r, s = int.from_bytes(signature[:48], "big"), int.from_bytes(signature[48:], "big")

    key.public_key().verify(encode_dss_signature(r, s), b"m", ec.ECDSA(hashes.SHA384()))


async def test_the_deterministic_ecdsa_signature_of_rfc_6979_appendix_a_2_5_comes_out():
    secret = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
    signature = await InProcessSigner(ec.derive_private_key(secret, ec.SECP256R1())).sign(b"sample")

    assert signature.hex() == (
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    )


async def test_the_first_vector_of_rfc_8032_section_7_1_comes_out():
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    signer = InProcessSigner(ed25519.Ed25519PrivateKey.from_private_bytes(seed))

    assert signer.public_key.raw.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert (await signer.sign(b"")).hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
        "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


@pytest.mark.parametrize("algorithm", list(Algorithm), ids=str)
def test_a_key_survives_multikey_and_jwk(algorithm):
    key = InProcessSigner.generate(algorithm).public_key

    assert PublicKey.from_multikey(key.multikey) == key
    assert PublicKey.from_jwk(key.jwk()) == key
    assert PublicKey.from_jwk(key.jwk() | {"kid": "x", "x5c": ["…"], "use": "sig", "key_ops": ["verify"]}) == key


@pytest.mark.parametrize(
    ("multikey", "algorithm"),
    [
        (ED25519_MULTIKEY, Algorithm.ED25519),
        ("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP", Algorithm.P256),
        ("z82LkuBieyGShVBhvtE2zoiD6Kma4tJGFtkAhxR5pfkp5QPw4LutoYWhvQCnGjdVn14kujQ", Algorithm.P384),
    ],
)
def test_the_multikeys_of_the_specifications_are_read_and_written_back(multikey, algorithm):
    key = PublicKey.from_multikey(multikey)

    assert key.algorithm is algorithm
    assert key.multikey == multikey


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "z0",
        "u7QE",
        ED25519_MULTIKEY[1:],
        ED25519_MULTIKEY + "1",
        ED25519_MULTIKEY[:-1],
        "z" + "1" * 10_000,
        "z" + base58.encode(b"\xe7\x01" + bytes(33)),
        "z" + base58.encode(b"\x80\x24" + b"\x02" + b"\xff" * 32),
        "z" + base58.encode(b"\x80\x24" + b"\x04" + bytes(32)),
        "z" + base58.encode(b"\xed\x01" + bytes(31)),
    ],
)
def test_anything_else_is_no_multikey(text):
    with pytest.raises(KeyRefused):
        PublicKey.from_multikey(text)


JWK = PublicKey.from_multikey("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP").jwk()
OKP = PublicKey.from_multikey(ED25519_MULTIKEY).jwk()


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "EC"},
        {"kty": "oct", "k": "AA"},
        {"kty": "RSA", "n": "AA", "e": "AQAB"},
        JWK | {"d": "AA"},
        JWK | {"crv": "secp256k1"},
        JWK | {"crv": "P-384"},
        JWK | {"crv": ["P-256"]},
        JWK | {"kty": "OKP"},
        JWK | {"alg": "ES384"},
        JWK | {"alg": "none"},
        JWK | {"alg": ["ES256"]},
        JWK | {"use": "enc"},
        JWK | {"key_ops": ["sign"]},
        JWK | {"key_ops": "verify"},
        JWK | {"y": JWK["x"]},
        JWK | {"x": JWK["x"] + "="},
        JWK | {"x": JWK["x"][:-1]},
        JWK | {"x": "AA" + JWK["x"]},
        JWK | {"x": JWK["x"][:-1] + "+"},
        JWK | {"x": 1},
        OKP | {"x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        OKP | {"x": OKP["x"][:-1] + chr(ord(OKP["x"][-1]) + 1)},
    ],
)
def test_anything_else_is_no_public_jwk(jwk):
    with pytest.raises(KeyRefused):
        PublicKey.from_jwk(jwk)


@given(st.binary(max_size=80))
def test_base58_is_undone(data):
    assert base58.decode(base58.encode(data), max_bytes=80) == data


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"\x00\x00", "11"),
        (b"hello world", "StV1DL6CwTryKyV"),
        (b"\x00\x00\x28\x7f\xb4\xcd", "11233QC4"),
        (hashlib.sha256(b"").digest(), "GKot5hBsd81kMupNCXHaqbhv3huEbxAFMLnpcX2hniwn"),
    ],
)
def test_base58_gives_what_others_give(data, text):
    assert base58.encode(data) == text
    assert base58.decode(text, max_bytes=32) == data


def test_base58_refuses_what_is_longer_than_asked_for():
    with pytest.raises(ValueError, match="more than 4 bytes"):
        base58.decode(base58.encode(b"\xff" * 5), max_bytes=4)
    with pytest.raises(ValueError, match="more than 4 bytes"):
        base58.decode("1" * 5, max_bytes=4)


@given(st.sampled_from(list(Algorithm)), st.binary(max_size=100), st.binary(max_size=40))
def test_random_bytes_are_never_a_signature(algorithm, signature, message):
    key = KEYS[algorithm]

    assert not key.verify(signature, message)
    assert not key.verify(signature.ljust(signature_length(algorithm), b"\x01"), message)


KEYS = {algorithm: InProcessSigner.generate(algorithm).public_key for algorithm in Algorithm}
