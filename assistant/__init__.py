"""Turntable: a kitchen-table voice companion for couples. It takes turns, and keeps no records.

The package is laid out along the data path::

    microphone ──► hearing ──► understanding ──► conversation ──► speaking ──► loudspeaker
                   sound→text    text→intent      (pure)          text→sound
                                    ▲               │  ▲               ▲
                               intents/<lang>/      ▼  memory      voices/<lang>/
                               what it hears     commands          what it says

``app`` puts the parts together and owns the one event loop; ``cli`` is the `turntable` command.
"""

__version__ = "0.1.0"
