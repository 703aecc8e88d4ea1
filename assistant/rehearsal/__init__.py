"""A rehearsal: synthetic partners talk with the real assistant on a fast clock.

Everything but the clock and the partners is the real thing: their voices go through the real gate,
the real Vosk engine and the real matching into the real conversation, and every sentence of the
assistant is really synthesized. The speech model is the small one in `model/`, made by this project
from synthetic speech: it understands synthetic voices, and says nothing about people.
"""
