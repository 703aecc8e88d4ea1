"""The `turntable` command. Each verb is a few lines; the work is elsewhere and loaded when needed.

Exit codes: 0 all is well; 1 something failed; 2 something given cannot be used, in one line.
"""

import sys
from pathlib import Path
from typing import Any

import click

from assistant import __version__
from assistant.errors import BadInput, TurntableError


class _Verbs(click.Group):
    """Shows our errors as the one line they are."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb."""
        try:
            return super().invoke(ctx)
        except BadInput as error:
            click.echo(f"turntable: {error}", err=True)
            ctx.exit(2)
        except TurntableError as error:
            click.echo(f"turntable: {error}", err=True)
            ctx.exit(1)
        except BrokenPipeError:
            sys.stderr.close()  # whoever read our lines has gone; nothing more can be said
            ctx.exit(0)


json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
model_option = click.option(
    "--model", type=click.Path(path_type=Path), help="Folder of a Vosk model to use."
)


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="turntable")
def main() -> None:
    """A kitchen-table voice companion for couples. It takes turns, and keeps no records."""


@main.command()
@model_option
def run(model: Path | None) -> None:
    """Start the assistant: by voice, or typed where there is no microphone, or a rehearsal."""
    from assistant.verbs.run import run_assistant  # noqa: PLC0415

    run_assistant(model)


@main.command()
@click.option("--partner", "partners", multiple=True, help="A name; give it for everybody.")
@click.option("--language", help="Two letters, such as en.")
@click.option("--name", help="What the assistant is called.")
@click.option("--voice", help="A voice of the engine, such as en-gb+f3, or default.")
@click.option("--microphone", help="A part of its name, or default.")
@click.option("--loudspeaker", help="A part of its name, or default.")
@click.option("--kind-word", help="When to be reminded of a kind word, HH:MM, or none.")
@click.option("--connecting-act", help="When to be reminded of a small act, HH:MM, or none.")
@click.option(
    "--model-archive",
    type=click.Path(path_type=Path),
    help="A speech model as a zip file, for a box without a network.",
)
@click.option("--no-model", "without_model", is_flag=True, help="Get no speech model.")
@click.option("--service", "for_service", is_flag=True, help="For the service of the system.")
@click.option("--yes", "unattended", is_flag=True, help="Ask nothing; keep what is not given.")
def setup(**answers: Any) -> None:
    """Ask names, language, devices and voice, and get the speech model. Options are not asked."""
    from assistant.verbs.setup import Answers, set_up  # noqa: PLC0415

    sys.exit(set_up(Answers(**answers)))


@main.command()
@click.argument("ritual", default="weekly-check-in")
@click.option("--length", default="", help="One of the ritual's lengths, such as short.")
@json_option
def rehearse(ritual: str, length: str, as_json: bool) -> None:
    """Let two synthetic partners hold RITUAL with the real assistant, on a fast clock."""
    from assistant.verbs.rehearse import rehearse_ritual  # noqa: PLC0415

    rehearse_ritual(ritual, length, as_json=as_json)


@main.command("type")
@json_option
def type_(as_json: bool) -> None:
    """Type what you would say, one utterance a line.

    "@ 2m30s" lets time pass; "@ end" lets the present turn or question run out.
    """
    from assistant.verbs.type import type_conversation  # noqa: PLC0415

    sys.exit(type_conversation(as_json=as_json))


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--state", type=click.Choice(["idle", "asked", "floor"]), default="idle")
@model_option
@json_option
def hear(files: tuple[Path, ...], state: str, model: Path | None, as_json: bool) -> None:
    """Show what the ear makes of sound files (WAV or FLAC), as if heard in STATE."""
    from assistant.verbs.hear import hear_files  # noqa: PLC0415

    hear_files(files, state, model, as_json=as_json)


@main.command()
@click.option("--measure", is_flag=True, help="Also measure start-up, memory and load.")
def check(measure: bool) -> None:
    """Look at every part, one line each, and say how to mend what fails."""
    from assistant.verbs.check import check_parts  # noqa: PLC0415

    sys.exit(check_parts(measure=measure))


@main.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def validate(folder: Path | None) -> None:
    """Check a content folder with `voices/` and `intents/`; by default the household's own."""
    from assistant.verbs.validate import validate_folder  # noqa: PLC0415

    validate_folder(folder)


@main.command()
@click.option("--remove", type=int, metavar="NUMBER", help="Remove the date with this number.")
def appointments(remove: int | None) -> None:
    """List the agreed dates."""
    from assistant.verbs.memory import show_appointments  # noqa: PLC0415

    show_appointments(remove)


@main.command()
@click.option("--yes", "sure", is_flag=True, help="Do not ask.")
def forget(sure: bool) -> None:
    """Erase everything that is remembered, for good."""
    from assistant.verbs.memory import forget_everything  # noqa: PLC0415

    forget_everything(sure=sure)


@main.command("help-page")
def help_page() -> None:
    """Print what to do when you are afraid, or a talk is not enough; nothing is logged."""
    from assistant.verbs.help_page import print_help_page  # noqa: PLC0415

    print_help_page()


@main.command()
def status() -> None:
    """Ask the running assistant what it is doing; it answers without words."""
    from assistant.verbs.status import show_status  # noqa: PLC0415

    show_status()


@main.command()
def wake() -> None:
    """Wake the running assistant after "go to sleep": it opens the microphone again."""
    from assistant.verbs.status import wake_up  # noqa: PLC0415

    wake_up()


if __name__ == "__main__":
    main()
