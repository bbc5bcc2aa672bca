"""Differential fuzzing of the walker (``app/jsonld``) against two JSON-LD processors that are not ours.

Promises: every mutant is a function of a seed and a number, so any of them can be made again; every difference between
the walker, PyLD and jsonld.js (safe mode) gets a name from a closed list, or the command fails; nothing that only the
walker accepts passes unseen. Never: reaches a network, or takes an oracle's word where its output can be looked at.

Run it with ``make fuzz`` (200,000 mutants, resumed where it stopped) or ``make fuzz-smoke`` (5,000).

Rooms: ``vocabulary`` (every term and scoped context of the pinned files), ``mutants`` (documents that are sound, and
nearly sound), ``oracles`` (the three processors), ``verdicts`` (the closed list), ``differential`` (the command).
"""
