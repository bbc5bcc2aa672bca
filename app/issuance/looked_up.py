"""What was looked up lately: API keys, published versions of offerings, and which requests were answered.

Nothing here is believed. Whoever works with it lets the statement that stores confirm it (premises of
:func:`app.store.issuing.add_award`): an API key that was revoked or an offering that was withdrawn a moment ago, by
whichever process, stores nothing. And nobody is refused on account of it: whatever does not end in a stored credential
is done again with what the records say.
"""

from collections import OrderedDict
from typing import Final, Generic, TypeVar
from uuid import UUID

from app.store.api_keys import ApiKey
from app.store.offerings import OfferingVersion

Key = TypeVar("Key")
Value = TypeVar("Value")

_MOST_API_KEYS: Final = 1024
_MOST_OFFERINGS: Final = 256
_MOST_REQUESTS: Final = 16_384


class Recent(Generic[Key, Value]):
    """The values that were used most recently, by key."""

    def __init__(self, most: int) -> None:
        """Hold ``most`` of them."""
        self._most: Final = most
        self._values: Final[OrderedDict[Key, Value]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Key) -> Value | None:
        """Return the value, or none."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: Key, value: Value) -> None:
        """Remember a value; the one that was not used for longest is forgotten."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._most:
            self._values.popitem(last=False)


class LookedUp:
    """The memory of one process."""

    def __init__(self) -> None:
        self.api_keys: Final[Recent[str, tuple[ApiKey, str]]] = Recent(_MOST_API_KEYS)
        """By prefix: the key, and the slug of its awarding body."""
        self.offerings: Final[Recent[tuple[UUID, UUID, int], OfferingVersion]] = Recent(_MOST_OFFERINGS)
        """By awarding body, offering and version, as published."""
        self.answered: Final[Recent[tuple[UUID, str], bool]] = Recent(_MOST_REQUESTS)
        """By awarding body and Idempotency-Key: a repetition is better looked up than issued in vain."""
