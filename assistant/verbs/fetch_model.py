"""Gets the speech model of a language, in a process of its own that opens no microphone.

python -m assistant.verbs.fetch_model LANGUAGE FOLDER [ARCHIVE]
"""

import sys
from pathlib import Path

from assistant.errors import BadModel
from assistant.hearing.fetch import fetch_model, install_archive, progress_bar
from assistant.hearing.models import official_model


def main(language: str, folder: str, archive: str = "") -> int:
    """Install the archive, or fetch the official model, into a folder of models."""
    into = Path(folder)
    try:
        if archive:
            installed = install_archive(Path(archive), into)
        else:
            model = official_model(language)
            with progress_bar(f"Fetching {model.name}") as report:
                installed = fetch_model(model, into, report=report)
    except BadModel as error:
        print(f"turntable: {error}", file=sys.stderr)
        return 1
    print(f"The speech model is {installed.folder} (checked by its {installed.checked_by}).")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
