"""Where the recipe's own files lie in the repository, and nothing else."""

from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
INTENTS = REPOSITORY / "intents" / "en"
MODEL = REPOSITORY / "assistant" / "rehearsal" / "model"
WEIGHTS = HERE / "weights.npz"
GENERAL_WORDS = HERE / "general_words.txt"
SENTENCES = HERE / "sentences.tsv"
