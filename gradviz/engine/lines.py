"""The lines of the program's own file as they run: a step each, with the names that changed since the one before."""

from collections.abc import Callable, Iterator
from types import FrameType

import torch

from gradviz.engine.recorder import Recorder
from gradviz.model.program import FILE

ENTRIES = 32  # of a list or dict that are given names: ws[0], params['w']
PARAMETERS = 256  # of a module

Tracer = Callable[[FrameType, str, object], "Tracer | None"]


class Lines:
    """A trace function for sys.settrace, and the names bound so far."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._program = recorder.source.program
        self._bound: dict[tuple[str, str], int] = {}  # function and name -> tensor
        self._held: dict[tuple[str, str], int] = {}  # function and name -> address of the module under that name
        self._changed: dict[str, int | None] = {}
        self._line: int | None = None  # of the line event before, in whatever frame

    def trace(self, frame: FrameType, event: str, _: object) -> Tracer | None:
        """Follow calls of the program's own functions; comprehensions belong to their line."""
        code = frame.f_code
        if event != "call" or code.co_filename != FILE or (code.co_name[0] == "<" and code.co_name != "<module>"):
            return None
        if code.co_name != "<module>":
            # The mode can only have changed between the caller's line and here through a decorator.
            self._recorder.line_changed(self._opening(code.co_firstlineno), entering=True)
        before: int | None = None

        def local(frame: FrameType, event: str, _: object) -> Tracer | None:
            nonlocal before
            if event == "line":
                self._reached(frame, before, frame.f_lineno)
                before = frame.f_lineno
            elif event == "return":
                self._recorder.settle()
                self._bind(frame, before)
            return local

        return local

    def _opening(self, line: int) -> int:
        """The first line of a function that says more than how it is bound."""
        while self._recorder.source.line_text(line) in ("@staticmethod", "@classmethod"):
            line += 1
        return line

    def finish(self, namespace: dict[str, object]) -> None:
        """Record the last bindings as a step of its own, past the last line."""
        for name, value in list(namespace.items()):
            if not name.startswith("__"):
                self._note(("<module>", name), value, self._line)
        self._step(None)

    def _reached(self, frame: FrameType, before: int | None, line: int) -> None:
        self._recorder.settle()
        self._bind(frame, before)
        last = before if before is not None else self._line
        inside = last is not None and last < line <= self._program.withs.get(last, 0)
        self._recorder.line_changed(last, entering=inside)
        self._step(line)

    def _step(self, line: int | None) -> None:
        names, self._changed = self._changed, {}
        self._recorder.stream.step("line", line, names=names or None)
        self._line = line
        self._recorder.stream.tick()

    def _bind(self, frame: FrameType, line: int | None) -> None:
        if line is None:
            return
        names = self._program.stores.get(line)
        if names:
            function, namespace = frame.f_code.co_name, frame.f_locals
            for name in names:
                self._note((function, name), namespace.get(name), line)

    def _note(self, place: tuple[str, str], value: object, line: int | None) -> None:
        if isinstance(value, torch.Tensor):
            self._set(place, value, line)
        elif isinstance(value, torch.nn.Module):
            self._note_module(place, value, line)
        elif isinstance(value, list | tuple | dict):
            for path, tensor in _entries(value):
                self._set((place[0], place[1] + path), tensor, line)
        elif place in self._bound:
            del self._bound[place]
            self._changed[place[1]] = None

    def _note_module(self, place: tuple[str, str], module: torch.nn.Module, line: int | None) -> None:
        if self._held.get(place) == id(module):  # its parameters have their names already
            return
        self._held[place] = id(module)
        if place[1] != "self":  # what its own methods call it is no name of the program's
            self._recorder.source.modules.bind(place[1], module, lasting=place[0] == "<module>")
        for count, (path, parameter) in enumerate(module.named_parameters()):
            if count == PARAMETERS:
                break
            self._set((place[0], f"{place[1]}.{path}"), parameter, line)

    def _set(self, place: tuple[str, str], tensor: torch.Tensor, line: int | None) -> None:
        number = self._recorder.ledger.see(tensor, line)
        if self._bound.get(place) != number:
            self._bound[place] = number
            self._changed[place[1]] = number


def _entries(container: list[object] | tuple[object, ...] | dict[object, object]) -> Iterator[tuple[str, torch.Tensor]]:
    if len(container) > ENTRIES:
        return
    items = container.items() if isinstance(container, dict) else enumerate(container)
    for key, item in items:
        if isinstance(item, torch.Tensor) and isinstance(key, str | int):
            yield f"[{key!r}]", item
