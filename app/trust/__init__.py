"""Other people's keys: who an issuer is, which keys are its own, and the one guarded way to ask.

Promises: every request to a stranger goes through :class:`~app.trust.fetch.GuardedFetch` and its seven steps; every
failure has a reason of a closed list; nothing that could not be read becomes a key.

Never: follows a redirect, reads a context or a schema from the network, remembers an answer (that is the caller's), or
decides a verdict.

Public: ``fetch`` (``Fetch``, ``GuardedFetch``, ``FetchRefused``, ``FetchFailed``, ``FetchReason``), ``resolve``
(``resolve``, ``resolve_locally``, ``DidDocument``, ``ResolvedMethod``, ``ResolutionFailed``), ``members``
(``AllianceMember``, ``MemberKey``, ``Members``).
"""
