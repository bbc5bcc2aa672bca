"""The demonstration: a whole deployment in one folder, used as a registrar, a learner and a stranger would use it.

Promises: everything happens over the doors that others have (command line and HTTP); every outcome is compared with the
one right answer, and any other answer ends with exit code 1. Never: a fact about a real university that the ENHANCE
template does not state (offerings and issuers say so themselves), a path into the service that its users do not have.

Run it with ``make demo``; ``PORT`` chooses the port, ``ONCE=1`` stops at the end instead of staying up.

Rooms: ``screen`` (what is shown), ``deployment`` (folder, configuration, server process), ``operator`` (the service's
command line), ``university`` (a student-information system as API client), ``stranger`` (copies that are not what was
issued), ``answers`` (expected and found).
"""
