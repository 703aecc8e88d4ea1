"""The promise of privacy, as code: what is kept, and the seal that keeps everything else in.

Once sealed, the process writes its state folder and nothing else, and talks to local sockets and to
nothing else. There is no way to take the seal off, and no switch to run without it. Its layers::

    audit hook   Python code   refuses loudly, and the assistant ends   audit.py
    seccomp      native code   sockets, programs, other processes       seccomp.py
    Landlock     native code   files, where the kernel has it           landlock.py
    limits       the kernel    no core dump, no debugger, no swap       limits.py
    systemd      all of it     the same again, from outside             systemd/turntable.service

`turntable check` tries the seal on and says which layers hold here (trial.py).

`docs/privacy.md` says whom each layer stops, and whom none does.
"""

from assistant.privacy.kept import KEPT, Kept, Place, what_is_kept_sentence
from assistant.privacy.seal import Layer, Seal, seal

__all__ = ["KEPT", "Kept", "Layer", "Place", "Seal", "seal", "what_is_kept_sentence"]
