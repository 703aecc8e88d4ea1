"""From what may be said in this moment, and words that were heard, to an intent.

``phrases`` expands `intents/` into the phrases of a moment; ``matcher`` takes one whole phrase or
nothing. Recognized words exist only as ``Words``, which never show themselves.
"""
