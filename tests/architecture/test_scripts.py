"""The two commands of the README, on a copy of the checkout whose pip and gradviz only write down their arguments."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = """\
#!/bin/sh
case "$1 $2" in
"-m pip") echo "$@" >> {log} ;;
*) exec {real} "$@" ;;
esac
"""
GRADVIZ = '#!/bin/sh\necho "gradviz $@" >> {log}\n'


class Checkout:
    """A copy with a prepared environment that does nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root / "a folder"
        self.log = root / "log"
        (self.root / ".venv" / "bin").mkdir(parents=True)
        (self.root / "gradviz").mkdir()
        shutil.copytree(ROOT / "scripts", self.root / "scripts")
        for name in ("pyproject.toml", "gradviz/system.py"):
            shutil.copy(ROOT / name, self.root / name)
        self._stand_in("python", PYTHON.format(log=self.log, real=sys.executable))
        self._stand_in("gradviz", GRADVIZ.format(log=self.log))

    def _stand_in(self, name: str, script: str) -> None:
        path = self.root / ".venv" / "bin" / name
        path.write_text(script)
        path.chmod(0o755)

    def run(self, script: str, *arguments: str) -> tuple[list[str], str]:
        """Return what was called, and what was said; nothing may be said on standard output."""
        self.log.write_text("")
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
        }
        done = subprocess.run(
            [self.root / "scripts" / script, *arguments],
            cwd=self.root.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == ""
        return self.log.read_text().splitlines(), done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_a_pinned_torch_comes_first_and_then_the_project(checkout: Checkout) -> None:
    called, said = checkout.run("setup", "--tests")
    torch, project = (call.split() for call in called)
    assert torch[-2:] == ["torch==2.13.0", "numpy"]
    assert " ".join(project).endswith(f"--editable {checkout.root}[test]")
    assert said.splitlines()[-1] == "gradviz: ready"


def test_the_second_time_is_silent_and_needs_no_pip(checkout: Checkout) -> None:
    checkout.run("setup")
    assert checkout.run("setup") == ([], "")


def test_what_is_ready_for_tests_is_ready_to_run_but_not_the_other_way(checkout: Checkout) -> None:
    checkout.run("setup")
    assert checkout.run("setup", "--tests")[0] != []
    assert checkout.run("setup") == ([], "")


def test_a_change_of_the_dependencies_installs_again(checkout: Checkout) -> None:
    checkout.run("setup")
    with (checkout.root / "pyproject.toml").open("a") as file:
        file.write("# another dependency\n")
    assert len(checkout.run("setup")[0]) == 2


def test_arguments_pass_through(checkout: Checkout) -> None:
    checkout.run("setup")
    assert checkout.run("run", "export", "lesson:first", "-o", "a b.svg") == (
        ["gradviz export lesson:first -o a b.svg"],
        "",
    )


def test_without_a_display_the_first_lesson_is_drawn(checkout: Checkout) -> None:
    checkout.run("setup")
    called, said = checkout.run("run")
    picture = checkout.root / "artifacts" / "first.svg"
    assert called == [f"gradviz export lesson:first -o {picture}"]
    assert len(said.splitlines()) == 1
    assert str(picture) in said
