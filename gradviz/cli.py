"""The headless commands: a program in, a file or lines of text out; no display and no window.

Standard output carries only what was asked for; everything else goes to standard error. What was recorded is written
even when the program raised or reached a limit, and the exit status says which. A flaw of gradviz itself has a status
of its own, so that no script takes it for the program's.
"""

import argparse
import gc
import json
import os
import sys
import tokenize
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO, IncrementalNewlineDecoder
from pathlib import Path

import gradviz
from gradviz import doctor, resources
from gradviz.drawing.plain import plain
from gradviz.drawing.theme import THEMES
from gradviz.export import cost, data
from gradviz.export.dot import dot
from gradviz.export.svg import svg
from gradviz.export.whole import write_whole
from gradviz.model.claims import failures
from gradviz.model.cost import MODES, PATIENCE, Costs, Timed
from gradviz.model.program import MAX_SOURCE
from gradviz.model.trace import Trace
from gradviz.model.wire import FrameError, Limits, Request
from gradviz.picture.picture import Language, Options
from gradviz.picture.problems import problems
from gradviz.picture.record import Record
from gradviz.picture.stage import seen, shown, stage
from gradviz.picture.words import WORDS
from gradviz.resources import Lesson, ResourceError
from gradviz.runs import Engine, EngineError

DONE, RAISED, USAGE, LIMIT = range(4)
FLAW = 70  # EX_SOFTWARE of sysexits.h
FORMATS = ("svg", "png", "pdf", "dot", "json")
STANDARD = "-"  # standard input as a program, standard output as a file
_DEFAULTS = Limits()
_OP_TIMES = 0.5  # seconds of runs before those whose ops are timed


class UsageError(Exception):
    """What was asked for cannot be done; the message is for people."""


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        with _uncollected():
            return int(chosen.run(chosen))
    except (UsageError, ResourceError, EngineError, FrameError) as error:
        _say(f"gradviz: {error}")
        return USAGE
    except Exception as error:  # noqa: BLE001  # whatever is wrong inside, the person gets a sentence and a status
        _say(f"gradviz: a flaw in gradviz itself: {type(error).__name__}: {error}")
        _say(traceback.format_exc().rstrip() if chosen.verbose else "gradviz: --verbose says where it is")
        return FLAW


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no cycles meanwhile: records hold none, and looking takes longer than reading them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _export(chosen: argparse.Namespace) -> int:
    form = chosen.format or Path(chosen.output).suffix.removeprefix(".").lower()
    if form == "gif":
        raise UsageError("animations (.gif) are not available yet; choose one of: " + ", ".join(FORMATS))
    if form not in FORMATS:
        raise UsageError(f"{chosen.output} ends in none of .{', .'.join(FORMATS)}; name a --format")
    _check_folder(chosen.output)
    trace = _record(chosen)
    _write(chosen.output, data.document(trace) if form == "json" else [_drawn(trace, form, chosen)])
    return _report(trace, chosen.lang)


def _drawn(trace: Trace, form: str, chosen: argparse.Namespace) -> bytes:
    run, options, theme = Record(trace), _options(trace, chosen), THEMES[chosen.theme]
    if form == "dot":
        what = *seen(run, options), theme, WORDS[options.language]
        return dot(*what, values=options.values, direction=options.direction).encode(errors="replace")
    found = shown(run, options, stage(run, options, _timed(trace, chosen), walked=options.step is not None))
    if found.stage.notice:
        _say(f"gradviz: {found.stage.notice}")
    if form == "svg":
        return svg(found.drawing, theme, theme.ground, scale=chosen.scale).encode()
    # Imported only here: the other formats must work where Qt's libraries are missing.
    from gradviz.export import raster

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if form == "pdf":
        return raster.pdf(found.drawing, theme, theme.ground)
    return raster.png(found.drawing, theme, chosen.scale, theme.ground)


def _timed(trace: Trace, chosen: argparse.Namespace) -> Timed | None:
    if chosen.heat != "time":
        return None
    with Engine(chosen.python) as engine:
        return engine.timed(_measuring(chosen, trace.source, _OP_TIMES), trace.mode)


def _options(trace: Trace, chosen: argparse.Namespace) -> Options:
    step = _existing_step(trace, chosen.step)
    how = (chosen.view, chosen.fold, chosen.layout, chosen.direction)
    return Options(*how, step, chosen.lang, chosen.legend, chosen.values, chosen.heat, most=None)


def _existing_step(trace: Trace, step: int | None) -> int | None:
    if step is not None and step >= len(trace.steps) > 0:
        raise UsageError(f"there is no step {step}: the run has {len(trace.steps)}, counted from 0")
    return step


def _trace(chosen: argparse.Namespace) -> int:
    _check_folder(chosen.output)
    trace = _record(chosen)
    _write(chosen.output, data.document(trace))
    return _report(trace, chosen.lang)


def _measuring(chosen: argparse.Namespace, source: str, budget: float) -> Request:
    limits = _limits(chosen)._replace(seconds=chosen.timeout + PATIENCE * budget)
    return Request(source, seed=chosen.seed, limits=limits, budget=budget)


def _measure(chosen: argparse.Namespace) -> int:
    costs = Costs()
    with Engine(chosen.python) as engine:
        _warn_of_no_wall(engine)
        for costs in engine.costs(_measuring(chosen, _source(chosen.program), chosen.budget)):
            if chosen.verbose:
                _say(f"{len(costs.laps)} runs")
    sys.stdout.write(cost.document(costs).decode() if chosen.json else cost.table(costs, chosen.lang))
    if not costs.done:
        _say("gradviz: a limit was reached before every mode was measured")
        return LIMIT
    return RAISED if len(costs.raised) == len(MODES) else DONE


def _lessons(chosen: argparse.Namespace) -> int:
    if chosen.check:
        return _check(chosen)
    lessons = resources.lessons()
    if chosen.json:
        table = [
            {"name": lesson.name, "title": lesson.title._asdict(), "goal": lesson.goal._asdict()} for lesson in lessons
        ]
        _print(json.dumps(table, ensure_ascii=False, indent=2))
    else:
        width = max(len(lesson.name) for lesson in lessons)
        for lesson in lessons:
            _print(f"lesson:{lesson.name:{width}}  {getattr(lesson.title, chosen.lang)}")
    return DONE


def _check(chosen: argparse.Namespace) -> int:
    """Run every lesson, and every idea it ends with, and hold each claim against the run."""
    wrong = False
    with Engine(chosen.python) as engine:
        _warn_of_no_wall(engine)
        for lesson in resources.lessons():
            found = [f"  {words}" for words in _failures(engine, lesson, _limits(chosen))]
            wrong = wrong or bool(found)
            claims = len(lesson.claims) + sum(len(idea.claims) for idea in lesson.ideas)
            _print("\n".join([f"lesson:{lesson.name}: {'wrong' if found else f'{claims} claims hold'}", *found]))
    return RAISED if wrong else DONE


def _failures(engine: Engine, lesson: Lesson, limits: Limits) -> Iterator[str]:
    yield from failures(lesson.claims, engine.trace(Request(lesson.source, limits=limits)))
    for idea in lesson.ideas:
        changed = lesson.source.replace(idea.old, idea.new)
        for words in failures(idea.claims, engine.trace(Request(changed, limits=limits))):
            yield f"after {idea.old!r} became {idea.new!r}: {words}"


def _doctor(chosen: argparse.Namespace) -> int:
    findings = doctor.findings(chosen.python)
    _print("\n".join(doctor.lines(findings)))
    return USAGE if any(finding.verdict == "missing" for finding in findings) else DONE


def _record(chosen: argparse.Namespace) -> Trace:
    request = Request(_source(chosen.program), chosen.mode, chosen.seed, _limits(chosen))
    with Engine(chosen.python) as engine:
        _warn_of_no_wall(engine)
        trace = engine.trace(request)
    if chosen.verbose:
        wall = engine.ready.sandbox or "on"
        _say(f"gradviz: torch {trace.torch}, Python {trace.python}, sandbox: {wall}")
        _say(
            f"gradviz: {len(trace.ops)} ops, {len(trace.grad_fns)} grad_fns, {len(trace.tensors)} tensors, "
            f"{len(trace.steps)} steps in {trace.seconds:.3f} s"
        )
    return trace


def _warn_of_no_wall(engine: Engine) -> None:
    """Say always, and before the run, that the program is not locked in."""
    if engine.ready.sandbox:
        _say(f"gradviz: no sandbox: {engine.ready.sandbox}. The program runs with your own rights.")


def _limits(chosen: argparse.Namespace) -> Limits:
    return Limits(seconds=chosen.timeout, memory=chosen.memory)


def _source(program: str) -> str:
    """Return the text of PROGRAM, read as Python reads a source file."""
    if program.startswith("lesson:"):
        return resources.lesson(program.removeprefix("lesson:")).source
    try:
        if program == STANDARD:
            data = sys.stdin.buffer.read(MAX_SOURCE + 1)
        else:
            with Path(program).open("rb") as file:
                data = file.read(MAX_SOURCE + 1)
    except OSError as error:
        raise UsageError(f"{program} cannot be read: {error.strerror}") from error
    if len(data) > MAX_SOURCE:
        raise UsageError(f"{program} is longer than {MAX_SOURCE:,} bytes, so it is hardly a program")
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        return IncrementalNewlineDecoder(None, translate=True).decode(data.decode(encoding))
    except (SyntaxError, UnicodeDecodeError) as error:
        raise UsageError(f"{program} is not Python source text: {error}") from error


def _check_folder(output: str) -> None:
    """Refuse before the run what could not be written after it."""
    if output != STANDARD and not Path(output).absolute().parent.is_dir():
        raise UsageError(f"there is no folder {Path(output).parent} to write {output} to")


def _write(output: str, pieces: Iterable[bytes]) -> None:
    try:
        if output == STANDARD:
            sys.stdout.buffer.writelines(pieces)
            sys.stdout.buffer.flush()
        else:
            write_whole(Path(output), pieces)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error


def _report(trace: Trace, language: Language) -> int:
    """Say on standard error what the program printed and how it ended; return the exit status."""
    printed = "".join(output.text for output in trace.output)
    if sys.stderr.isatty():
        printed = plain(printed)  # a terminal obeys control characters
    sys.stderr.write(printed if printed.endswith("\n") or not printed else f"{printed}\n")
    for problem in problems(Record(trace), Options(language=language)):
        place = "" if problem.line is None else f"line {problem.line}: "
        _say(f"gradviz: {place}{plain(problem.original)}")
        if problem.message != problem.original:
            _say(f"gradviz: {plain(problem.message)}")
    if trace.limits is not None:
        return LIMIT
    return DONE if trace.error is None else RAISED


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gradviz",
        usage="gradviz [FILE ...]   opens the window\n       gradviz COMMAND ...  works without one",
        description="Type PyTorch code and see what autograd really does with it.",
        epilog="PROGRAM is a path, - for standard input, or lesson:NAME. "
        "Exit status: 0 done; 1 the program raised; 2 wrong usage or something missing; 3 a limit was reached; "
        f"{FLAW} gradviz itself failed.",
    )
    parser.add_argument("--version", action="version", version=f"gradviz {gradviz.__version__}")
    commands = parser.add_subparsers(prog="gradviz", title="commands", metavar="COMMAND", required=True)
    _add_export(commands.add_parser("export", help="draw the graph of a program into a file"))
    _add_trace(commands.add_parser("trace", help="write the full record of a run as JSON"))
    _add_measure(commands.add_parser("measure", help="time and memory of a program in each grad mode"))
    _add_lessons(commands.add_parser("lessons", help="list the lessons, or check every claim they make"))
    _add_doctor(commands.add_parser("doctor", help="say what is installed, what is missing, and how to mend it"))
    return parser


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_export)
    _add_run(parser)
    add = parser.add_argument
    add("-o", "--output", metavar="OUT", required=True, help="the file; its ending chooses the format")
    add("--format", choices=(*FORMATS, "gif"), help="overrides the ending")
    add("--view", choices=("forward", "backward", "both"), default="both")
    add("--fold", choices=("auto", "none"), default="auto", help="draw repeated parts once, with a count")
    add("--layout", choices=("layered", "graphviz"), default="layered")
    add("--direction", choices=("TB", "LR"), default="TB")
    add("--step", type=_step, metavar="N|first|last", help="show the state at this step (default: last)")
    add("--theme", choices=("light", "dark"), default="light")
    add("--lang", choices=("en", "ja"), default="en")
    add("--scale", type=_positive, default=1.0, metavar="S", help="size of a picture made of pixels")
    add(
        "--heat", choices=("off", "time", "allocated", "saved"), default="off", help="what each op costs, and its scale"
    )
    add("--legend", action="store_true", help="explain the shapes")
    add("--values", action=argparse.BooleanOptionalAction, default=True, help="write values into the boxes")


def _add_trace(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_trace)
    _add_run(parser)
    parser.add_argument("-o", "--output", metavar="OUT.json", required=True, help="the file, or - for standard output")
    parser.add_argument("--lang", choices=("en", "ja"), default="en")


def _add_measure(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_measure)
    parser.add_argument("program", metavar="PROGRAM", help="a path, - for standard input, or lesson:NAME")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--budget",
        type=_positive,
        default=3.0,
        metavar="S",
        help="seconds to spend on timing; a slow program may take five times as many",
    )
    parser.add_argument("--lang", choices=("en", "ja"), default="en")
    _add_common(parser)


def _add_lessons(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_lessons)
    parser.add_argument("--json", action="store_true", help="list them as JSON")
    parser.add_argument("--check", action="store_true", help="run each lesson and check its claims against your torch")
    parser.add_argument("--lang", choices=("en", "ja"), default="en")
    _add_common(parser)


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_doctor)
    _add_common(parser)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("program", metavar="PROGRAM", help="a path, - for standard input, or lesson:NAME")
    parser.add_argument(
        "--mode", choices=("grad", "no_grad", "inference"), default="grad", help="grad mode around the whole program"
    )
    _add_common(parser)


def _add_common(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--timeout", type=_positive, default=_DEFAULTS.seconds, metavar="S", help="seconds a run may take")
    add("--memory", type=_whole, default=_DEFAULTS.memory, metavar="BYTES", help="memory a run may take")
    add("--seed", type=int, metavar="N", help="seed torch, random and numpy before the run")
    add("--python", metavar="INTERPRETER", help="the Python whose torch runs the program")
    add("--verbose", action="store_true", help="say more on standard error")


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return number


def _whole(text: str) -> int:
    number = int(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return number


def _step(text: str) -> int | None:
    """Return the index of a step; None is the last, whatever its number."""
    named = {"first": 0, "last": None}
    if text in named:
        return named[text]
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is not the number of a step")
    return number
