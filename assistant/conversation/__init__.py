"""The conversation: a pure state machine. No I/O, no clock, no threads.

``rituals`` compiles a ritual's steps into a script of beats, ``turns`` keeps the time of one turn,
``decks`` chooses questions, ``table`` says what each intent does where, and ``machine`` runs it.
"""
