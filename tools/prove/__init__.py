"""`make prove`: what a session writes, connects to and starts, and a search for what was said.

A rehearsal and a live session run under `strace`, on virtual sound devices. In the live one a
sentence of random words is spoken, and then looked for wherever it could have been left. Nothing in
the program knows that it is watched: it is the one that `turntable run` starts.
"""
