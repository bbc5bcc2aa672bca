"""What is said between the signer process and those who want something signed, octet by octet.

One question, one answer, in turn, on a local socket. Each is one frame::

    4 octets   length of the header      4 octets   length of the body      (unsigned, the most significant first)
    header     one JSON object, in UTF-8, with exactly the members of its kind
    body       octets: the message that is to be signed, the signature, or nothing

Both lengths are bounded before anything is read. What is no frame ends the connection: after a frame that was not
understood nobody knows where the next one begins.
"""

import asyncio
import struct
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from app.errors import ServiceError
from app.keys.keeper import Backend
from app.strict_json import parse

MOST_HEADER_BYTES: Final = 16 * 1024
MOST_BODY_BYTES: Final = 16 * 1024 * 1024
VERSION: Final = 1
_HEAD: Final = struct.Struct(">II")
_T = TypeVar("_T")

_Ref = Annotated[str, Field(min_length=1, max_length=512)]
_Word = Annotated[str, Field(min_length=1, max_length=32)]
_Key = Annotated[str, Field(min_length=1, max_length=2048)]


class FrameBroken(Exception):
    """The other side does not speak this protocol, or not any more."""


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal[1] = VERSION


class Sign(_Header):
    """Sign the body with the key ``ref``, which must be that of ``public_key``."""

    wants: Literal["signature"] = "signature"
    backend: Backend
    ref: _Ref
    algorithm: _Word
    public_key: _Key


class Make(_Header):
    """Make a key."""

    wants: Literal["new-key"] = "new-key"
    backend: Backend
    ref: _Ref
    algorithm: _Word


class Look(_Header):
    """Say what is public about a key that is there."""

    wants: Literal["public-key"] = "public-key"
    backend: Backend
    ref: _Ref
    algorithm: _Word


class Names(_Header):
    """Say which keys are there."""

    wants: Literal["names"] = "names"


class Health(_Header):
    """Say which backends could sign now."""

    wants: Literal["health"] = "health"


Question = Sign | Make | Look | Names | Health


class Answer(_Header):
    """``problem`` is the code of what went wrong, ``detail`` for the operator; the body is the answer otherwise."""

    problem: str | None = None
    detail: str = Field(default="", max_length=2000)


QUESTIONS: Final[TypeAdapter[Question]] = TypeAdapter(Annotated[Question, Field(discriminator="wants")])
ANSWERS: Final[TypeAdapter[Answer]] = TypeAdapter(Answer)


async def read_frame(reader: asyncio.StreamReader, kind: TypeAdapter[_T], first: bytes = b"") -> tuple[_T, bytes]:
    """Return header and body of the next frame, of which ``first`` was read already.

    Raises:
        FrameBroken: it is none, or the other side has hung up.
    """
    try:
        head = first + await reader.readexactly(_HEAD.size - len(first))
        header_bytes, body_bytes = _HEAD.unpack(head)
        if not 0 < header_bytes <= MOST_HEADER_BYTES or body_bytes > MOST_BODY_BYTES:
            raise FrameBroken("The frame is longer than any.")
        header = await reader.readexactly(header_bytes)
        body = await reader.readexactly(body_bytes)
    except asyncio.IncompleteReadError:
        raise FrameBroken("The frame ends before its end.") from None
    try:
        # The strict reader refuses what two readers could understand differently, such as a member named twice.
        parse(header, max_bytes=MOST_HEADER_BYTES)
        return kind.validate_json(header), body
    except (ServiceError, ValidationError):
        raise FrameBroken("The header is not one of this protocol.") from None


async def write_frame(writer: asyncio.StreamWriter, header: Question | Answer, body: bytes = b"") -> None:
    """Write one frame."""
    encoded = header.model_dump_json().encode("utf-8")
    writer.write(_HEAD.pack(len(encoded), len(body)) + encoded + body)
    await writer.drain()
