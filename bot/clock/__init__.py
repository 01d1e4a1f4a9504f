"""The clock of two working days: which one runs, what stops it, and who is told what, when.

counting: which clock runs, and its moments · pause: waiting on the client · nag: what waits for whom, and the ladder ·
absence: who is away, and who stands in · became: what became of what a reminder showed · rehearsal: where a jump of the
movable clock goes · silence: webhooks that stopped, or never came · asked: whether a word that waited is still true.
"""
