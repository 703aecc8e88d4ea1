"""One file over http(s), with resuming: the only code of ours that goes online.

Where there is no way out, that is known after seconds; where there is one that breaks, what came is
kept and the rest is asked for.
"""

import http.client
import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import BinaryIO

from assistant.errors import BadModel

PATIENCE = 5.0
"""Seconds without an answer, or without a byte, after which there is no way out."""

LARGEST_FILE = 300_000_000
"""Bytes; a bound where the size is not known. The largest archive listed has 128 MB."""

_CHUNK = 1 << 16

Report = Callable[[int, int], None]
"""Told how many bytes there are, of how many (0: unknown)."""


class _Broken(Exception):
    """The transfer stopped early; what came so far is kept."""


def download(url: str, out: BinaryIO, size: int, report: Report, patience: float) -> None:
    """Bring a file to its end, going on after each break as long as an attempt brings anything.

    Args:
        url: of the file.
        out: open for appending; what is in it already is not asked for again.
        size: bytes the file must have, a bound of what is taken; 0 if unknown.
        report: for a progress bar.
        patience: seconds.

    Raises:
        BadModel: there is no way out, the server refuses, or it sends too much.
    """
    while True:
        before = out.tell()
        try:
            _transfer(url, out, size, report, patience)
        except _Broken as error:
            if out.tell() > before:
                continue
            out.flush()
            kept = "; what came so far is kept" if before else ""
            raise BadModel(
                f"the speech model cannot be fetched from {url}: {error}{kept}",
                remedy="try `turntable setup` with a network, or give `--model-archive FILE`",
            ) from error
        out.flush()
        return


def _transfer(url: str, out: BinaryIO, size: int, report: Report, patience: float) -> None:
    """One attempt: ask for what is missing and append it.

    Raises:
        _Broken: no answer, or the connection ended early.
        BadModel: more came than the file can have.
    """
    start = out.seek(0, 2)
    try:
        response = _answer(url, start, patience)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and start:
            return  # nothing is missing; the hash will tell
        raise _Broken(f"the server says {error.code} {error.reason}") from error
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        raise _Broken(_reason(error)) from error
    with response:
        if response.status != http.client.PARTIAL_CONTENT:
            out.truncate(0)
            start = out.seek(0)
        coming = int(response.headers.get("Content-Length") or 0)
        total = start + coming if coming else 0
        limit = size or LARGEST_FILE
        if total > limit:
            raise BadModel(f"{url} is larger than the {limit} bytes it should have")
        for chunk in _chunks(response):
            out.write(chunk)
            report(out.tell(), total)
            if out.tell() > limit:
                out.truncate(0)
                raise BadModel(f"{url} sends more than the {limit} bytes it should have")
        if out.tell() < total:
            raise _Broken("the connection ended early")


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """The body of an answer, piece by piece.

    Raises:
        _Broken: it stopped coming.
    """
    while True:
        try:
            chunk = response.read(_CHUNK)
        except (http.client.HTTPException, OSError) as error:
            raise _Broken(_reason(error)) from error
        if not chunk:
            return
        yield chunk


def _answer(url: str, start: int, patience: float) -> http.client.HTTPResponse:
    """Ask for a file from a byte on, and wait no longer than `patience` for the first answer.

    The timeout of a socket covers neither looking up a name nor trying one address after another,
    which take half a minute on a network without a way out; so a thread asks.

    Raises:
        OSError: no answer in time, or none to be had (`urllib.error.URLError` among them).
    """
    answers: queue.SimpleQueue[http.client.HTTPResponse | Exception] = queue.SimpleQueue()

    def ask() -> None:
        opener = _opener()
        if start:
            opener.addheaders = [("Range", f"bytes={start}-")]
        try:
            answers.put(opener.open(url, timeout=patience))
        except (OSError, http.client.HTTPException) as error:
            answers.put(error)

    threading.Thread(target=ask, name="fetch", daemon=True).start()
    try:
        answer = answers.get(timeout=patience)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    if answer.url.partition(":")[0] != url.partition(":")[0]:
        answer.close()
        raise OSError(f"the server leads away to {answer.url.partition(':')[0]}")
    return answer


def _opener() -> urllib.request.OpenerDirector:
    """Opens http and https, through the household's proxy if there is one, and nothing else."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


def _reason(error: Exception) -> str:
    """Why a transfer failed, in a few words."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    return str(cause) or type(cause).__name__
