"""The ENHANCE micro-credentials template (edition 2021-06) as types and rules.

Promises: every element of section 7 and every row of Annex 2 is here and nowhere else; a request is answered with every
finding at once, each with a JSON pointer and the clause it rests on; the weight of a rule follows the template's verb.
Never: no clock, no database, no network. What day it is and which universities exist come in as arguments.

Public: ``elements`` (the types of offerings, awards and requests), ``alliance`` (the member universities),
``typology`` (Annex 2 as a table), ``rules`` (``RULES``, ``check``), ``request`` (``parse_request``).
"""
