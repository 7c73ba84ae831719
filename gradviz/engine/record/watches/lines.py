"""The lines of the program's own file as they run: a step each, with the names that changed since the one before."""

import inspect
import opcode
from types import CodeType, FrameType, TracebackType
from typing import cast

from gradviz.engine.record.internals import guards
from gradviz.engine.record.internals.depth import CALLS, TOO_DEEP, limits, set_limit
from gradviz.engine.record.internals.operators import TorchDispatchMode
from gradviz.engine.record.program.names import Names, Scope
from gradviz.engine.record.program.source import DISPATCH
from gradviz.engine.record.recorder import Recorder
from gradviz.engine.record.watches.ops import OpWatch
from gradviz.engine.record.watches.recursion import Tracer, go_on_with, is_too_deep, take_out
from gradviz.model.program import FILE

Raised = tuple[type[BaseException], BaseException, TracebackType | None]  # what comes with the event of an exception

# What a line calls, or imports, that can bind names of the module which do not stand in it.
_ANY_NAME = frozenset(("exec", "globals", "vars", "locals", "*"))
_SUSPENDS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_OWN = OpWatch.__torch_dispatch__.__code__  # by which the recorder itself sees each op
_YIELD = opcode.opmap["YIELD_VALUE"]


class Lines:
    """A trace function for sys.settrace in one thread."""

    def __init__(self, recorder: Recorder, names: Names) -> None:
        self._recorder = recorder
        self._lock = recorder.lock
        self._names = names
        self._stores = recorder.source.program.stores
        self._any_name = {line for line, bound in self._stores.items() if not _ANY_NAME.isdisjoint(bound)}
        self._withs = recorder.source.program.withs
        self._scopes = [names.outermost]
        self._line: int | None = None  # of the line event before, in whatever frame
        self.has_refused = False  # a call, and no exception was met since in a frame of the program

    def trace(self, frame: FrameType, event: str, _: object) -> Tracer | None:
        """Follow calls of the program's own functions; comprehensions belong to their line."""
        code = frame.f_code
        if event != "call" or code is _OWN:
            return None
        recorder = self._recorder
        if recorder.calls_left:
            recorder.calls_left -= 1
        else:
            try:
                set_limit(recorder.beneath + limits.near)
                recorder.calls_left, recorder.is_near = CALLS, False
            except RecursionError:
                recorder.is_near = True
            if recorder.is_near and is_too_deep(frame, recorder.beneath):
                self.has_refused = True
                go_on_with(self.trace)
                raise RecursionError(TOO_DEEP)
            set_limit(limits.most)
        if code.co_name == DISPATCH and (code.co_filename == FILE or _is_mode(frame)):
            recorder.dispatch_started()
            return self._dispatched
        if code.co_filename != FILE or (code.co_name[0] == "<" and code.co_name != "<module>"):
            return None
        with guards.aside(), self._lock:
            if code.co_name == "<module>":
                return _Activation(self, self._names.outermost).trace
            # The mode can only have changed between the caller's line and here through a decorator.
            recorder.line_changed(self._opening(code.co_firstlineno), entering=True)
            activation = getattr(frame.f_trace, "__self__", None)
            if isinstance(activation, _Activation):  # of a generator, which goes on
                activation.lines = self  # perhaps in another thread than before
                self._scopes.append(activation.scope)
            else:
                activation = _Activation(self, self._names.open(code))
                self._scopes.append(activation.scope)
                self._take(frame, activation.scope)
        return activation.trace

    def _dispatched(self, _frame: FrameType, event: str, _: object) -> Tracer:
        """Take the events of another dispatch mode's code, which runs in the middle of an op: no step comes of it."""
        if event == "return":
            self._recorder.dispatch_done()
        return self._dispatched

    def finish(self, namespace: dict[str, object]) -> None:
        """Record the last bindings as a step of its own, past the last line."""
        self._bind_all(self._names.outermost, namespace, self._line)
        self._names.tell(self._recorder.stream, None, 0, self._names.outermost)

    def reached(self, frame: FrameType, scope: Scope, before: int | None, line: int) -> None:
        """Record that a line is about to run, and what the one before in its frame has done."""
        recorder = self._recorder
        with self._lock:
            tells = before in self._stores
            foreign = recorder.ledger.storages.foreign
            if tells or recorder.pending or foreign:
                with guards.aside():
                    if recorder.pending:
                        recorder.settle()
                    if tells or foreign:
                        self._done(frame, scope, before)
            if recorder.nodes.died:
                recorder.nodes.bury()
            if guards.grad_mode() != recorder.regions.mode:
                last = before if before is not None else self._line
                inside = last is not None and last < line <= self._withs.get(last, 0)
                recorder.line_changed(last, entering=inside)
            running = self._scopes if self._scopes[-1] is scope else self._up_to(scope)
            self._names.tell(recorder.stream, line, len(running) - 1, scope)
            self._line = line

    def left(self, frame: FrameType, scope: Scope, before: int | None, *, for_good: bool) -> None:
        """Record what the last line in a frame has done, and that the frame is left, if only for a while."""
        with guards.aside(), self._lock:
            self._recorder.settle()
            if before in self._stores:
                self._done(frame, scope, before)
            if scope is self._names.outermost:
                return
            if for_good and any(number is not None for number in scope.changed.values()):
                self._names.tell(self._recorder.stream, before, len(self._up_to(scope)) - 1, scope)
            del self._scopes[len(self._up_to(scope)) - 1]

    def _opening(self, line: int) -> int:
        """The first line of a function that says more than how it is bound."""
        while self._recorder.source.line_text(line) in ("@staticmethod", "@classmethod"):
            line += 1
        return line

    def _done(self, frame: FrameType, scope: Scope, line: int | None) -> None:
        """Note what a line has done beside running ops. It holds from the next step on, not from the line's own."""
        with self._recorder.stream.ahead:
            if self._recorder.ledger.storages.foreign:
                self._recorder.ledger.refresh_foreign()
            if line in self._stores:
                self._bind(frame, scope, line)
                self._names.bind_changed(scope, line)

    def _bind(self, frame: FrameType, scope: Scope, line: int) -> None:
        """Note the names that a line can have bound; one that is no name of the function is the module's."""
        names, namespace, free = self._names, frame.f_locals, frame.f_code.co_freevars
        if line in self._any_name:
            self._bind_all(scope, frame.f_globals, line)
        for name in self._stores[line]:
            if name in namespace:
                owner = self._owner(scope, name) if name in free else scope
                if owner is scope:
                    names.bind(scope, name, namespace[name], line)
                else:
                    names.bind_elsewhere(owner, name, namespace[name], line)
                continue
            names.bind(scope, name, None, line)
            if name in frame.f_globals:  # not of the module itself, of which those are the locals
                names.bind_elsewhere(names.outermost, name, frame.f_globals[name], line)

    def _bind_all(self, scope: Scope, namespace: dict[str, object], line: int | None) -> None:
        """Note every name of the module, seen from a scope."""
        outermost = self._names.outermost
        bind = self._names.bind if scope is outermost else self._names.bind_elsewhere
        for name, value in list(namespace.items()):
            if not name.startswith("__"):
                bind(outermost, name, value, line)

    def _take(self, frame: FrameType, scope: Scope) -> None:
        """Note what a call was given, unless torch makes it in the middle of an op, as of a hook that packs."""
        self._recorder.settle()
        if self._recorder.pending:
            return
        with self._recorder.stream.ahead:
            self._names.take(scope, frame.f_code, frame.f_locals, self._line)

    def _owner(self, scope: Scope, name: str) -> Scope:
        """The call around one that has a name which that one takes from there; itself where that has returned."""
        around = reversed(self._up_to(scope)[:-1])
        return next((one for one in around if name in one.cells), scope)

    def _up_to(self, scope: Scope) -> list[Scope]:
        """The calls that run, up to one."""
        if self._scopes[-1] is scope:
            return self._scopes
        if scope not in self._scopes:  # of a generator into which an exception is thrown: it goes on without a call
            self._scopes.append(scope)
        return self._scopes[: self._scopes.index(scope) + 1]


class _Activation:
    """One frame of the program while it lasts."""

    __slots__ = ("_before", "_raised", "lines", "scope")

    def __init__(self, lines: Lines, scope: Scope) -> None:
        self.lines = lines
        self.scope = scope
        self._before: int | None = None  # the line event before, in this frame
        self._raised = False  # since then

    def trace(self, frame: FrameType, event: str, argument: object) -> Tracer | None:
        """Take the events of the frame."""
        if event == "line":
            line = frame.f_lineno
            self.lines.reached(frame, self.scope, self._before, line)
            self._before, self._raised = line, False
        elif event == "exception":
            self._raised = True
            if self.lines.has_refused:
                self.lines.has_refused = False
                _, _, traceback = cast("Raised", argument)
                take_out(traceback, Lines.trace.__code__)
        elif event == "return":
            suspends = not self._raised and _yields(frame.f_code, frame.f_lasti)
            self.lines.left(frame, self.scope, self._before, for_good=not suspends)
            self._raised = False
        return self.trace


def _is_mode(frame: FrameType) -> bool:
    """Whether a frame of a library's, in which an op is dispatched, is that of a mode and not of a class of tensors."""
    return isinstance(frame.f_locals.get("self"), TorchDispatchMode)


def _yields(code: CodeType, instruction: int) -> bool:
    """Whether a frame that is left at an instruction comes back."""
    return bool(code.co_flags & _SUSPENDS) and code.co_code[instruction] == _YIELD
