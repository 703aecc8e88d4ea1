"""Which folder is a usable model, and which one is found."""

import shutil
from pathlib import Path

import pytest

from assistant.errors import BadModel
from assistant.hearing.models import (
    OFFICIAL_MODELS,
    check_model,
    find_model,
    official_model,
    rehearsal_model,
)

FST = b"\xd6\xfd\xb2\x7e..."


def make_model(folder: Path, *, ivector: bool = False) -> Path:
    """A folder with the files of a dynamic-grammar model, each only its beginning."""
    files = {
        "am/final.mdl": b"\0B<TransitionModel>",
        "conf/mfcc.conf": b"--sample-frequency=16000\n",
        "conf/model.conf": b"--beam=10\n",
        "graph/HCLr.fst": FST,
        "graph/Gr.fst": FST,
        "graph/disambig_tid.int": b"1\n",
        "graph/phones/word_boundary.int": b"1 nonword\n",
    }
    if ivector:
        names = ["final.dubm", "final.ie", "final.mat", "global_cmvn.stats"]
        files |= {f"ivector/{name}": b"x" for name in [*names, "online_cmvn.conf", "splice.conf"]}
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder without models."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_rehearsal_model_is_a_whole_model() -> None:
    assert check_model(rehearsal_model()) == rehearsal_model()


@pytest.mark.parametrize("ivector", [False, True])
def test_a_whole_model_passes(tmp_path: Path, *, ivector: bool) -> None:
    folder = make_model(tmp_path / "m", ivector=ivector)
    assert check_model(folder) == folder


@pytest.mark.parametrize(
    "part",
    [
        *("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst"),
        *("graph/disambig_tid.int", "graph/phones/word_boundary.int"),
        *("ivector/final.ie", "ivector/splice.conf"),
    ],
)
def test_each_missing_or_empty_part_is_named_with_the_remedy(tmp_path: Path, part: str) -> None:
    folder = make_model(tmp_path / "m", ivector=True)
    (folder / part).write_bytes(b"")
    with pytest.raises(BadModel, match=f"{part} is empty .*turntable setup"):
        check_model(folder)
    (folder / part).unlink()
    with pytest.raises(BadModel, match=f"m: .*{part} is missing .*vosk-model-small-en-us-0.15"):
        check_model(folder)


@pytest.mark.parametrize("part", ["am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst"])
def test_a_part_that_is_something_else_is_damaged(tmp_path: Path, part: str) -> None:
    folder = make_model(tmp_path / "m")
    (folder / part).write_bytes(b"<html>not found</html>")
    with pytest.raises(BadModel, match=f"{part} is not what its name says"):
        check_model(folder)


def test_a_part_that_is_a_folder_is_damaged(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "m")
    (folder / "conf/mfcc.conf").unlink()
    (folder / "conf/mfcc.conf").mkdir()
    with pytest.raises(BadModel, match=r"conf/mfcc.conf cannot be read"):
        check_model(folder)


def test_a_static_graph_is_refused_and_the_right_model_named(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "vosk-model-de-0.21")
    (folder / "graph/HCLG.fst").write_bytes(FST)
    with pytest.raises(BadModel, match=r"static graph.*vosk-model-small-de-0.15"):
        check_model(folder, "de")


def test_a_file_or_nothing_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    for path in (tmp_path / "file", tmp_path / "nothing"):
        with pytest.raises(BadModel, match=f"{path}: no speech model here"):
            check_model(path)


def test_the_configured_folder_is_taken_or_refused(tmp_path: Path, home: Path) -> None:
    make_model(home / ".cache/vosk/vosk-model-small-en-us-0.15")
    mine = make_model(tmp_path / "mine")
    assert find_model(str(mine), "en", {}) == mine
    with pytest.raises(BadModel, match="no speech model here"):
        find_model(str(tmp_path / "gone"), "en", {})


def test_a_home_folder_is_written_with_a_tilde(home: Path) -> None:
    make_model(home / "models/mine")
    assert find_model("~/models/mine", "en", {}) == home / "models/mine"


def test_the_variable_comes_before_the_cache(tmp_path: Path, home: Path) -> None:
    make_model(home / ".cache/vosk/vosk-model-small-en-us-0.22")
    chosen = make_model(tmp_path / "models/vosk-model-small-en-us-0.15")
    assert find_model("", "en", {"VOSK_MODEL_PATH": str(tmp_path / "models")}) == chosen
    assert find_model("", "en", {"VOSK_MODEL_PATH": str(chosen)}) == chosen


def test_the_newest_of_the_language_wins_and_small_before_big(home: Path) -> None:
    cache = home / ".cache/vosk"
    for name in ("small-en-us-0.4", "small-en-us-0.15", "small-de-0.21", "en-us-0.15-lgraph"):
        make_model(cache / f"vosk-model-{name}")
    (cache / "vosk-model-spk-0.4").mkdir()
    (cache / "vosk-model-small-en-us-0.99.zip.part").write_bytes(b"")
    assert find_model("", "en", {}).name == "vosk-model-small-en-us-0.15"
    assert find_model("", "de", {}).name == "vosk-model-small-de-0.21"


def test_a_model_that_cannot_be_used_gives_way_to_one_that_can(home: Path) -> None:
    static = make_model(home / ".cache/vosk/vosk-model-en-us-0.22")
    (static / "graph/HCLG.fst").write_bytes(FST)
    with pytest.raises(BadModel, match="static graph"):
        find_model("", "en", {})
    usable = make_model(home / ".cache/vosk/vosk-model-small-en-us-0.15")
    assert find_model("", "en", {}) == usable
    shutil.rmtree(usable / "am")
    with pytest.raises(BadModel, match="static graph"):
        find_model("", "en", {})


def test_no_model_at_all_says_how_to_get_one(home: Path) -> None:
    with pytest.raises(BadModel, match=r"no speech model for the language en found .*setup"):
        find_model("", "en", {"VOSK_MODEL_PATH": str(home / "nowhere")})


def test_the_recommended_model_of_a_language() -> None:
    assert official_model("en").name == "vosk-model-small-en-us-0.15"
    with pytest.raises(BadModel, match=r"language xx .use de, en, es, fr"):
        official_model("xx")


def test_every_official_model_has_a_hash_and_a_name_that_is_found() -> None:
    for model in OFFICIAL_MODELS:
        assert len(model.sha256) == 64 or len(model.md5) == 32
        assert int(model.sha256 or model.md5, 16)
        assert model.name.startswith(("vosk-model-small-", "vosk-model-en-us-0.22-lgraph"))
