"""When the line steps of a run told of its names: what stands behind a statement has to hold each time that it runs."""

from collections.abc import Iterable
from typing import NamedTuple

from gradviz.model.trace import Step


class Tell(NamedTuple):
    """Where a line step tells of a name."""

    at: int  # which of them
    scope: int  # whose name it is


class Told:
    """The line steps of a run, and what they tell of names, by their places among these."""

    def __init__(self, steps: Iterable[Step]) -> None:
        """Go through the steps of a run once."""
        self.lines = [step for step in steps if step.kind == "line"]
        self.last: dict[tuple[str, int | None], Tell] = {}  # of a name and a tensor
        self._first: dict[str, int] = {}  # that tells of a name
        self._ran: dict[int | None, int] = {}  # the first of each line
        self._done: dict[range, int] = {}
        for at, step in enumerate(self.lines):
            self._ran.setdefault(step.line, at)
            if step.names:
                self._note(Tell(at, step.scope), step.names)
            for scope, names in (step.elsewhere or {}).items():
                self._note(Tell(at, scope), names)

    def _note(self, tell: Tell, names: dict[str, int | None]) -> None:
        for name, tensor in names.items():
            self.last[name, tensor] = tell
            self._first.setdefault(name, tell.at)

    def is_there(self, lines: range, name: str) -> bool:
        """Whether a name was there once a statement had run first: ws[2] is not where ws.append(w) runs again.

        Args:
            lines: of the statement, which ran.
            name: a path.
        """
        if name.isidentifier():
            return True
        if lines not in self._done:
            self._done[lines] = self._when_done(lines)
        return self._first[name] <= self._done[lines]

    def _when_done(self, lines: range) -> int:
        """The step after the first run of a statement: the next of its scope, beyond the lines of a long one."""
        ran = min(self._ran[line] for line in lines if line in self._ran)
        scope, own = self.lines[ran].scope, lines if len(lines) > 1 else ()
        later = ((at, self.lines[at]) for at in range(ran + 1, len(self.lines)))
        return next((at for at, step in later if step.scope == scope and step.line not in own), len(self.lines))
