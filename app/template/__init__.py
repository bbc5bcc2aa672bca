"""The ENHANCE micro-credentials template (edition 2021-06) as types and rules.

Promises: every element of section 7 and every row of Annex 2 is here and nowhere else; a request is answered with every
finding at once, each with a JSON pointer and the clause it rests on; the weight of a rule follows the template's verb.
Never: no clock, no database, no network. What day it is, which universities exist and which codes the official lists
hold come in as arguments. No finding repeats a value that was sent.

Public: ``elements`` (the types of offerings, awards and requests), ``alliance`` (the member universities),
``request`` (``parse_request``, ``parse_offering``), ``rules`` (``RULES``, ``check``, ``check_offering``),
``typology`` (Annex 2 as a table), ``grading`` (``SCHEMES``, ``is_passing``), ``declarations`` (what every rendering
says), ``citations`` (where in the template something stands).
"""
