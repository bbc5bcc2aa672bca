"""A benchmark that others can run: issuing and verifying, against the stacks that universities would otherwise pick.

Promises: one thread each, in turns (*interleaved rounds*), so that a machine that is busy for a while is busy for all;
the same credentials, contexts and DID documents from memory; no output is timed before an implementation that did not
make it has verified it. Reports medians with quartiles, and for ratios the lower quartile of the rounds, not the best
of them. Never: leaves out a peer without naming it, or times our own path without what the product does on it.

Run it with ``make bench`` (writes the tables of ``docs/benchmarks.md`` and ``var/bench.json``) or ``make bench-smoke``.

Rooms: ``datasets`` (what is signed), ``contenders`` (who signs), ``library`` and ``over_http`` (the two levels),
``naive_service`` (what one would write in an afternoon), ``figures`` (quartiles and ratios), ``report``.
"""
