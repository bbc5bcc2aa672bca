"""The interop mode: the routes and the command that other people's test suites drive.

Promises: off unless ``INTEROP_ROUTES`` says otherwise, and then only where ``DEPLOYMENT=development``; it signs with
keys of the ``test`` issuer that exist for nothing else and are in no DID document (each is its own ``did:key``), so
nothing that it signs can pass for a university's or for the sandbox's; whatever comes in is answered with 400 or 422,
never with an error of ours.

Never: touches an award, a template rule or a key of a university. With such a key, a route that signs any W3C-shaped
JSON would void every rule of the template.

Public: :class:`~app.interop.desk.InteropDesk`, and :mod:`app.interop.jose` for the command.
"""
