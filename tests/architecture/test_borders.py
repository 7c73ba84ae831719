"""Who may know whom: the contracts of pyproject.toml, and what an interpreter really loads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "gradviz"
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def modules_after(statement: str) -> set[str]:
    """Return the names in sys.modules after `statement` in a fresh interpreter."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    result = subprocess.run([sys.executable, "-I", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def loaded_by(statement: str) -> set[str]:
    """Return the top-level ones of them."""
    return {name.partition(".")[0] for name in modules_after(statement)}


@pytest.mark.parametrize("module", ["gradviz.ui.app", "gradviz.picture.__main__", "gradviz.runs", "gradviz.cli"])
def test_only_the_engine_loads_torch(module: str) -> None:
    assert not loaded_by(f"import {module}") & {"torch", "numpy"}


def test_what_draws_the_graph_of_a_process_loads_no_qt_there_and_nothing_unasked() -> None:
    assert "PySide6" not in loaded_by("import gradviz.notebook")
    assert not {name for name in modules_after("import gradviz") if name.startswith("gradviz.")}


def test_the_window_loads_records_and_not_what_makes_them() -> None:
    """Whatever it loads, a person waits for before the first window."""
    loaded = modules_after("import gradviz.ui.app")
    assert {"gradviz.drawing.shapes", "gradviz.picture.picture", "gradviz.model.moments.course"} <= loaded
    makers = (
        *(
            "drawing.content.nodes",
            "drawing.draft",
            "drawing.compose",
            "layout.layered",
            "picture.make",
            "picture.record",
        ),
        *("model.graph.build", "model.graph.folds.fold", "model.moments.moment", "model.source.toggles", "model.why"),
        *("model.costs.spread", "model.costs.costtable"),
    )
    named = {f"gradviz.{module}" for module in makers}
    assert named <= modules_after("import " + ", ".join(named))  # each is there
    assert not loaded & named


@pytest.mark.parametrize("package", ["model", "layout", "drawing", "state", "picture"])
def test_nothing_below_the_window_loads_qt(package: str) -> None:
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (PACKAGE / package).rglob("*.py")]
    modules = [name.removesuffix(".__init__") for name in modules if not name.endswith("__main__")]
    assert not loaded_by("import " + ", ".join(modules)) & {"PySide6", "torch", "numpy"}


@pytest.mark.parametrize("package", ["model", "engine"])
def test_the_engine_needs_the_standard_library_and_torch_alone(package: str) -> None:
    """So that it can run inside any interpreter that has torch."""
    allowed = sys.stdlib_module_names | {"gradviz", "torch"}
    for path in (PACKAGE / package).rglob("*.py"):
        assert imports(path) <= allowed, path


def imports(path: Path) -> set[str]:
    """Return the top-level names that the module imports, at its head or anywhere else."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_one_idea(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) <= 400
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "a module says why it exists"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


@pytest.mark.parametrize("word", ["utils", "helpers", "manager", "misc"])
def test_no_module_is_a_drawer(word: str) -> None:
    assert not [path for path in MODULES if word in path.stem]
