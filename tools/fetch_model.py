"""Fetches the speech model of the household's language, once, for `make run`.

Where there is one already this takes no time. Where it cannot be had, one line says so and the
assistant runs without it: typed, or as a rehearsal.

    python -m tools.fetch_model [FOLDER]        by default where Vosk users keep their models
"""

import sys
from pathlib import Path

from assistant.config import config_file, load_settings
from assistant.errors import BadConfiguration, BadModel
from assistant.hearing.fetch import fetch_model, progress_bar
from assistant.hearing.models import find_model, official_model, user_models_folder


def main(arguments: list[str]) -> int:
    """Have a model, or say why there is none; neither keeps the assistant from running."""
    folder = Path(arguments[0]) if arguments else user_models_folder()
    try:
        settings = load_settings(config_file())
        if settings.model:
            return 0
        _have_model(settings.language, folder)
    except (BadConfiguration, BadModel) as error:
        print(f"Going on without a speech model for people's voices: {error}", file=sys.stderr)
    return 0


def _have_model(language: str, folder: Path) -> None:
    """Fetch the model of a language if there is none.

    Raises:
        BadModel: it cannot be had, or this language has none.
    """
    try:
        find_model("", language)
    except BadModel:
        model = official_model(language)
        with progress_bar(f"Fetching {model.name}") as report:
            installed = fetch_model(model, folder, report=report)
        print(f"Fetched the speech model for people's voices: {installed.folder}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
