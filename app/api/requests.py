"""What comes in: bodies within limits, and who is calling."""

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar, Final

import orjson
from fastapi import Request, Response
from pydantic import BaseModel

from app.errors import Family, ServiceError
from app.strict_json import DocumentTooLarge, JsonValue, parse

BODY_SECONDS: Final = 30.0
"""How long a body may take to arrive: who sends slowly takes a place among the requests of this process."""
_JSON_TYPES: Final = ("application/json", "application/ld+json", "application/vc", "application/vc+ld+json")


class MediaTypeUnsupported(ServiceError):
    """The body is compressed or is not declared as JSON. Send UTF-8 JSON without ``Content-Encoding``."""

    code: ClassVar[str] = "media-type-unsupported"
    title: ClassVar[str] = "The body is not plain JSON"
    family: ClassVar[Family] = Family.MEDIA_TYPE


class BodyTooSlow(ServiceError):
    """The body did not arrive in the time that is granted to one. Send it again, in one go."""

    code: ClassVar[str] = "body-too-slow"
    title: ClassVar[str] = "The body took too long to arrive"
    family: ClassVar[Family] = Family.TOO_SLOW


async def read_body(request: Request, *, max_bytes: int) -> bytes:
    """Return the body, never holding more than ``max_bytes`` of it, nor waiting for it longer than ``BODY_SECONDS``.

    Raises:
        BodyTooSlow: it is not there in time.
        DocumentTooLarge: as soon as it is known, from the declared or from the received length.
        MediaTypeUnsupported: a content coding, which could hide the true size.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise MediaTypeUnsupported("Send the body without Content-Encoding.")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise DocumentTooLarge(f"The body has {declared} bytes; {max_bytes} are accepted here.")
    pieces: list[bytes] = []
    received = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                received += len(piece)
                if received > max_bytes:
                    raise DocumentTooLarge(f"The body has more than {max_bytes} bytes.")
                pieces.append(piece)
    except TimeoutError:
        raise BodyTooSlow from None
    return b"".join(pieces)


async def read_json(request: Request, *, max_bytes: int) -> JsonValue:
    """Return the body as one JSON value.

    Raises:
        MediaTypeUnsupported: the content type says that it is something else.
        MalformedJson: see :func:`app.strict_json.parse`.
    """
    declared = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if declared not in _JSON_TYPES and not declared.endswith("+json"):
        raise MediaTypeUnsupported("Send the body as application/json.")
    return parse(await read_body(request, max_bytes=max_bytes), max_bytes=max_bytes)


def json_body(schema: str, examples: dict[str, Any] | None = None, *, required: bool = True) -> dict[str, Any]:
    """Return the OpenAPI description of a JSON body that the operation reads by itself."""
    content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    if examples:
        content["examples"] = examples
    return {"requestBody": {"required": required, "content": {"application/json": content}}}


def json_answer(record: BaseModel | Sequence[BaseModel], *, status: int = 200, location: str | None = None) -> Response:
    """Return ``record`` as JSON, written once; the operation declares its schema as ``response_model``."""
    if isinstance(record, BaseModel):
        content = record.model_dump_json().encode()
    else:
        content = orjson.dumps([item.model_dump(mode="json") for item in record])
    headers = {"Cache-Control": "no-store"}
    if location:
        headers["Location"] = location
    return Response(content, status, headers, "application/json")
