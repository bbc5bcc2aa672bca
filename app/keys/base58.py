"""base58btc, the one base of multibase that keys and proofs use here (Controlled Identifiers 1.0, section 2.4).

Work is bounded by the caller: converting takes time that grows with the square of the length, so :func:`decode` is
told how many bytes it may yield and refuses a longer text before it looks at it.
"""

from typing import Final

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_PAIRS: Final = [first + second for first in _ALPHABET for second in _ALPHABET]
# Ten digits are split off the long number at once, and then halved: five fit one of the 30 bits wide digits of which
# Python's integers consist, so that the rest of the arithmetic is cheap.
_TEN: Final = 58**10
_FIVE: Final = 58**5
_FOUR: Final = 58**4
_TWO: Final = 58**2


def encode(data: bytes) -> str:
    """Return ``data`` in base58btc, one leading ``1`` for each leading zero byte."""
    number = int.from_bytes(data, "big")
    text = ""
    while number:
        number, ten = divmod(number, _TEN)
        high, low = divmod(ten, _FIVE)
        text = (
            f"{_ALPHABET[high // _FOUR]}{_PAIRS[high // _TWO % _TWO]}{_PAIRS[high % _TWO]}"
            f"{_ALPHABET[low // _FOUR]}{_PAIRS[low // _TWO % _TWO]}{_PAIRS[low % _TWO]}{text}"
        )
    zeros = len(data) - len(data.lstrip(b"\x00"))
    return "1" * zeros + text.lstrip("1")


def decode(text: str, *, max_bytes: int) -> bytes:
    """Return the bytes that ``text`` stands for.

    Raises:
        ValueError: a character outside the alphabet, or more than ``max_bytes`` bytes.
    """
    # One byte takes at most 1.366 digits, and a leading zero byte takes one.
    if len(text) > max_bytes * 7 // 5 + 1:
        raise ValueError(f"more than {max_bytes} bytes in base58btc")
    number = 0
    for character in text:
        value = _VALUES.get(character)
        if value is None:
            raise ValueError("a character outside the base58btc alphabet")
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    length = zeros + (number.bit_length() + 7) // 8
    if length > max_bytes:
        raise ValueError(f"more than {max_bytes} bytes in base58btc")
    return number.to_bytes(length, "big")
