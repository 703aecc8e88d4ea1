"""Getting a speech model onto this machine, once: fetched or from an archive at hand, and checked.

This runs in `turntable setup`, a process that opens no microphone; the running assistant never
loads this file (a test holds both).

What comes from outside is believed only as far as it is checked: the archive by its pinned hash,
each entry of it by name, kind and size, the model in it by `check_model`. A model appears under its
own name when all of that has passed, or not at all.
"""

import fcntl
import hashlib
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from assistant.errors import BadModel
from assistant.hearing.archive import top_folder, unpack
from assistant.hearing.download import PATIENCE, Report, download
from assistant.hearing.models import OFFICIAL_MODELS, OfficialModel, check_model

BASE_URL = "https://alphacephei.com/vosk/models"
"""Where the Vosk project publishes its models."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A model that is in its place.

    Attributes:
        folder: of the model.
        checked_by: ``SHA-256``, ``MD5`` (upstream's own list, no signature) or ``structure`` (an
            archive of the owner's that is in no list; only its entries and files were checked).
    """

    folder: Path
    checked_by: str


def fetch_model(
    model: OfficialModel,
    into: Path,
    *,
    report: Report,
    base_url: str = BASE_URL,
    patience: float = PATIENCE,
) -> Installed:
    """Fetch an official model into a folder; a broken transfer goes on where it stopped.

    Args:
        model: one of `OFFICIAL_MODELS`.
        into: folder of models, such as ``~/.cache/vosk``; made if it is missing.
        report: for a progress bar.
        base_url: without a slash at its end.
        patience: seconds.

    Raises:
        BadModel: it cannot be had, or is not what it should be; one line with the remedy.
    """
    part = into / f"{model.name}.zip.part"
    url = f"{base_url}/{model.name}.zip"
    with _saving(into), _only_one(part) as out:
        resumed = out.tell() > 0
        download(url, out, model.size, report, patience)
        if resumed and not _matches(part, model):
            out.truncate(0)  # the beginning was of something else: once more, from the start
            download(url, out, model.size, report, patience)
        try:
            _require_hash(part, model)
            folder = _install(part, model.name, into)
        except BadModel:
            out.truncate(0)  # nothing to go on from
            raise
        out.truncate(0)
    return Installed(folder, _kind_of_hash(model))


def install_archive(
    archive: Path, into: Path, *, known: Collection[OfficialModel] = OFFICIAL_MODELS
) -> Installed:
    """Install a model from an archive at hand, through every check a fetched one passes.

    Args:
        archive: a zip file with one folder in it, the model.
        into: folder of models; made if it is missing.
        known: models whose archives must have their pinned hash.

    Raises:
        BadModel: not an archive, hostile, not the official one of its name, or no usable model.
    """
    name = top_folder(archive)
    checked_by = "structure"
    for model in known:
        if model.name == name:
            _require_hash(archive, model)
            checked_by = _kind_of_hash(model)
    with _saving(into):
        return Installed(_install(archive, name, into), checked_by)


def _install(archive: Path, name: str, into: Path) -> Path:
    """Unpack beside the place, look it over, and only then give it its name.

    Raises:
        BadModel: hostile, or no usable model.
    """
    with tempfile.TemporaryDirectory(dir=into, prefix=".unpacking-") as scratch:
        unpack(archive, Path(scratch))
        fresh = check_model(Path(scratch) / name)
        target = into / name
        if target.exists():
            target.rename(Path(scratch) / "replaced")
        return fresh.rename(target)


@contextmanager
def progress_bar(title: str) -> Iterator[Report]:
    """A bar on the terminal for `fetch_model`; a plain line where there is no terminal.

    It appears with the first bytes: where there is no way out there is nothing to draw.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    progress = Progress(*columns, TransferSpeedColumn())
    task = progress.add_task(title, total=None)

    def report(done: int, total: int) -> None:
        progress.start()
        progress.update(task, completed=done, total=total or None)

    try:
        yield report
    finally:
        if progress.live.is_started:
            progress.stop()


# ---- the checks ----------------------------------------------------------------------------------


def _require_hash(archive: Path, model: OfficialModel) -> None:
    """Refuse an archive that is not the pinned one.

    Raises:
        BadModel: its hash differs.
    """
    if not _matches(archive, model):
        problem = f"this is not the official archive of {model.name}: its hash differs"
        raise BadModel(problem, file=archive, remedy="fetch it again")


def _kind_of_hash(model: OfficialModel) -> str:
    """What the archive of a model is checked by."""
    return "SHA-256" if model.sha256 else "MD5"


def _matches(archive: Path, model: OfficialModel) -> bool:
    """Whether an archive is the one whose hash is pinned: SHA-256, or MD5 where none is known."""
    with archive.open("rb") as content:
        if model.sha256:
            return hashlib.file_digest(content, "sha256").hexdigest() == model.sha256
        found = hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False))
        return found.hexdigest() == model.md5


@contextmanager
def _saving(into: Path) -> Iterator[None]:
    """Have a folder of models, and say in one line when the disk does not take them.

    Raises:
        BadModel: no permission, no space, a file in the way.
    """
    try:
        into.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise BadModel(
            f"the speech model cannot be saved: {(error.strerror or str(error)).lower()}",
            file=into,
            remedy="check the folder's permissions and the space on the disk",
        ) from error


@contextmanager
def _only_one(part: Path) -> Iterator[BinaryIO]:
    """Open an unfinished download at its end, kept from a second process.

    Raises:
        BadModel: another process is fetching it.
    """
    with part.open("ab") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            problem = "another process is fetching this model"
            raise BadModel(problem, file=part, remedy="wait for it") from error
        try:
            yield out
        finally:
            out.flush()
            if part.stat().st_size == 0:
                part.unlink()
