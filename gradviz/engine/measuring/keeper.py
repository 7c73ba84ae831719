"""A run's records kept in the process that made them, in so far as they tell who holds its memory."""

from array import array
from collections.abc import Callable, Sequence

import torch
from torch.optim.optimizer import Optimizer, register_optimizer_step_post_hook

from gradviz.engine.measuring.workspace import Workspaces
from gradviz.engine.record.ledger.stream import Stream, whole
from gradviz.engine.record.run import Run
from gradviz.model.memory import TEXT, Event, HolderKind, Known, Lived, lived
from gradviz.model.names import is_path_of
from gradviz.model.trace import GradFn, GradMode, Op, Page, Step, Tensor, named_by

_RANK: tuple[HolderKind, ...] = ("temporary", "named", "saved", "gradient", "optimizer", "parameter")


class Keeper(Stream):
    """Takes the pages of a run and sends none."""

    def __init__(self) -> None:
        super().__init__(lambda _: None)
        self._workspaces = Workspaces()
        self._lines: dict[int, int | None] = {}
        self._names: dict[int, str] = {}  # by tensor, the first it had, or the path to that
        self._calls: dict[int, str] = {}  # by storage, the op that made it
        self._made: dict[int, int | None] = {}  # by storage, the line
        self._storages: dict[int, int] = {}  # by tensor
        self._kinds: dict[int, HolderKind] = {}
        self._gradients: dict[int, int] = {}  # tensor in a .grad -> whose
        self._saved: list[tuple[int, int, frozenset[int]]] = []
        self._states: dict[int, tuple[str, int | None]] = {}  # by storage, what an optimizer calls it, and for whom
        self._events: Sequence[int] = ()

    def _deliver(self, page: Page) -> None:
        """Keep what is asked for in the end; ids of tensors come before what names them, within a page or not."""
        for tensor in page.tensors:
            self._keep_tensor(whole(Tensor, tensor))
        for op in page.ops:
            self._keep_op(whole(Op, op))
        for grad_fn in (whole(GradFn, row) for row in page.grad_fns):
            kept = frozenset(one.storage for one in grad_fn.saved if one.storage is not None and one.state == "kept")
            if grad_fn.saved:
                self._saved.append((grad_fn.step, grad_fn.id, kept))
        for step in (whole(Step, row) for row in page.steps):
            if step.line is not None:
                self._lines[step.id] = step.line
            for name, number in named_by(step):
                if number is not None and is_path_of(name, self._names.setdefault(number, name)):
                    self._names[number] = name

    def _keep_tensor(self, tensor: Tensor) -> None:
        storage = self._storages[tensor.id] = tensor.storage
        self._made.setdefault(storage, tensor.line)
        if tensor.is_leaf and tensor.requires_grad:
            self._rank(storage, "parameter")
        if tensor.grad_tensor is not None:
            self._gradients[tensor.grad_tensor] = tensor.id

    def _keep_op(self, op: Op) -> None:
        self._lines[op.step] = op.line
        for number in op.outputs:
            storage = self._storages.get(number)
            if storage is not None and storage not in self._calls:
                self._calls[storage] = _called(op)
                if op.phase == "backward":
                    self._rank(storage, "gradient")
        for own, results in self._workspaces.passed.get(op.step, ()):
            self._calls[own] = _within(op)
            self._calls[results] = _called(op)
            self._made[own] = self._made[results] = op.line

    def _rank(self, storage: int, kind: HolderKind) -> None:
        """A storage is of the most telling kind that it ever was of."""
        self._kinds[storage] = max(kind, self._kinds.get(storage, "temporary"), key=_RANK.index)

    def watch(self, run: Run) -> Callable[[], None]:
        """Note what optimizers keep between steps and what kernels take; return what ends that with the program."""
        ledger = run.ledger
        events = ledger.storages.events = array("q")
        self._workspaces.watch(run)

        def stepped(optimizer: Optimizer, *_: object) -> None:
            with self.lock:
                for parameter, state in optimizer.state.items():
                    for key, value in state.items():
                        if isinstance(value, torch.Tensor):
                            self._states[ledger.storages.of(value).id] = str(key), ledger.id_of(parameter)

        hook = register_optimizer_step_post_hook(stepped)

        def end() -> None:
            hook.remove()
            self._events = events[:]  # what is freed from now on is not freed by the program

        return end

    def lived(self, mode: GradMode) -> Lived:
        """Return the memory of the run, which is over."""
        self.flush()
        events = [Event(*triple) for triple in zip(*[iter(self._events)] * 3, strict=True)]
        short = {storage: name[:TEXT] for storage, name in self._named().items()}
        kinds = self._kinds | {own: "workspace" for all_of in self._workspaces.passed.values() for own, _ in all_of}
        known = Known(self._lines, short, self._made, kinds, self._saved, self._workspaces.is_known)
        return lived(mode, self.steps, events, known)

    def _named(self) -> dict[int, str]:
        """What to call each storage: by a name that a tensor in it had, by what it is for, or by what made it."""
        found = dict(self._calls)
        for number, name in reversed(self._names.items()):
            if number in self._storages:
                found[self._storages[number]] = name
                self._rank(self._storages[number], "named")
        for number, owner in self._gradients.items():
            if number in self._storages:
                found[self._storages[number]] = f"{self._names.get(owner, '')}.grad"
                self._rank(self._storages[number], "gradient")
        for storage, (key, parameter) in self._states.items():
            owner_name = self._names.get(parameter) if parameter is not None else None
            found[storage] = key if owner_name is None else f"{key} ({owner_name})"
            self._rank(storage, "optimizer")
        return found


def _called(op: Op) -> str:
    """What made a result: as the person wrote it, or which op of which module, where one call runs many of them."""
    return _within(op) if op.nested else op.call or op.name


def _within(op: Op) -> str:
    name = op.name.rpartition(":")[2].partition(".")[0]
    return name if op.module is None else f"{name} ({op.module})"
