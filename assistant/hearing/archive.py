"""Unpacking a model's archive that may be hostile.

Nothing in the archive is believed: its entries may be plain files and folders under one folder,
with plain names, few, and small together. Anything else refuses the whole archive before a byte of
it is written.
"""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from assistant.errors import BadModel

MOST_ENTRIES = 200
"""A model has about twenty-five."""

MOST_BYTES = 600_000_000
"""Unpacked. The largest listed model has about 200 MB."""

MOST_GROWTH = 20
"""Times the archive's own size. Weights hardly shrink: models grow less than twofold."""

_DEEPEST = 4
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")
_ENCRYPTED = 0x1
_CHUNK = 1 << 16
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, struct.error)
"""What `zipfile` raises about a file that is not as it should be."""


def top_folder(archive: Path) -> str:
    """The name of the one folder in an archive: the model's name.

    Raises:
        BadModel: no archive, or not a harmless one.
    """
    with _opened(archive) as content:
        tops = {_checked_path(entry, archive).parts[0] for entry in _entries(content, archive)}
    if len(tops) != 1:
        raise BadModel("the archive does not hold exactly one folder", file=archive)
    return tops.pop()


def unpack(archive: Path, into: Path) -> None:
    """Write the entries of an archive into an empty folder.

    Raises:
        BadModel: no archive, damaged, or not a harmless one.
        OSError: the disk does not take it.
    """
    with _opened(archive) as content:
        entries = [(entry, _checked_path(entry, archive)) for entry in _entries(content, archive)]
        left = min(MOST_BYTES, MOST_GROWTH * archive.stat().st_size)
        if sum(entry.file_size for entry, _ in entries) > left:
            raise _refused(archive, "it would grow beyond any model")
        for entry, path in entries:
            target = into / path
            if entry.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            left -= _copy(content, entry, target, left)
            if left < 0:
                raise _refused(archive, "it grows beyond what it says")


def _copy(content: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, limit: int) -> int:
    """Unpack one file; gives its bytes and stops soon after the limit, whatever the entry says."""
    written = 0
    with content.open(entry) as packed, target.open("xb") as out:
        while written <= limit and (chunk := packed.read(_CHUNK)):
            out.write(chunk)
            written += len(chunk)
    return written


def _entries(content: zipfile.ZipFile, archive: Path) -> list[zipfile.ZipInfo]:
    """The entries of an archive: not too many, each name once.

    Raises:
        BadModel: more than any model has, or two of one name.
    """
    entries = content.infolist()
    if len(entries) > MOST_ENTRIES:
        raise _refused(archive, f"it has more than {MOST_ENTRIES} entries")
    if len({entry.filename.casefold() for entry in entries}) < len(entries):
        raise _refused(archive, "two entries have one name")
    return entries


def _checked_path(entry: zipfile.ZipInfo, archive: Path) -> PurePosixPath:
    """Where an entry goes below the folder it is unpacked into.

    Raises:
        BadModel: it is no plain file or folder, or its name could lead elsewhere.
    """
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise _refused(archive, "it holds a link or a device")
    if entry.flag_bits & _ENCRYPTED:
        raise _refused(archive, "it is encrypted")
    parts = entry.filename.removesuffix("/").split("/")
    if len(parts) > _DEEPEST or not all(_PLAIN_NAME.fullmatch(part) for part in parts):
        raise _refused(archive, "an entry's name is no plain name")
    if len(parts) < 2 and not entry.is_dir():
        raise _refused(archive, "it holds a file outside the model's folder")
    return PurePosixPath(*parts)


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive, and tell whatever is wrong with its form in one line.

    Raises:
        BadModel: it is missing, no zip file, or damaged.
    """
    try:
        content = zipfile.ZipFile(archive)
    except OSError as error:
        problem = f"the archive cannot be read: {(error.strerror or str(error)).lower()}"
        raise BadModel(problem, file=archive) from error
    except _DAMAGE as error:
        raise _damaged(archive) from error
    with content:
        try:
            yield content
        except _DAMAGE as error:
            raise _damaged(archive) from error


def _damaged(archive: Path) -> BadModel:
    """The error for what is no zip archive, or a broken one."""
    return BadModel("this is no whole zip archive", file=archive, remedy="get it anew")


def _refused(archive: Path, why: str) -> BadModel:
    """The error for an archive that is not harmless."""
    return BadModel(f"the archive is refused: {why}", file=archive, remedy="use an official one")
