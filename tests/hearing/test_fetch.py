"""Getting a model: from a server that misbehaves in every way, and from hostile archives."""

import hashlib
import http.server
import io
import socket
import stat
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import BadModel
from assistant.hearing.archive import MOST_ENTRIES, top_folder, unpack
from assistant.hearing.fetch import fetch_model, install_archive, progress_bar
from assistant.hearing.models import OFFICIAL_MODELS, OfficialModel, check_model
from tests.hearing.test_models import make_model

NAME = "vosk-model-small-xx-0.1"


def zip_of(folder: Path) -> bytes:
    """An archive of a model's folder, as the Vosk project makes them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{NAME}/"), b"")
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, f"{NAME}/{file.relative_to(folder)}")
    return out.getvalue()


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A made archive with a whole model in it, of some 200 kB."""
    folder = make_model(tmp_path_factory.mktemp("made") / NAME)
    noise = b"".join(hashlib.sha256(str(i).encode()).digest() for i in range(6000))
    (folder / "am/final.mdl").write_bytes(b"\0B" + noise)
    return zip_of(folder)


def described(body: bytes, **changes: str) -> OfficialModel:
    """The entry of the table that fits an archive."""
    return OfficialModel(
        "xx", NAME, len(body), changes.get("sha256", hashlib.sha256(body).hexdigest())
    )


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves one body; the first answers misbehave as told."""

    body: ClassVar[bytes]
    ranges: ClassVar[list[str]]
    faults: ClassVar[list[str]]
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        """Answer one request."""
        fault = self.faults.pop(0) if self.faults else ""
        asked = self.headers.get("Range", "")
        self.ranges.append(asked)
        start = 0 if fault == "no ranges" else int(asked[6:-1] or 0) if asked else 0
        if fault in {"404", "500"}:
            self.send_error(int(fault))
        elif fault == "away":
            self.send_response(302)
            self.send_header("Location", "ftp://127.0.0.1/")
            self.end_headers()
        elif start >= len(self.body):
            self.send_error(416)
        else:
            self._send(start, fault)

    def _send(self, start: int, fault: str) -> None:
        self.send_response(206 if start else 200)
        if fault != "no length":
            self.send_header("Content-Length", str(len(self.body) - start))
        self.end_headers()
        rest = self.body[start:]
        self.wfile.write(rest[: len(rest) // 2] if fault == "cut" else rest)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class Site(http.server.ThreadingHTTPServer):
    """A server of one body on this machine."""

    def __init__(self, body: bytes, faults: list[str]) -> None:
        self.ranges: list[str] = []
        names = {"body": body, "faults": faults, "ranges": self.ranges}
        super().__init__(("127.0.0.1", 0), type("ThisHandler", (Handler,), names))
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> "Site":
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        self.server_close()


def quiet(_done: int, _total: int) -> None:
    """No progress bar."""


def fetch(site: Site, into: Path, model: OfficialModel) -> str:
    """Fetch without a bar; gives what it was checked by."""
    installed = fetch_model(model, into, report=quiet, base_url=site.url, patience=2)
    assert installed.folder == check_model(into / NAME)
    return installed.checked_by


def only_the_model_is_left(into: Path) -> bool:
    return [entry.name for entry in into.iterdir()] == [NAME]


def nothing_is_left(into: Path) -> bool:
    return list(into.iterdir()) == []


# ---- fetching ------------------------------------------------------------------------------------


def test_a_whole_archive_is_fetched_checked_and_installed(tmp_path: Path, body: bytes) -> None:
    reports: list[tuple[int, int]] = []
    with Site(body, []) as site:
        installed = fetch_model(
            described(body),
            tmp_path / "new" / "vosk",
            report=lambda done, total: reports.append((done, total)),
            base_url=site.url,
        )
    assert installed.checked_by == "SHA-256"
    assert only_the_model_is_left(tmp_path / "new" / "vosk")
    assert reports[-1] == (len(body), len(body))
    assert reports == sorted(reports)


def test_the_bar_takes_the_reports(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("vosk-model") as report:
        report(10, 0)
        report(100, 100)
    assert "vosk-model" in capsys.readouterr().out


def test_a_cut_transfer_goes_on_where_it_stopped(tmp_path: Path, body: bytes) -> None:
    with Site(body, ["cut", "cut"]) as site:
        fetch(site, tmp_path, described(body))
    first, second, third = site.ranges
    assert first == ""
    assert 0 < int(second[6:-1]) < int(third[6:-1]) < len(body)
    assert only_the_model_is_left(tmp_path)


def test_what_an_earlier_run_kept_is_not_asked_for_again(tmp_path: Path, body: bytes) -> None:
    (tmp_path / f"{NAME}.zip.part").write_bytes(body[:1000])
    with Site(body, []) as site:
        fetch(site, tmp_path, described(body))
    assert site.ranges == ["bytes=1000-"]


def test_a_part_that_is_whole_already_is_only_checked(tmp_path: Path, body: bytes) -> None:
    (tmp_path / f"{NAME}.zip.part").write_bytes(body)
    with Site(body, []) as site:
        fetch(site, tmp_path, described(body))
    assert len(site.ranges) == 1


def test_a_part_of_something_else_is_started_anew(tmp_path: Path, body: bytes) -> None:
    (tmp_path / f"{NAME}.zip.part").write_bytes(b"something else")
    with Site(body, []) as site:
        fetch(site, tmp_path, described(body))
    assert site.ranges == ["bytes=14-", ""]


def test_a_server_without_ranges_sends_it_all_again(tmp_path: Path, body: bytes) -> None:
    with Site(body, ["cut", "no ranges"]) as site:
        fetch(site, tmp_path, described(body))
    assert only_the_model_is_left(tmp_path)


def test_a_server_that_tells_no_length_is_believed_by_the_hash(tmp_path: Path, body: bytes) -> None:
    with Site(body, ["no length"]) as site:
        fetch(site, tmp_path, described(body))
    assert only_the_model_is_left(tmp_path)


def test_where_only_an_md5_is_known_it_says_so(tmp_path: Path, body: bytes) -> None:
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    with Site(body, []) as site:
        assert fetch(site, tmp_path, OfficialModel("xx", NAME, md5=md5)) == "MD5"
    with (
        Site(body, []) as site,
        pytest.raises(BadModel, match="hash differs"),
    ):
        fetch(site, tmp_path, OfficialModel("xx", NAME, md5="0" * 32))


def test_a_wrong_hash_installs_nothing_and_keeps_nothing(tmp_path: Path, body: bytes) -> None:
    with Site(body, []) as site, pytest.raises(BadModel, match="not the official archive"):
        fetch(site, tmp_path, described(body, sha256="0" * 64))
    assert nothing_is_left(tmp_path)


def test_an_archive_larger_than_listed_is_not_taken(tmp_path: Path, body: bytes) -> None:
    model = OfficialModel("xx", NAME, len(body) - 1, "0" * 64)
    with Site(body, []) as site, pytest.raises(BadModel, match="larger than"):
        fetch(site, tmp_path, model)
    with Site(body, ["no length"]) as site, pytest.raises(BadModel, match="sends more than"):
        fetch(site, tmp_path, model)
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize(
    ("fault", "line"),
    [("404", "says 404"), ("500", "says 500"), ("away", "says 302")],
)
def test_a_server_that_refuses_is_one_line_with_a_remedy(
    tmp_path: Path, body: bytes, fault: str, line: str
) -> None:
    with Site(body, [fault]) as site, pytest.raises(BadModel, match=line) as caught:
        fetch(site, tmp_path, described(body))
    assert "\n" not in str(caught.value)
    assert "--model-archive FILE" in str(caught.value)
    assert nothing_is_left(tmp_path)


def test_no_way_out_is_one_line_with_a_remedy(tmp_path: Path, body: bytes) -> None:
    with Site(body, []) as site:
        pass  # closed again: the port refuses
    with pytest.raises(BadModel, match=r"connection refused.*--model-archive"):
        fetch(site, tmp_path, described(body))


def test_a_server_that_never_answers_is_given_up(tmp_path: Path, body: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(BadModel, match="no answer in time"):
            fetch_model(
                described(body),
                tmp_path,
                report=quiet,
                base_url=url,
                patience=0.2,
            )


def test_a_secure_server_may_not_lead_to_an_open_one(
    tmp_path: Path, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class LeadsAway:
        """Answers as if it had followed a redirection."""

        url = "http://elsewhere/model.zip"
        closed = False

        def open(self, _url: str, **_options: float) -> "LeadsAway":
            return self

        def close(self) -> None:
            self.closed = True

    away = LeadsAway()
    monkeypatch.setattr("assistant.hearing.download._opener", lambda: away)
    with pytest.raises(BadModel, match="the server leads away to http"):
        fetch_model(described(body), tmp_path, report=quiet)
    assert away.closed


def test_what_came_is_kept_for_the_next_run(tmp_path: Path, body: bytes) -> None:
    with (
        Site(body, ["cut", "500"]) as site,
        pytest.raises(BadModel, match="what came so far is kept"),
    ):
        fetch(site, tmp_path, described(body))
    assert 0 < (tmp_path / f"{NAME}.zip.part").stat().st_size < len(body)
    with Site(body, []) as site:
        fetch(site, tmp_path, described(body))
    assert site.ranges != [""]


def test_two_processes_do_not_fetch_into_one_file(tmp_path: Path, body: bytes) -> None:
    holder = (
        "import fcntl, sys\n"
        "part = open(sys.argv[1], 'ab')\n"
        "fcntl.flock(part, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    part = tmp_path / f"{NAME}.zip.part"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(part)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with Site(body, []) as site, pytest.raises(BadModel, match="another process"):
            fetch(site, tmp_path, described(body))
        other.communicate(b"")


def test_a_folder_that_takes_nothing_is_one_line(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "file").write_bytes(b"")
    with Site(body, []) as site, pytest.raises(BadModel, match="cannot be saved: file exists"):
        fetch(site, tmp_path / "file", described(body))


def test_a_damaged_model_of_that_name_is_replaced(tmp_path: Path, body: bytes) -> None:
    (tmp_path / NAME / "am").mkdir(parents=True)
    with Site(body, []) as site:
        fetch(site, tmp_path, described(body))
    assert only_the_model_is_left(tmp_path)


@pytest.mark.parametrize(
    ("loads", "must_not"),
    [
        ("assistant.hearing.fetch", "sounddevice"),
        ("assistant.hearing.models", "assistant.hearing.download"),
        ("assistant.hearing.models", "urllib.request"),
    ],
)
def test_fetching_and_listening_are_apart(loads: str, must_not: str) -> None:
    code = f"import sys, {loads}; sys.exit({must_not!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    wrong = f"import sys, {loads}, {must_not}; sys.exit({must_not!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", wrong], check=False).returncode == 1


# ---- an archive at hand --------------------------------------------------------------------------


def test_an_archive_of_the_owner_is_installed_by_its_structure(tmp_path: Path, body: bytes) -> None:
    archive = tmp_path / "any name.zip"
    archive.write_bytes(body)
    installed = install_archive(archive, tmp_path / "models")
    assert (installed.folder.name, installed.checked_by) == (NAME, "structure")
    assert archive.exists()


def test_an_archive_of_a_listed_name_must_have_the_listed_hash(tmp_path: Path, body: bytes) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(body)
    installed = install_archive(archive, tmp_path / "models", known=[described(body)])
    assert installed.checked_by == "SHA-256"
    official = write_zip(archive, {f"{OFFICIAL_MODELS[0].name}/am/final.mdl": b"x"})
    with pytest.raises(BadModel, match=r"not the official archive of vosk-model-small-en-us-0.15"):
        install_archive(official, tmp_path / "models")


def test_an_archive_without_a_usable_model_leaves_nothing(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {f"{NAME}/readme": b"x"})
    with pytest.raises(BadModel, match=r"damaged: am/final.mdl is missing"):
        install_archive(archive, tmp_path / "models")
    assert nothing_is_left(tmp_path / "models")


def write_zip(file: Path, entries: dict[str, bytes], mode: int = 0o100644) -> Path:
    """An archive with just these entries."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return file


HOSTILE_NAMES = {
    "up": f"{NAME}/../../evil",
    "up at the start": "../evil",
    "absolute": "/tmp/evil",  # noqa: S108 - must never be written
    "a dot": f"{NAME}/./evil",
    "hidden": f"{NAME}/.evil",
    "nothing": f"{NAME}//evil",
    "backslash": f"{NAME}\\..\\evil",
    "drive": "C:/evil",
    "line break": f"{NAME}/ev\nil",
    "escape": f"{NAME}/\x1b[2Jevil",
    "not ASCII": f"{NAME}/\u202eevil",
    "long": f"{NAME}/{'e' * 200}",
    "deep": f"{NAME}/a/b/c/d/e",
    "beside": "evil",
}


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_a_name_that_could_lead_elsewhere_refuses_the_whole(tmp_path: Path, name: str) -> None:
    archive = write_zip(tmp_path / "a.zip", {f"{NAME}/good": b"x", name: b"x"})
    into = tmp_path / "deep" / "into"
    into.mkdir(parents=True)
    with pytest.raises(BadModel, match="refused") as caught:
        unpack(archive, into)
    assert "\n" not in str(caught.value)
    assert "evil" not in str(caught.value)
    assert nothing_is_left(into)
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    archive = write_zip(tmp_path / "a.zip", {f"{NAME}/link": b"/etc/passwd"}, mode=kind | 0o777)
    with pytest.raises(BadModel, match="a link or a device"):
        install_archive(archive, tmp_path / "models")


def test_a_bomb_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {f"{NAME}/bomb": bytes(5_000_000)})
    into = tmp_path / "into"
    into.mkdir()
    with pytest.raises(BadModel, match="grow beyond"):
        unpack(archive, into)
    assert nothing_is_left(into)


def test_a_bomb_that_lies_about_its_size_is_stopped(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {f"{NAME}/bomb": bytes(5_000_000)})
    content = bytearray(archive.read_bytes())
    for marker, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = content.index(marker) + offset
        content[place : place + 4] = (1000).to_bytes(4, "little")
    archive.write_bytes(content)
    (tmp_path / "into").mkdir()
    with pytest.raises(BadModel, match=r"no whole zip|grows beyond"):
        unpack(archive, tmp_path / "into")
    assert sum(file.stat().st_size for file in (tmp_path / "into").rglob("*")) < 100_000


def test_many_entries_two_folders_and_one_name_twice_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    many = {f"{NAME}/{number}": b"" for number in range(MOST_ENTRIES + 1)}
    with pytest.raises(BadModel, match="more than 200 entries"):
        unpack(write_zip(file, many), tmp_path)
    with pytest.raises(BadModel, match="two entries have one name"):
        unpack(write_zip(file, {f"{NAME}/a": b"", f"{NAME}/A": b""}), tmp_path)
    with pytest.raises(BadModel, match="exactly one folder"):
        top_folder(write_zip(file, {f"{NAME}/a": b"", "other/a": b""}))
    with pytest.raises(BadModel, match="exactly one folder"):
        top_folder(write_zip(file, {}))


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {f"{NAME}/a": b"x"})
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(content)
    with pytest.raises(BadModel, match="encrypted"):
        unpack(archive, tmp_path)


def test_what_is_no_archive_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "page.zip").write_bytes(b"<html>")
    with pytest.raises(BadModel, match=r"page.zip: this is no whole zip archive"):
        install_archive(tmp_path / "page.zip", tmp_path)
    with pytest.raises(BadModel, match=r"gone.zip: the archive cannot be read: no such file"):
        install_archive(tmp_path / "gone.zip", tmp_path)
    with pytest.raises(BadModel, match="cannot be read: is a directory"):
        install_archive(tmp_path, tmp_path)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzzed")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_damage_is_our_error_or_the_same_model(places: Path, data: st.DataObject) -> None:
    """Bytes changed anywhere: installed with every file's checksum intact, or one clear line."""
    whole = bytearray(zip_of(make_model(places / "source")))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    archive = places / "damaged.zip"
    archive.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        folder = install_archive(archive, places / "models").folder
    except BadModel:
        folder = places / "source"
    assert check_model(folder)
    assert {path.name for path in places.iterdir()} <= {"source", "damaged.zip", "models"}
