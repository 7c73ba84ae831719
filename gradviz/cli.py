"""The headless commands: a program in, a file or lines of text out; no display and no window.

Standard output carries only what was asked for; everything else goes to standard error. What was recorded is written
even when the program raised or reached a limit, and the exit status says which. A flaw of gradviz itself has a status
of its own, so that no script takes it for the program's.
"""

import argparse
import json
import os
import sys
import traceback
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import gradviz
from gradviz import arguments, doctor, resources
from gradviz.arguments import ALL, FILMS, FORMATS, Drawable
from gradviz.drawing.caption import captioned
from gradviz.drawing.excerpt import explained_alike
from gradviz.drawing.plain import plain
from gradviz.drawing.shapes import Drawing
from gradviz.drawing.theme import THEMES
from gradviz.export import cost, data
from gradviz.export.dot import dot
from gradviz.export.look import Look
from gradviz.export.svg import svg
from gradviz.export.whole import numbered, write_whole
from gradviz.export.work import finished
from gradviz.given import STANDARD, Program, UsageError, given
from gradviz.model.claims import failures
from gradviz.model.cost import MODES, PATIENCE, Costs, Timed
from gradviz.model.moments.course import Course
from gradviz.model.quiz.quiz import wanted_question
from gradviz.model.trace import Trace
from gradviz.model.uncollected import uncollected
from gradviz.model.wire import FrameError, Limits, Request
from gradviz.picture.picture import Language, Options
from gradviz.picture.record.record import Record
from gradviz.picture.stage.shown import moments, seen, shown
from gradviz.picture.stage.stage import stage
from gradviz.picture.texts.problems import problems
from gradviz.picture.words import WORDS
from gradviz.resources import Lesson, ResourceError
from gradviz.runs import Engine, EngineError

DONE, RAISED, USAGE, LIMIT = range(4)
FLAW = 70  # EX_SOFTWARE of sysexits.h
_TEXTS = ("dot", "json")  # formats that hold one moment of the run
_ALONE = ("svg", "png")  # which hold one picture
_OP_TIMES = 0.5  # seconds of runs before those whose ops are timed


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        with uncollected():  # what a run sends is very many records
            return int(chosen.run(chosen))
    except (UsageError, ResourceError, EngineError, FrameError) as error:
        _say(f"gradviz: {error}")
        return USAGE
    except Exception as error:  # noqa: BLE001  # whatever is wrong inside, the person gets a sentence and a status
        _say(f"gradviz: a flaw in gradviz itself: {type(error).__name__}: {error}")
        _say(traceback.format_exc().rstrip() if chosen.verbose else "gradviz: --verbose says where it is")
        return FLAW


def _export(chosen: argparse.Namespace) -> int:
    ending = chosen.format or Path(chosen.output).suffix.removeprefix(".").lower()
    form = next((form for form in FORMATS if form == ending), None)
    if form is None:
        raise UsageError(f"{chosen.output} ends in none of .{', .'.join(FORMATS)}; name a --format")
    _check_folder(chosen.output)
    if chosen.step == ALL and (form in _TEXTS or (form in _ALONE and chosen.output == STANDARD)):
        raise UsageError(f"--step {ALL} cannot be had as {form}" + (" in one file" if form in _ALONE else ""))
    program = _program(chosen)
    trace = _record(chosen, program)
    if form == "json":
        _write(chosen.output, data.document(trace))
    else:
        files = _drawn(trace, form, chosen, program)
        for at, file in enumerate(files):
            path = Path(chosen.output)
            _write(str(numbered(path, at + 1, len(files))) if len(files) > 1 else chosen.output, [file])
    return _report(trace, chosen.lang)


def _drawn(trace: Trace, form: Drawable, chosen: argparse.Namespace, program: Program) -> list[bytes]:
    """Return the file that is wanted, or where a picture of every step is, one for each."""
    run, options = Record(trace), _options(trace, chosen)
    if form == "dot":
        what = *seen(run, options), THEMES[chosen.theme], WORDS[options.language]
        return [dot(*what, values=options.values, direction=options.direction).encode(errors="replace")]
    every = form in FILMS or chosen.step == ALL
    staged = stage(run, options, _timed(trace, chosen, program), walked=every or options.step is not None)
    found = shown(run, options, staged)
    if staged.notice:
        _say(f"gradviz: {staged.notice}")
    scale = chosen.scale or (2.0 if form == "png" else 1.0)
    look = Look(chosen.theme, chosen.transparent, scale, chosen.outlines, chosen.paper)
    told = WORDS[options.language] if options.legend else None
    drawings = explained_alike(moments(run, options, found), told) if every else [found.drawing]
    drawings = _captioned(drawings, run.course, options, program)
    if form == "svg" and not look.outlines:
        return [svg(one, look.colours, look.ground, scale=look.scale).encode() for one in drawings]
    # Imported only here: the other formats must work where Qt's libraries are missing.
    from gradviz.export.painted import painted

    # Whatever a desktop has set: where that has no display, Qt would end the process.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if form in _ALONE:
        return [finished(painted([one], form, look)) for one in drawings]
    return [finished(painted(drawings, form, look))]


def _captioned(drawings: Sequence[Drawing], course: Course, options: Options, program: Program) -> list[Drawing]:
    """Say of each drawing which program it is of, and of all but the end of the run at which of its steps."""
    words, of = WORDS[options.language], len(course.steps)
    last = 0 if options.step is None else bisect_right(course.steps, options.step)
    places = [*range(1, len(drawings)), last]
    called = program.called(options.language)
    return [captioned(one, called, words, at, of) for one, at in zip(drawings, places, strict=True)]


def _timed(trace: Trace, chosen: argparse.Namespace, program: Program) -> Timed | None:
    if chosen.heat != "time":
        return None
    with Engine(chosen.python) as engine:
        return engine.timed(_measuring(chosen, program, _OP_TIMES), trace.mode)


def _options(trace: Trace, chosen: argparse.Namespace) -> Options:
    step = _existing_step(trace, chosen.step)
    how = (chosen.view, chosen.fold, chosen.layout, chosen.direction)
    shown = Options(*how, step, chosen.lang, legend=chosen.legend, values=chosen.values, heat=chosen.heat)
    return shown._replace(badges=chosen.badges, most=None)


def _existing_step(trace: Trace, step: int | str | None) -> int | None:
    if not isinstance(step, int):
        return None
    if step >= len(trace.steps) > 0:
        raise UsageError(f"there is no step {step}: the run has {len(trace.steps)}, counted from 0")
    return step


def _trace(chosen: argparse.Namespace) -> int:
    _check_folder(chosen.output)
    trace = _record(chosen, _program(chosen))
    _write(chosen.output, data.document(trace))
    return _report(trace, chosen.lang)


def _measuring(chosen: argparse.Namespace, program: Program, budget: float) -> Request:
    limits = _limits(chosen)._replace(seconds=chosen.timeout + PATIENCE * budget)
    return program.asked()._replace(mode="grad", limits=limits, budget=budget)


def _measure(chosen: argparse.Namespace) -> int:
    program = _program(chosen)
    costs = Costs()
    with Engine(chosen.python) as engine:
        _warn_of_no_wall(engine)
        for costs in engine.costs(_measuring(chosen, program, chosen.budget)):
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
            claims = len(lesson.telling.claims) + sum(len(idea.claims) for idea in lesson.telling.ideas)
            _print("\n".join([f"lesson:{lesson.name}: {'wrong' if found else f'{claims} claims hold'}", *found]))
    return RAISED if wrong else DONE


def _failures(engine: Engine, lesson: Lesson, limits: Limits) -> Iterator[str]:
    trace = engine.trace(Request(lesson.source, limits=limits))
    yield from failures(lesson.telling.claims, trace)
    ask = lesson.telling.ask
    if ask is not None and not wanted_question(Record(trace).grounds, ask.wanted):
        yield f"there is nothing to ask as in {ask.wanted}"
    for idea in lesson.telling.ideas:
        changed = lesson.source.replace(idea.old, idea.new)
        for words in failures(idea.claims, engine.trace(Request(changed, limits=limits))):
            yield f"after {idea.old!r} became {idea.new!r}: {words}"


def _doctor(chosen: argparse.Namespace) -> int:
    findings = doctor.findings(chosen.python)
    _print("\n".join(doctor.lines(findings, chosen.lang)))
    return USAGE if any(finding.verdict == "missing" for finding in findings) else DONE


def _record(chosen: argparse.Namespace, program: Program) -> Trace:
    request = program.asked()._replace(mode=chosen.mode or program.mode, limits=_limits(chosen))
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


def _program(chosen: argparse.Namespace) -> Program:
    """Return what PROGRAM is, from the seed that was asked for."""
    program = given(chosen.program)
    return program if chosen.seed is None else program._replace(seed=chosen.seed)


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
    for name, run, add, told in (
        ("export", _export, arguments.add_export, "draw the graph of a program into a file"),
        ("trace", _trace, arguments.add_trace, "write the full record of a run as JSON"),
        ("measure", _measure, arguments.add_measure, "time and memory of a program in each grad mode"),
        ("lessons", _lessons, arguments.add_lessons, "list the lessons, or check every claim they make"),
        ("doctor", _doctor, arguments.add_doctor, "say what is installed, what is missing, and how to mend it"),
    ):
        command = commands.add_parser(name, help=told)
        command.set_defaults(run=run)
        add(command)
    return parser
