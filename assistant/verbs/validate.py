"""`turntable validate`: checks a household's own content."""

from pathlib import Path

import click

from assistant import app
from assistant.config import config_file, load_settings
from assistant.errors import BadContent


def validate_folder(folder: Path | None) -> None:
    """Load the folder's content over the built-in one, check all of it, and say what there is.

    Raises:
        BadContent: naming file and line.
    """
    own = folder or config_file().parent
    if folder is not None and not folder.is_dir():
        raise BadContent("is no folder", file=folder, remedy="give one with voices/ or intents/")
    if folder is not None and not any((folder / part).is_dir() for part in ("voices", "intents")):
        raise BadContent(
            "has neither voices/ nor intents/", file=folder, remedy="see docs/writing-content.md"
        )
    home = app.open_home(load_settings(config_file()), own)
    rituals, decks = home.content.rituals, home.content.decks
    questions = sum(len(deck.questions()) for deck in decks.values())
    click.echo(
        f"All is well: {len(rituals)} rituals, {len(decks)} decks with {questions} questions,"
        f" {len(home.phrases)} phrases."
    )
