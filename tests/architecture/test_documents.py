"""README and ARCHITECTURE speak of what is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "SECURITY.md", "CHANGELOG.md"])
def test_every_path_that_is_named_exists(document: str) -> None:
    text = (ROOT / document).read_text()
    named = set(re.findall(r"\b(?:docs|gradviz|scripts|tests|resources)/[\w./*-]*[\w*/]", text))
    missing = [name for name in named if not list(ROOT.glob(name.rstrip("/")))]
    assert not missing


def test_the_scripts_of_the_readme_can_be_executed() -> None:
    named = set(re.findall(r"^(scripts/\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert {"scripts/run", "scripts/test"} <= named
    assert all((ROOT / name).stat().st_mode & 0o111 for name in named)


def test_the_architecture_stays_short() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) <= 150


def test_the_top_level_is_the_readers() -> None:
    """What git keeps there, and nothing besides."""
    known = {"ARCHITECTURE.md", "CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "pyproject.toml"}
    folders = {"docs", "gradviz", "resources", "scripts", "tests"}
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    kept = {path.partition("/")[0] for path in listed.splitlines() if not path.startswith(".")}
    assert kept <= known | folders
    assert all((ROOT / name).exists() for name in known | folders)
