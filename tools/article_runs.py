"""Hashes of every run of eight words in some articles, so that a test can tell a copied sentence.

The articles that describe the practices are not in the repository, and neither are their sentences:
only these hashes are, eight bytes each, sorted. Make the file anew from a folder of ``*.txt``::

    python -m tools.article_runs FOLDER tests/content/article_runs.bin
"""

import re
import sys
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

RUN = 8
"""Words in a run: shorter ones are common English, longer ones would let half a sentence pass."""
HASH = 8
"""Bytes of a hash: among some ten thousand runs a chance match is out of the question."""


def runs(text: str) -> Iterator[str]:
    """Give every run of eight words of a text, in lower case, without punctuation."""
    plain = text.lower().replace("\u2019", "").replace("'", "")
    words = re.findall(r"[a-z0-9]+", plain)
    for start in range(len(words) - RUN + 1):
        yield " ".join(words[start : start + RUN])


def hash_of(run: str) -> bytes:
    """Hash one run."""
    return blake2b(run.encode("ascii"), digest_size=HASH).digest()


def hashes_of(texts: Iterable[str]) -> frozenset[bytes]:
    """Hash every run of these texts; runs never reach from one text into the next."""
    return frozenset(hash_of(run) for text in texts for run in runs(text))


def write_hashes(hashes: Iterable[bytes], file: Path) -> None:
    """Write hashes one after another, sorted, so that the same articles give the same file."""
    file.write_bytes(b"".join(sorted(hashes)))


def read_hashes(file: Path) -> frozenset[bytes]:
    """Read what `write_hashes` wrote."""
    data = file.read_bytes()
    return frozenset(data[at : at + HASH] for at in range(0, len(data), HASH))


def main() -> None:
    """Read a folder of articles and write the hashes of their runs."""
    folder, file = map(Path, sys.argv[1:])
    hashes = hashes_of(article.read_text("utf-8") for article in sorted(folder.glob("*.txt")))
    write_hashes(hashes, file)
    print(f"{len(hashes):,} runs of {RUN} words")


if __name__ == "__main__":
    main()
