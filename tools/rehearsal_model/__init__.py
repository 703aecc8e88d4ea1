"""The small rehearsal model, made from nothing but synthetic speech.

    intents/ ──► texts ──► voices ──► synthesis ──► corpus ──► augmentation ──► features
                   │                                                               │
                   ▼                                                               ▼
                lexicon ──────────────► alignment ◄──────── network ◄────────── training
                   │                                           │
                   ▼                                           ▼
                 graph ──────────► model_directory ◄──────── weights.npz

``python -m tools.rehearsal_model graph`` rebuilds the model directory from the
weights and today's phrases; ``train`` makes the weights; ``evaluate`` measures.
"""
