"""Verification: from one document to one honest report, in three moves.

``gather`` asks the world and notes what it found, failures included; ``judge`` decides, pure, one result for each named
check; ``report`` puts them into words and derives the verdict.

Promises: every named check is in every report; a verdict *valid* means that every deciding check passed; what could not
be checked is said and never becomes *valid*; a document with any content is answered, never refused.

Never: fetches a context or a schema, asks our own deployment over HTTP, or repeats personal data in a sentence.

Public: :class:`~app.verification.verifier.Verifier`, :class:`~app.verification.gather.World`,
:class:`~app.verification.evidence.Policy`, :class:`~app.verification.report.Report`.
"""
