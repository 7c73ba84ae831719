"""What the headless commands are told: their arguments, checked before anything is run."""

import argparse
from typing import Literal

from gradviz.model.seeds import seed_of
from gradviz.model.wire import Limits

Drawable = Literal["svg", "png", "pdf", "gif", "apng", "dot"]
FORMATS: tuple[Drawable | Literal["json"], ...] = ("svg", "png", "pdf", "gif", "apng", "dot", "json")
FILMS = ("gif", "apng")  # formats of the steps, one after another
_DEFAULTS = Limits()
_MOST = 1e9  # seconds, or times as large: more than anybody waits for, or can look at
_DIGITS = 20  # of a number of 64 bits
_LEAST = 2**23  # bytes, with fewer of which a run does not even begin
ALL: Literal["all"] = "all"  # of the steps
_PROGRAM = "a path, of a session (.gradviz) too, - for standard input, or lesson:NAME"


def add_export(parser: argparse.ArgumentParser) -> None:
    """What to draw, how, and into which file."""
    _add_run(parser)
    add = parser.add_argument
    add("-o", "--output", metavar="OUT", required=True, help="the file; its ending chooses the format")
    add("--format", choices=FORMATS, help="overrides the ending")
    add("--view", choices=("forward", "backward", "both"), default="both")
    add("--fold", choices=("auto", "none"), default="auto", help="draw repeated parts once, with a count")
    add("--layout", choices=("layered", "graphviz"), default="layered")
    add("--direction", choices=("TB", "LR"), default="TB")
    told = "show the state at this step (default: last); all: every step, as pages of a .pdf, else as numbered files"
    add("--step", type=_step, metavar="N|first|last|all", help=told)
    add("--theme", choices=("light", "dark"), default="light")
    add("--lang", choices=("en", "ja"), default="en")
    add("--scale", type=_positive, metavar="S", help="size of the picture (default: 2 for .png, else 1)")
    add("--transparent", action="store_true", help="leave out the ground")
    add("--outlines", action="store_true", help="in .svg, draw letters as shapes, which need no font")
    add(
        "--paper", choices=("fit", "a4", "letter"), default="fit", help="in .pdf, one page that fits, or sheets to join"
    )
    add(
        "--heat", choices=("off", "time", "allocated", "saved"), default="off", help="what each op costs, and its scale"
    )
    add("--legend", action="store_true", help="explain the shapes")
    add("--values", action=argparse.BooleanOptionalAction, default=True, help="write values into the boxes")
    add("--badges", action=argparse.BooleanOptionalAction, default=True, help="name a leaf where it is used far away")


def add_trace(parser: argparse.ArgumentParser) -> None:
    """What to record and into which file."""
    _add_run(parser)
    parser.add_argument("-o", "--output", metavar="OUT.json", required=True, help="the file, or - for standard output")
    parser.add_argument("--lang", choices=("en", "ja"), default="en")


def add_measure(parser: argparse.ArgumentParser) -> None:
    """What to measure and for how long."""
    parser.add_argument("program", metavar="PROGRAM", help=_PROGRAM)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--budget",
        type=_positive,
        default=3.0,
        metavar="S",
        help="seconds to spend on timing; a slow program may take five times as many",
    )
    parser.add_argument("--lang", choices=("en", "ja"), default="en")
    add_common(parser)


def add_lessons(parser: argparse.ArgumentParser) -> None:
    """Whether to list or to check."""
    parser.add_argument("--json", action="store_true", help="list them as JSON")
    parser.add_argument("--check", action="store_true", help="run each lesson and check its claims against your torch")
    parser.add_argument("--lang", choices=("en", "ja"), default="en")
    add_common(parser)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("program", metavar="PROGRAM", help=_PROGRAM)
    told = "grad mode around the whole program (default: grad, or that of the session)"
    parser.add_argument("--mode", choices=("grad", "no_grad", "inference"), help=told)
    add_common(parser)


def add_doctor(parser: argparse.ArgumentParser) -> None:
    """What `gradviz doctor` takes."""
    parser.add_argument("--lang", choices=("en", "ja"), default="en")
    add_common(parser)


def add_common(parser: argparse.ArgumentParser) -> None:
    """What every command that may run a program takes."""
    add = parser.add_argument
    add("--timeout", type=_positive, default=_DEFAULTS.seconds, metavar="S", help="seconds a run may take")
    add("--memory", type=_bytes, default=_DEFAULTS.memory, metavar="BYTES", help="memory a run may take")
    add("--seed", type=_seed, metavar="N", help="seed torch, random and numpy before the run")
    add("--python", metavar="INTERPRETER", help="the Python whose torch runs the program")
    add("--verbose", action="store_true", help="say more on standard error")


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= _MOST:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return number


def _counted(text: str) -> int | None:
    """Return a number written in digits alone; None: it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def _bytes(text: str) -> int:
    number = _counted(text)
    if number is None or number < _LEAST:
        raise argparse.ArgumentTypeError(f"{text} is not a number of bytes that a run can do with: {_LEAST} or more")
    return number


def _seed(text: str) -> int:
    number = seed_of(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number that torch takes for a seed")
    return number


def _step(text: str) -> int | Literal["all"] | None:
    """Return the index of a step; None is the last, whatever its number."""
    if text == "last":
        return None
    if text == ALL:
        return ALL
    number = 0 if text == "first" else _counted(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{text} is not the number of a step, nor first, last or all")
    return number
