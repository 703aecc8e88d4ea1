"""Where speech models lie, and whether one can be used. Nothing here goes online.

Models are looked for where Vosk users already keep them. What is returned is always the path of a
folder that was looked into: Vosk itself, given a name instead of a path, would go online and end
the process. Getting a model is the work of another process (`fetch`).
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import BadModel


@dataclass(frozen=True, slots=True)
class OfficialModel:
    """A model of the Vosk project that can follow a grammar, and how its archive is checked.

    Attributes:
        language: two letters, as in the configuration.
        name: the archive's name without ``.zip``, and of the one folder in it.
        size: bytes of the archive; 0 if unknown.
        sha256: of the archive, agreed by independent repositories; empty if unknown.
        md5: as upstream's own list gives it, a check of the transfer and no signature; or empty.
    """

    language: str
    name: str
    size: int = 0
    sha256: str = ""
    md5: str = ""


OFFICIAL_MODELS = (
    OfficialModel(
        "en",
        "vosk-model-small-en-us-0.15",
        41_205_931,
        "30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498",
        "09ab50ccd62b674cbaa231b825f9c1cb",
    ),
    OfficialModel(
        "en",
        "vosk-model-small-en-gb-0.15",
        42_757_500,
        md5="6afd611b04b2b47c129c3615dc502383",
    ),
    OfficialModel(
        "en",
        "vosk-model-en-us-0.22-lgraph",
        sha256="d9838b4aaa82a75c4a17f5aca300eaca129aaab2a7cbf951bafbb500eb9c4334",
    ),
    OfficialModel(
        "de", "vosk-model-small-de-0.15", 46_499_967, md5="4f21f92c0897b48287ef8839420608eb"
    ),
    OfficialModel("es", "vosk-model-small-es-0.42", md5="2d5c94f9859a84881a0ef744738ebd31"),
    OfficialModel("fr", "vosk-model-small-fr-0.22", md5="8873b1234503f6edd55f54bfff31cf3e"),
)
"""The first of each language is the one to take: small enough for a Raspberry Pi 3."""

_FST_MAGIC = b"\xd6\xfd\xb2\x7e"
_KALDI_BINARY = b"\0B"

_PARTS = {
    "am/final.mdl": _KALDI_BINARY,
    "conf/mfcc.conf": b"",
    "conf/model.conf": b"",
    "graph/HCLr.fst": _FST_MAGIC,
    "graph/Gr.fst": _FST_MAGIC,
    "graph/disambig_tid.int": b"",
    "graph/phones/word_boundary.int": b"",
}
"""What a model with a dynamic grammar consists of, and how each file begins."""

_SPEAKER_ADAPTATION = (
    "final.dubm",
    "final.ie",
    "final.mat",
    "global_cmvn.stats",
    "online_cmvn.conf",
    "splice.conf",
)
"""Files of the folder ``ivector``, which a model has whole or not at all."""

_NAME = re.compile(
    r"vosk-model-(?P<small>small-)?(?P<language>[a-z]{2})(-[a-z]{2})?"
    r"-(?P<version>\d+(\.\d+)*)(-lgraph)?"
)


def official_model(language: str) -> OfficialModel:
    """The model to take for a language.

    Raises:
        BadModel: no model of this language is known to work.
    """
    for model in OFFICIAL_MODELS:
        if model.language == language:
            return model
    known = ", ".join(sorted({model.language for model in OFFICIAL_MODELS}))
    raise BadModel(f"no speech model is known for the language {language}", remedy=f"use {known}")


def rehearsal_model() -> Path:
    """The small model of this project, which understands synthetic voices only."""
    return Path(__file__).parents[1] / "rehearsal" / "model"


def user_models_folder() -> Path:
    """Where a user's Vosk models lie, and where a fetched one goes."""
    return Path.home() / ".cache" / "vosk"


def find_model(configured: str, language: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Find the speech model for a language, checked and ready for the recognizer.

    The configured folder is taken or refused. Without one, the first of ``$VOSK_MODEL_PATH``,
    ``/usr/share/vosk`` and ``~/.cache/vosk`` that holds a usable model wins, and in it the newest.
    The rehearsal model is never found by this: it is asked for by `rehearsal_model`.

    Args:
        configured: folder of a model from the configuration, or empty.
        language: two letters.
        environ: the process's environment.

    Raises:
        BadModel: there is none, or only such that cannot be used; says what to do.
    """
    if configured:
        return check_model(Path(configured).expanduser(), language)
    failure: BadModel | None = None
    for folder in _candidates(language, environ):
        try:
            return check_model(folder, language)
        except BadModel as error:
            failure = failure or error
    if failure:
        raise failure
    raise BadModel(f"no speech model for the language {language} found", remedy=_advice(language))


def check_model(folder: Path, language: str = "en") -> Path:
    """Look whether a folder holds a whole model that can follow a grammar; gives it back.

    Args:
        folder: of one model.
        language: two letters; for the advice in the error.

    Raises:
        BadModel: missing, damaged, or with a static graph, which ignores grammars.
    """
    advice = _advice(language)
    if not folder.is_dir():
        raise BadModel("no speech model here", file=folder, remedy=advice)
    if (folder / "graph" / "HCLG.fst").exists():
        raise BadModel(
            "this model has a static graph and would ignore the phrases of the moment",
            file=folder,
            remedy=advice,
        )
    for name, beginning in _wanted_parts(folder).items():
        fault = _fault(folder / name, beginning)
        if fault:
            raise BadModel(
                f"the speech model is damaged: {name} {fault}", file=folder, remedy=advice
            )
    return folder


def _advice(language: str) -> str:
    """What somebody without a usable model can do."""
    names = [model.name for model in OFFICIAL_MODELS if model.language == language]
    return f"`turntable setup` fetches {names[0]}" if names else "choose a model with `Gr.fst`"


def _wanted_parts(folder: Path) -> dict[str, bytes]:
    """The files this model must have, with how each begins."""
    if not (folder / "ivector").exists():
        return _PARTS
    return _PARTS | {f"ivector/{name}": b"" for name in _SPEAKER_ADAPTATION}


def _fault(file: Path, beginning: bytes) -> str:
    """What is wrong with one file of a model; empty if nothing."""
    try:
        with file.open("rb") as content:
            head = content.read(max(len(beginning), 1))
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if not head:
        return "is empty"
    return "" if head.startswith(beginning) else "is not what its name says"


def _candidates(language: str, environ: Mapping[str, str]) -> Iterator[Path]:
    """Folders that may be models of a language, the best first."""
    variable = environ.get("VOSK_MODEL_PATH")
    if variable:
        chosen = Path(variable).expanduser()
        if (chosen / "am").is_dir():
            yield chosen  # some set it to the model itself
        yield from _models_in(chosen, language)
    for folder in (Path("/usr/share/vosk"), user_models_folder()):
        yield from _models_in(folder, language)


def _models_in(folder: Path, language: str) -> list[Path]:
    """Folders named like models of a language: the newest first, small before big."""
    try:
        names = [entry.name for entry in folder.iterdir() if entry.is_dir()]
    except OSError:
        return []
    matches = [match for match in map(_NAME.fullmatch, names) if match]
    fitting = [match for match in matches if match["language"] == language]
    return [folder / match[0] for match in sorted(fitting, key=_age)]


def _age(match: re.Match[str]) -> tuple[list[int], bool, str]:
    """Sorting key of a model's name: newest, then smallest, then by name."""
    version = [-int(number) for number in match["version"].split(".")]
    return version, not match["small"], match[0]
