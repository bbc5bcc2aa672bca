"""Template elements and the European Learning Model, both ways.

Promises: one statement gives one frozen tree (``map_award``), one tree gives two renderings with the same body
(``render_vcdm2``, ``render_edc``), and ``read`` finds in either exactly ``in_document(statement)`` again. Every concept
comes from one registry. ``check_format`` says where a document is not what EDC and this form demand.
Never: no clock, no randomness, no network. What is absent in the statement is absent in the document and reads as
absent; what is kept inside never gets in. ``read`` and ``check_format`` never raise, whatever they are given.

Public: ``mapping`` (``map_award``, ``Tree``), ``rendering`` (``CredentialFacts``, ``render_vcdm2``, ``render_edc``),
``reading`` (``read``, ``Reading``), ``placing`` (``in_document``), ``checks`` (``check_format``), ``vocabularies``
(``codes``, ``code_list``, ``labels``, ``concept_scheme_document``), ``homes`` (where each element stands), ``mould``
(``cast``, ``shape_of``, ``DocumentMould``: all of that for many awards of one shape, without mapping each).
"""
