"""What the package needs: declared, bounded on both sides, and to be had on a Raspberry Pi."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GLIBC = (17, 24, 26, 27, 28, 31, 34, 36)
"""Of the versions 2.x that wheels are made for, those that Debian 12 can run."""


def declared() -> Iterator[Requirement]:
    """Every requirement of pyproject.toml."""
    yield from map(Requirement, PROJECT["project"]["dependencies"])
    extras = PROJECT["project"]["optional-dependencies"]
    for group in (*extras.values(), *PROJECT["dependency-groups"].values()):
        yield from (Requirement(line) for line in group if isinstance(line, str))


def needed() -> dict[str, Distribution]:
    """Everything that running the package needs, directly or not, as it is installed here."""
    found: dict[str, Distribution] = {}
    wanted = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found[name] = distribution(name)
        wanted += map(Requirement, found[name].requires or [])
    return found


def is_pure(installed: Distribution) -> bool:
    """Whether the same wheel runs on every processor."""
    tags = [line for line in (installed.read_text("WHEEL") or "").splitlines() if "Tag:" in line]
    return bool(tags) and all(tag.endswith("-none-any") for tag in tags)


@pytest.mark.parametrize("requirement", list(declared()), ids=str)
def test_versions_are_bounded_on_both_sides(requirement: Requirement) -> None:
    operators = {specifier.operator for specifier in requirement.specifier}

    assert operators == {">=", "<"}


def test_every_library_that_is_imported_is_declared() -> None:
    declared_names = {
        canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]
    } | {canonicalize_name(Requirement(line).name) for line in ("gpiozero",)}
    homes = packages_distributions()
    imported = {name for file in (ROOT / "assistant").rglob("*.py") for name in _imports(file)}
    foreign = imported - set(sys.stdlib_module_names) - {"assistant"}

    undeclared = {
        name
        for name in foreign
        if not declared_names & {canonicalize_name(home) for home in homes.get(name, [])}
    }
    assert foreign
    assert undeclared == set()


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.index
@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_what_is_not_pure_python_has_a_wheel_for_64_bit_arm(python: str, tmp_path: Path) -> None:
    bounds = {str(canonicalize_name(known.name)): str(known) for known in declared()}
    compiled = [
        bounds.get(name, name) for name, installed in needed().items() if not is_pure(installed)
    ]
    arm = [f"manylinux_2_{version}_aarch64" for version in GLIBC] + ["manylinux2014_aarch64"]

    refused = _download(compiled, arm, python, tmp_path)
    if refused and _download(compiled, [], python, tmp_path):
        pytest.skip("the package index cannot be reached: it has no wheels for this machine either")

    assert len(compiled) > 5
    assert refused == ""


def _download(names: list[str], platforms: list[str], python: str, into: Path) -> str:
    """Ask the index for wheels; gives pip's complaint, or nothing."""
    options = [option for platform in platforms for option in ("--platform", platform)]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq", "--no-cache-dir"),
            *("--retries", "1", "--timeout", "15", "download", "--dest", str(into)),
            *("--no-deps", "--only-binary=:all:", "--python-version", python),
            *options,
            *names,
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stderr if done.returncode else ""
