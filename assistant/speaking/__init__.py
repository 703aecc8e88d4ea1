"""Text to sound: a voice that synthesizes into memory, chimes, and one loudspeaker to play them.

::

    Say(text) ──► Speaker ──► Voice.synthesize ──► Loudspeaker.play ──► SpeechFinished
    Chime(name) ─────────────► chimes.chime ───────────▲

Sound lives in memory only; nothing here opens a file.
"""
