"""What it costs a program to be recorded: its forward under the recorder over the same forward without."""

import sys
from collections.abc import Callable, Iterator

from tests.bench import programs
from tests.bench.programs import Measured
from tests.bench.rows import Row, main
from tests.bench.torch_runs import forget, one_thread, run_bare, run_recorded, run_watched
from tests.bench.turns import Timed, clock, in_ms, ratio, take_turns


def adds(most: int) -> Iterator[Row]:
    """The worst case: a thousand ops that do next to nothing, each on a line of its own."""
    yield _row("adds", "1000 additions of a number", programs.ADDS, 3.0, min(15, most))


def resnet(most: int) -> Iterator[Row]:
    """Few ops that do much."""
    yield _row("resnet", "a forward like that of ResNet-18, 224 x 224", programs.RESNET, 1.1, min(9, most))


def transformer(most: int) -> Iterator[Row]:
    """Somewhere between."""
    yield _row("transformer", "the forward of a small transformer", programs.TRANSFORMER, 1.1, min(15, most))


def gpt2(most: int) -> Iterator[Row]:
    """The transformer that the goal was set on: many ops, some of which do much."""
    yield _row("gpt2", "the forward of GPT-2 small and its loss, 64 tokens", programs.GPT2, 1.1, min(7, most))


def _row(name: str, what: str, measured: Measured, goal: float, rounds: int) -> Row:
    one_thread()
    ways: dict[str, Timed] = {
        "recorded": lambda: _recorded(measured),
        "bare": lambda: _bare(measured, run_bare),
        "watched": lambda: _bare(measured, run_watched),
        "whole program recorded": _alone(lambda: run_recorded(measured.source, lambda _: None)),
        "whole program bare": _alone(lambda: run_bare(measured.source)),
    }
    spent = take_turns(ways, rounds)
    figures = in_ms(spent)
    figures["whole program, x"] = ratio(spent["whole program recorded"], spent["whole program bare"])
    figures["watched over bare, x"] = ratio(spent["watched"], spent["bare"])
    value = ratio(spent["recorded"], spent["bare"])
    note = "watched: each op and line is seen, and nothing written down"
    return Row(f"recorder-{name}", f"{what}, recorded over bare", value, "x", goal, figures, note)


def _alone(work: Callable[[], object]) -> Timed:
    def timed() -> float:
        forget()
        return clock(work)()

    return timed


def _recorded(measured: Measured) -> float:
    forget()
    run_recorded(measured.timed, lambda _: None)
    return _between(vars(sys.modules["__main__"]))


def _bare(measured: Measured, run: Callable[[str], dict[str, object]]) -> float:
    forget()
    return _between(run(measured.timed))


def _between(names: dict[str, object]) -> float:
    began, ended = names["began"], names["ended"]
    assert isinstance(began, float)
    assert isinstance(ended, float)
    return ended - began


if __name__ == "__main__":
    main({"recorder-adds": adds, "recorder-resnet": resnet, "recorder-transformer": transformer, "recorder-gpt2": gpt2})
