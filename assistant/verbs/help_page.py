"""`turntable help-page`: the page about safety, printed: saying it aloud may itself be a risk."""

import click

from assistant import content
from assistant.config import config_file, load_settings


def print_help_page() -> None:
    """Print it, with the local services that a language pack or the household has added."""
    file = config_file()
    page = content.load(load_settings(file).language, file.parent).help_page()
    click.echo(click.wrap_text(page, width=78))
