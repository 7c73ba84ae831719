"""What a person installs has everything in it."""

import subprocess
import sys
from pathlib import Path

import pytest

from gradviz import resources

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and install it alone into an empty folder."""
    built, target = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("site")
    run("build", "--wheel", "--no-isolation", "--outdir", str(built), str(ROOT))
    (wheel,) = built.glob("*.whl")
    run("pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target), str(wheel))
    return target


def run(module: str, *arguments: str) -> None:
    result = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
def test_every_resource_is_in_the_wheel(installed: Path) -> None:
    names = [path.relative_to(resources.ROOT).as_posix() for path in resources.ROOT.rglob("*") if path.is_file()]
    assert "lessons/01_first.py" in names
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from gradviz import resources\n"
        "assert resources.ROOT.is_relative_to(sys.argv[1]), resources.ROOT\n"
        "for name in sys.stdin.read().split('\\n'): print(len(resources.read_bytes(name)))"
    )
    result = subprocess.run(
        [sys.executable, "-I", "-c", code, str(installed)],
        input="\n".join(names),
        capture_output=True,
        text=True,
        check=True,
    )
    assert [int(size) for size in result.stdout.split()] == [(resources.ROOT / name).stat().st_size for name in names]


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_nothing_beside_it(installed: Path) -> None:
    assert sorted(path.name for path in installed.iterdir() if path.suffix != ".dist-info") == ["bin", "gradviz"]
    modules = {path.relative_to(ROOT / "gradviz") for path in (ROOT / "gradviz").rglob("*.py")}
    assert modules == {
        path.relative_to(installed / "gradviz")
        for path in (installed / "gradviz").rglob("*.py")
        if "_resources" not in path.parts
    }
