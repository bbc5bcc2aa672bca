"""Why a document is not canonicalised: it is unsafe, it is outside what we do, or it costs too much."""

from typing import ClassVar

from app.errors import Family, ServiceError


class UnsafeDocument(ServiceError):
    """A signature over this document would not cover all of it, or it states something that cannot be right.

    JSON-LD drops what it does not understand without a word; what is dropped is not signed. Each finding points to
    one such member.
    """

    code: ClassVar[str] = "unsafe-document"
    title: ClassVar[str] = "A signature would not cover every part of this document"
    family: ClassVar[Family] = Family.RULE_BROKEN


class UnsupportedDocument(ServiceError):
    """The document may be sound JSON-LD, but it uses contexts or features that this service does not process."""

    code: ClassVar[str] = "unsupported-document"
    title: ClassVar[str] = "This document uses JSON-LD features or contexts that are not processed here"
    family: ClassVar[Family] = Family.RULE_BROKEN


class ProcessingLimitExceeded(ServiceError):
    """Processing this document takes more time, memory or space than is granted to one document."""

    code: ClassVar[str] = "processing-limit-exceeded"
    title: ClassVar[str] = "This document takes more work than is granted to one document"
    family: ClassVar[Family] = Family.TOO_LARGE
