"""What gradviz needs, whether it is there, and the exact command that mends what is not.

Asks the things themselves: the loader for libraries, fontconfig for fonts, the engine for torch and for the wall
around programs. Never raises for what is missing.
"""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, NamedTuple

from gradviz import system
from gradviz.layout import graphviz
from gradviz.model.launch import torch_line
from gradviz.runs import Engine, EngineError

Verdict = Literal["ok", "note", "missing"]  # a note: some things work differently, none is broken


class Finding(NamedTuple):
    """One thing looked at."""

    subject: str
    verdict: Verdict
    found: str
    remedy: str = ""  # the command that mends it


def findings(interpreter: str | None = None) -> tuple[Finding, ...]:
    """Look at everything gradviz needs.

    Args:
        interpreter: the Python that has torch; None: this one.
    """
    return (
        _python(),
        *_engine(interpreter),
        _qt(),
        _libraries(),
        _window(),
        _japanese(),
        _dot(),
    )


def lines(found: tuple[Finding, ...]) -> list[str]:
    """Return the findings as text, one or two lines each."""
    width = max(len(finding.subject) for finding in found)
    written = []
    for finding in found:
        written.append(f"{finding.verdict:7}  {finding.subject:{width}}  {finding.found}")
        if finding.remedy:
            written.append(f"{'':7}  {'':{width}}  mend it with: {finding.remedy}")
    return written


def _python() -> Finding:
    return Finding("python", "ok", f"{platform.python_version()} at {sys.executable}")


def _engine(interpreter: str | None) -> tuple[Finding, ...]:
    python = interpreter or sys.executable
    try:
        with Engine(interpreter) as engine:
            ready = engine.ready
    except EngineError as error:
        return (Finding("torch", "missing", str(error), torch_line(python)),)
    wall = f"off: {ready.sandbox}" if ready.sandbox else "on: programs run without files, network or other processes"
    return (
        Finding("torch", "ok", f"{ready.torch} in Python {ready.python} at {python}"),
        Finding("sandbox", "note" if ready.sandbox else "ok", wall),
    )


def _qt() -> Finding:
    try:
        return Finding("qt", "ok", f"PySide6 {version('PySide6-Essentials')}")
    except PackageNotFoundError:
        remedy = f"{sys.executable} -m pip install 'PySide6-Essentials>=6.10,<6.12'"
        return Finding("qt", "missing", "PySide6 is not installed", remedy)


def _libraries() -> Finding:
    missing = system.missing_libraries(system.OFFSCREEN + system.WINDOW)
    if not missing:
        return Finding("libraries", "ok", "all that Qt needs from the system")
    names = ", ".join(library.soname for library in missing)
    return Finding("libraries", "missing", names, system.apt_line(missing))


def _window() -> Finding:
    obstacle = system.window_obstacle()
    return Finding("window", "note" if obstacle else "ok", obstacle or "can be opened")


def _japanese() -> Finding:
    match system.has_japanese_font():
        case True:
            return Finding("font", "ok", "Japanese can be shown")
        case False:
            return Finding("font", "missing", "Japanese cannot be shown", system.apt_line([system.JAPANESE_FONT]))
        case None:
            return Finding("font", "note", "whether Japanese can be shown cannot be asked on this system")


def _dot() -> Finding:
    try:
        return Finding("dot", "ok", str(graphviz.program().resolve()))
    except graphviz.GraphvizMissingError:
        remedy = f"{sys.executable} -m pip install {graphviz.BUNDLED}"
        return Finding("dot", "missing", "no program for the Graphviz layout", remedy)
