"""`make prove` in short: a session that is clean, and builds that leak, each of which is caught."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from random import SystemRandom

import numpy as np
import pytest
from rich.console import Console

from tests.audio.virtual_audio import VirtualAudio
from tests.privacy.leaks import KINDS
from tools.prove.canary import Canary, Speaker, search_files, search_text
from tools.prove.innocent import judge
from tools.prove.report import Verdict, show, verdict_on
from tools.prove.session import QUESTION, TURNTABLE, LiveSession, reason_it_cannot_run
from tools.prove.trace import Act, Kind, read_trace

REASON = reason_it_cannot_run()
CLEAN = "clean"
PROGRAMS = {CLEAN: TURNTABLE} | {kind: ("-m", "tests.privacy.leaks", kind) for kind in KINDS}

# ---- real sessions -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def verdicts(
    audio_server: VirtualAudio, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Verdict]:
    """On the assistant and on the builds that leak, which run side by side and hear the same."""
    audio_server.mend()
    speaker = Speaker()
    canary = speaker.canary(SystemRandom())
    base = tmp_path_factory.mktemp("prove")
    lives: dict[str, LiveSession] = {}
    try:
        for name, program in PROGRAMS.items():
            (base / name).mkdir()
            lives[name] = LiveSession(base / name, audio_server, speaker, program)
        for live in lives.values():
            live.await_start()
        for said in QUESTION:
            lives[CLEAN].say(said)
        lives[CLEAN].say_sentence(canary)
        commands = [said.command for said in QUESTION]
        with ThreadPoolExecutor() as pool:
            ended = pool.map(LiveSession.end, lives.values())
            return {
                name: verdict_on(name, session, canary, commands)
                for name, session in zip(lives, ended, strict=True)
            }
    finally:
        for live in lives.values():
            live.close()


traced = pytest.mark.skipif(bool(REASON), reason=REASON)


@traced
def test_the_assistant_leaves_nothing(verdicts: Mapping[str, Verdict]) -> None:
    assert verdicts[CLEAN].findings == []


@traced
def test_its_log_tells_of_no_state_and_no_intent(verdicts: Mapping[str, Verdict]) -> None:
    printed = verdicts[CLEAN].session.output
    for told in ("idle", "speaking", "GiveQuestion", "question"):
        assert told not in printed


@traced
def test_the_session_was_seen_and_searched(verdicts: Mapping[str, Verdict]) -> None:
    """So that nothing found means something."""
    whats = {what for row in verdicts[CLEAN].rows for what in row.what}
    assert {"STATE/memory.sqlite3", "local SOUND/s", "local RUN/turntable/control"} <= whats
    assert "PYTHON" in whats
    assert len(verdicts[CLEAN].session.facts) == 6
    searched = {search.place: search.bytes for search in verdicts[CLEAN].searches}
    assert searched["its state, run-time and home folders"] > 10_000
    assert searched["the texts of all its writes"] > 10_000


@traced
@pytest.mark.parametrize(
    ("leak", "finding"),
    [
        ("recording", r"files written: STATE/cache\.bin"),
        ("recording", r"its sound in cache\.bin"),
        ("temporary", r"files written: .*\.wav"),
        ("temporary", r"core dumps and debuggers: possible"),
        ("transcript", r"the (sentence spoken|command '.*') \(its standard output and error\)"),
        ("internet", r"sockets: AF_INET, AF_INET 9 127\.0\.0\.1"),
        ("sealed-internet", r"ended with the code .*seal refused a socket that is not local"),
    ],
)
def test_a_build_that_leaks_is_caught(
    verdicts: Mapping[str, Verdict], leak: str, finding: str
) -> None:
    found = verdicts[leak].findings
    assert any(re.search(finding, line) for line in found), found


@traced
def test_the_tables_show_all_of_it(verdicts: Mapping[str, Verdict]) -> None:
    console = Console(width=100, file=StringIO())
    show(verdicts["recording"], console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for line in ("no reason", "to disk in all", "its sound in cache.bin", "on all threads"):
        assert line in text


# ---- reading the record --------------------------------------------------------------------------

FOLDERS = {"STATE": Path("/s/state")}


@pytest.mark.parametrize(
    ("line", "kind", "what"),
    [
        ('openat(AT_FDCWD</>, "/a/b", O_WRONLY|O_CREAT, 0600) = 3</a/b>', Kind.FILE, "/a/b"),
        ('openat(AT_FDCWD</a>, "../b", O_RDWR) = 3</b>', Kind.FILE, "/b"),
        ('openat(4</dir>, "x", O_RDONLY|O_CREAT) = 5</dir/x>', Kind.FILE, "/dir/x"),
        ('write(3</a/b>, "text", 4) = 4', Kind.FILE, "/a/b"),
        ('pwrite64(3</a/b>, "te) = 3 xt", 9, 0) = 9', Kind.FILE, "/a/b"),
        ('unlink("/a/gone") = 0', Kind.FILE, "/a/gone"),
        ('rename("/a", "/b") = 0', Kind.FILE, "/b"),
        (
            "mmap(NULL, 9, PROT_READ|PROT_WRITE, MAP_SHARED, 3</a/m>, 0) = 0x7f00",
            Kind.FILE,
            "/a/m",
        ),
        ("socket(AF_INET6, SOCK_STREAM, 0) = 3<socket:[1]>", Kind.SOCKET, "AF_INET6"),
        ("socket(AF_NETLINK, SOCK_RAW, 0) = 3<socket:[1]>", Kind.SOCKET, "AF_NETLINK"),
        (
            "connect(3<socket:[1]>, {sa_family=AF_INET, sin_port=htons(80),"
            ' sin_addr=inet_addr("1.2.3.4")}, 16) = -1 ENETUNREACH (Network is unreachable)',
            Kind.SOCKET,
            "AF_INET 80 1.2.3.4",
        ),
        (
            'connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/x"}, 9) = 0',
            Kind.SOCKET,
            "local /run/x",
        ),
        (
            'connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path=@"bus"}, 9) = 0',
            Kind.SOCKET,
            "local @bus",
        ),
        ('execve("/bin/sh", ["sh"], 0x7f /* 2 vars */) = 0', Kind.PROGRAM, "/bin/sh"),
        ("io_uring_setup(8, {}) = 3", Kind.SOCKET, "io_uring_setup"),
    ],
)
def test_what_a_call_does(line: str, kind: Kind, what: str) -> None:
    acts = read_trace([f"7 {line}"]).acts
    assert (kind, what) in {(act.kind, act.what) for act in acts}


@pytest.mark.parametrize(
    "line",
    [
        'openat(AT_FDCWD</>, "/a/b", O_RDONLY|O_CLOEXEC) = 3</a/b>',
        'openat(AT_FDCWD</>, "/dev/dsp", O_WRONLY) = -1 ENOENT (No such file or directory)',
        'write(3<pipe:[12]>, "x", 1) = 1',
        'write(3<anon_inode:[eventfd]>, "x", 8) = 8',
        "socket(AF_UNIX, SOCK_STREAM, 0) = 3<socket:[1]>",
        "mmap(NULL, 9, PROT_READ, MAP_SHARED, 3</a/m>, 0) = 0x7f00",
        "mmap(NULL, 9, PROT_READ|PROT_WRITE, MAP_PRIVATE, 3</a/m>, 0) = 0x7f00",
        "+++ exited with 0 +++",
    ],
)
def test_what_a_call_does_not_do(line: str) -> None:
    assert not read_trace([f"7 {line}"]).acts


def test_a_call_that_was_interrupted_by_another_thread_is_put_together() -> None:
    lines = [
        '7 write(3</a/b>, "one" <unfinished ...>',
        "8 socket(AF_INET, SOCK_DGRAM, 0 <unfinished ...>",
        "7 <... write resumed>, 3) = 3",
        "8 <... socket resumed>) = -1 EAFNOSUPPORT (Address family not supported by protocol)",
    ]
    trace = read_trace(lines)
    assert trace.acts == {
        Act(Kind.FILE, "/a/b"): 1,
        Act(Kind.SOCKET, "AF_INET", refused=True): 1,
    }
    assert trace.bytes == {"/a/b": 3}


def test_whether_the_memory_can_be_read_is_what_was_said_last() -> None:
    closed = "7 prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE) = 0"
    opened = "7 prctl(PR_SET_DUMPABLE, SUID_DUMP_USER) = 0"
    assert read_trace([]).dumpable
    assert not read_trace([closed]).dumpable
    assert read_trace([closed, opened]).dumpable


def test_paths_that_cannot_be_read_are_not_taken_for_none() -> None:
    assert read_trace(["7 openat(AT_FDCWD, 0x7f01, O_WRONLY) = 3"]).blind
    assert not read_trace(["7 openat(AT_FDCWD, 0x7f01, O_RDONLY) = 3"]).blind


# ---- reasons -------------------------------------------------------------------------------------


def reasons(*lines: str) -> dict[tuple[str, ...], str]:
    rows = judge(read_trace([f"7 {line}" for line in lines]), FOLDERS)
    return {row.what: row.reason for row in rows}


def test_only_the_memory_may_be_written_in_the_state_folder() -> None:
    found = reasons(
        'write(3</s/state/memory.sqlite3>, "", 4096) = 4096',
        'write(4</s/state/memory.sqlite3-journal>, "", 512) = 512',
        'write(5</s/state/other>, "", 1) = 1',
        'write(6</s/state/sub/memory.sqlite3>, "", 1) = 1',
        'write(7</s/state.other/memory.sqlite3>, "", 1) = 1',
    )
    memory = ("STATE/memory.sqlite3", "STATE/memory.sqlite3-journal")
    assert found.pop(memory).startswith("the memory")
    others = ("/s/state.other/memory.sqlite3", "STATE/other", "STATE/sub/memory.sqlite3")
    assert found == {others: ""}


# ---- the search ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def canary() -> Canary:
    """Words, and noise for sound."""
    sound = np.random.default_rng(1).normal(0, 3000, 40_000).astype(np.int16)
    return Canary(("umbrella", "scissors", "mushroom", "passport"), sound)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("heard: umbrella scissors mushroom passport", True),
        ("a Mushroom\nunder an UMBRELLA, and scissors", True),
        ("umbrella umbrella umbrella scissors", False),
        ("umbrella" + "." * 300 + "scissors" + "." * 300 + "mushroom", False),
        ("nothing", False),
    ],
)
def test_the_words_are_found_when_they_are_close_together(
    canary: Canary, text: str, found: bool
) -> None:
    assert canary.text_in(text.encode()) is found
    assert canary.text_in(text.encode("utf-16-le")) is found


def test_the_sound_is_found_in_every_form(canary: Canary, tmp_path: Path) -> None:
    part = canary.sound[10_000:20_000]
    forms = [part.astype("<i2"), part.astype(">i2"), part.astype("<f4"), part / np.float32(32768)]
    for form in forms:
        (tmp_path / "file").write_bytes(b"header." + form.tobytes())
        assert search_files("", [tmp_path], canary).found == ("its sound in file",)
    (tmp_path / "file").write_bytes(np.roll(part, 1)[::2].tobytes())
    assert search_files("", [tmp_path], canary).found == ()


def test_only_files_since_the_start_and_elsewhere_are_looked_through(
    canary: Canary, tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "file").write_bytes(b"umbrella scissors mushroom")
    assert search_files("", [tmp_path], canary).files == 1
    assert search_files("", [tmp_path], canary, but_not=tmp_path / "own").files == 0
    later = (tmp_path / "own" / "file").stat().st_ctime + 1
    assert search_files("", [tmp_path], canary, since=later).files == 0
    assert search_files("", [tmp_path / "missing"], canary).files == 0


def test_commands_are_found_in_what_was_printed(canary: Canary) -> None:
    search = search_text("", "heard: Give us a question", canary, ["give us a question", "stop"])
    assert search.found == ("the command 'give us a question'",)
