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
from gradviz.picture.picture import Language
from gradviz.runs import Engine, EngineError

Verdict = Literal["ok", "note", "missing"]  # a note: some things work differently, none is broken


class Finding(NamedTuple):
    """One thing looked at."""

    subject: str
    verdict: Verdict
    found: str
    remedy: str = ""  # the command that mends it
    japanese: str = ""  # what was found, in Japanese; "": the same


_VERDICTS = {"ok": "良好", "note": "注意", "missing": "不足"}


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


def lines(found: tuple[Finding, ...], language: Language = "en") -> list[str]:
    """Return the findings as text in columns, one or two lines each; the subjects have one name in any language."""
    subject = max(len(finding.subject) for finding in found)
    japanese = language == "ja"
    remedy = f"{'    ' if japanese else '       '}  {'':{subject}}  {'直すコマンド:' if japanese else 'mend it with:'}"
    written = []
    for finding in found:
        verdict = _VERDICTS[finding.verdict] if japanese else f"{finding.verdict:7}"
        told = finding.japanese if japanese and finding.japanese else finding.found
        written.append(f"{verdict}  {finding.subject:{subject}}  {told}")
        if finding.remedy:
            written.append(f"{remedy} {finding.remedy}")
    return written


def _python() -> Finding:
    number = platform.python_version()
    return Finding("python", "ok", f"{number} at {sys.executable}", japanese=f"{number}、{sys.executable}")


def _engine(interpreter: str | None) -> tuple[Finding, ...]:
    python = interpreter or sys.executable
    try:
        with Engine(interpreter) as engine:
            ready = engine.ready
    except EngineError as error:
        return (Finding("torch", "missing", str(error), torch_line(python)),)
    torch = f"{ready.torch} in Python {ready.python} at {python}"
    wall = Finding(
        "sandbox",
        "ok",
        "on: programs run without files, network or other processes",
        japanese="有効: プログラムはファイル、ネットワーク、ほかのプロセスなしで実行されます",
    )
    if ready.sandbox:
        wall = Finding("sandbox", "note", f"off: {ready.sandbox}", japanese=f"無効: {ready.sandbox}")
    return Finding("torch", "ok", torch, japanese=f"{ready.torch}、Python {ready.python}、{python}"), wall


def _qt() -> Finding:
    try:
        return Finding("qt", "ok", f"PySide6 {version('PySide6-Essentials')}")
    except PackageNotFoundError:
        remedy = f"{sys.executable} -m pip install 'PySide6-Essentials>=6.10,<6.12'"
        return Finding("qt", "missing", "PySide6 is not installed", remedy, "PySide6 がインストールされていません")


def _libraries() -> Finding:
    missing = system.missing_libraries(system.OFFSCREEN + system.WINDOW)
    if not missing:
        return Finding(
            "libraries", "ok", "all that Qt needs from the system", japanese="Qt がシステムに求めるものはそろっています"
        )
    names = ", ".join(library.soname for library in missing)
    return Finding("libraries", "missing", names, system.apt_line(missing))


def _window() -> Finding:
    obstacle = system.window_obstacle()
    if obstacle:
        return Finding("window", "note", obstacle)
    return Finding("window", "ok", "can be opened", japanese="開けます")


def _japanese() -> Finding:
    match system.has_japanese_font():
        case True:
            return Finding("font", "ok", "Japanese can be shown", japanese="日本語を表示できます")
        case False:
            remedy = system.apt_line([system.JAPANESE_FONT])
            return Finding("font", "missing", "Japanese cannot be shown", remedy, "日本語を表示できません")
        case None:
            unknown = "whether Japanese can be shown cannot be asked on this system"
            return Finding("font", "note", unknown, japanese="日本語を表示できるかどうか、このシステムでは分かりません")


def _dot() -> Finding:
    try:
        return Finding("dot", "ok", str(graphviz.program().resolve()))
    except graphviz.GraphvizMissingError:
        remedy = f"{sys.executable} -m pip install {graphviz.BUNDLED}"
        japanese = "Graphviz レイアウトのためのプログラムがありません"
        return Finding("dot", "missing", "no program for the Graphviz layout", remedy, japanese)
