"""grad_fns written down once each: name, next_functions, what they save; and what of it was freed later."""

import weakref
from collections.abc import Iterator, Sequence
from functools import partial

import torch

from gradviz.engine.record.internals import gradfns, guards, keeping, reader
from gradviz.engine.record.internals.probing import Inside
from gradviz.engine.record.ledger.ledger import Ledger
from gradviz.engine.record.ledger.stream import Stream
from gradviz.model.rules import EXACT
from gradviz.model.trace import COPY_SLICES, INSIDE, OUTPUT_NR, GradFn, Origin, Saved, Setting

_ACCUMULATE = "AccumulateGrad"
_FREED_INSIDE = Saved(INSIDE, None, 0, None, "freed")
Edges = tuple[tuple[int | None, int], ...]
Found = tuple[gradfns.Node, int, int | None]  # a grad_fn, its id, and the id of its variable if it is an AccumulateGrad


class _Mark:
    """A key in the memo of a grad_fn, which lives as long as that, and says to who prints it whose it is."""

    __slots__ = ("__weakref__",)

    def __repr__(self) -> str:
        """What a program prints that prints `metadata`, alike in every run."""
        return "gradviz"

    def __lt__(self, _: object) -> bool:
        """Come last where a program sorts the names in `metadata`."""
        return False

    def __gt__(self, _: object) -> bool:
        """As above."""
        return True


class _Watched(weakref.ref[_Mark]):
    """The mark of a grad_fn that saves something."""

    __slots__ = ("number",)
    number: int  # of the grad_fn


class Nodes:
    """Ids and records of the run's grad_fns. Walks are iterative: a graph may be 100,000 nodes deep."""

    def __init__(self, stream: Stream, ledger: Ledger) -> None:
        self._stream = stream
        self._ledger = ledger
        self._key = _Mark()  # of this run's ids in the memo of a grad_fn, which can outlive a run
        self.count = 0  # of ids that were given out
        self._accumulators: dict[int, int] = {}  # tensor id of the variable -> id
        self._records: dict[int, GradFn] = {}  # of grad_fns that save something
        self._lives: dict[int, _Watched] = {}  # of those
        self.died: list[tuple[int, int]] = []  # of those, which are gone since they were told, and the stamp of that
        self._saved_storages: dict[int, int] = {}
        self._leaf_storages: set[int] = set()  # of those, the ones of leaves that require grad
        self.inside: tuple[dict[str, Setting], tuple[Saved, ...]] | None = None  # the next CopySlices, see saved_inside

    @property
    def saved_bytes(self) -> int:
        """Bytes kept for backward over the run, each storage once."""
        return sum(self._saved_storages.values())

    @property
    def parameter_bytes(self) -> int:
        """Of the saved bytes, those in leaves that require grad: they would be kept without a graph too."""
        return sum(self._saved_storages[storage] for storage in self._leaf_storages)

    def known(self, node: gradfns.Node) -> int | None:
        """The id of a grad_fn written down before that is no AccumulateGrad, as none on a tensor is."""
        number: int | None = node.metadata.get(self._key)
        return number

    def id_of(self, node: gradfns.Node) -> int | None:
        """The id of a grad_fn written down before."""
        number: int | None = node.metadata.get(self._key)
        if number is None and (leaf := gradfns.leaf_of(node)) is not None:
            # An AccumulateGrad dies with the last graph that reaches it; its leaf may get another one later.
            variable = self._ledger.id_of(leaf)
            number = None if variable is None else self._accumulators.get(variable)
        return number

    def see(self, node: gradfns.Node, line: int | None) -> int:
        """Return the id of a grad_fn; write down it and all that it reaches and was not known.

        Args:
            node: the grad_fn.
            line: the line of the program that made it.
        """
        known = self.id_of(node)
        return self.add(node, line, (), own=False) if known is None else known

    def add(self, node: gradfns.Node, line: int | None, outputs: Sequence[torch.Tensor], *, own: bool) -> int:
        """Write down a grad_fn that was not known, and all that it reaches and was not known; return its id.

        Args:
            node: the grad_fn.
            line: the line of the program that made it.
            outputs: the tensors it is on, to name what it saves of them.
            own: whether the op that returned them made it.
        """
        todo: list[Found] = []  # in the order of their ids, which is the order they are written in
        edges: list[Edges] = []
        first, key = self._find(node, todo), self._key
        for current, _, _ in todo:  # grows as it is walked
            ways: list[tuple[int | None, int]] = []
            for target, output in current.next_functions:
                to = None
                if target is not None:
                    to = target.metadata.get(key)
                    if to is None:
                        to = self._find(target, todo)
                ways.append((to, output))
            edges.append(tuple(ways))
        if len(todo) == 1 and not keeping.kind_of(node).saved:
            self._write(todo[0], edges[0], line, outputs, own=own)
            return first
        with guards.unwatched():  # a saved output is handed back through a detach
            for found, leading in zip(todo, edges, strict=True):
                self._write(found, leading, line, outputs, own=own)
                outputs, own = (), False  # the op made the first alone
        return first

    def own(self, node: gradfns.Node, line: int | None, outputs: Sequence[torch.Tensor]) -> int:
        """Return the id of a grad_fn of an op that is still to be written down. The arguments are those of add."""
        known = self.id_of(node)
        return self.add(node, line, outputs, own=True) if known is None else known

    def claim(self, node: gradfns.Node, line: int | None, outputs: Sequence[torch.Tensor], *, own: bool) -> int:
        """Write down again a grad_fn that was met before its call had returned. The arguments are those of add."""
        number, ways = self.see(node, line), gradfns.inputs_of(node)
        edges = tuple((None if target is None else self.id_of(target), output) for target, output in ways)
        with guards.unwatched():
            self._write((node, number, None), edges, line, outputs, own=own)
        return number

    def leads_to(self, node: gradfns.Node) -> list[int]:
        """The living tensors that a grad_fn passes gradients to: variables, and those whose grad_fn is next."""
        found: list[int] = []
        for target, _ in gradfns.inputs_of(node):
            leaf = None if target is None else gradfns.leaf_of(target)
            number = None if target is None else self.id_of(target)
            found.extend(self._ledger.with_grad_fn(number) if leaf is None else [self._ledger.see(leaf, None)])
        return found

    def reachable(self, roots: list[gradfns.Node]) -> Iterator[tuple[gradfns.Node, int]]:
        """Every grad_fn that backward from the roots can run, with its id, roots first."""
        seen: set[int] = set()
        todo = list(reversed(roots))
        while todo:
            node = todo.pop()
            number = self.see(node, None)
            if number not in seen:
                seen.add(number)
                yield node, number
                todo.extend(target for target, _ in reversed(gradfns.inputs_of(node)) if target is not None)

    def saved_inside(
        self, inside: Inside, kept: Sequence[tuple[torch.Tensor, int | None]]
    ) -> tuple[dict[str, Setting], tuple[Saved, ...]]:
        """Return what is told of a CopySlices and of what the grad_fn in it saves.

        Args:
            inside: that grad_fn.
            kept: for each of its slots the tensor, and the version it was saved at if the op may have moved it on.
        """
        found: list[Saved] = []
        with guards.unwatched():
            for slot, (tensor, version) in zip(inside.slots, kept, strict=True):
                name = f"{INSIDE}.{slot.name}"
                if slot.operand is None:
                    found.append(Saved(name, None, reader.nbytes(tensor), None, "kept", None, reader.shape(tensor)))
                else:
                    found.append(self._describe(name, tensor, None if slot.is_result else version, ()))
        return {INSIDE: inside.name}, tuple(found)

    def check_freed(self, node: gradfns.Node, number: int, *, let_go: bool = False) -> None:
        """Write the grad_fn down again if backward freed what it kept.

        Args:
            node: the grad_fn.
            number: its id.
            let_go: it has just run, in a backward that keeps nothing. A CopySlices loses all of the grad_fn in it then,
                and cannot be asked.
        """
        record = self._records.get(number)
        if record is None or (record.saved and all(saved.state == "freed" for saved in record.saved)):
            return
        is_copy = record.name == COPY_SLICES
        if let_go if is_copy else any(keeping.is_freed(node, one.name.partition("[")[0]) for one in record.saved):
            saved = tuple(item._replace(state="freed") for item in record.saved) or (_FREED_INSIDE,)
            self._records[number] = record._replace(saved=saved, step=self._stream.stamp)
            self._stream.grad_fns.append(self._records[number])

    def bury(self) -> None:
        """Write down again the grad_fns that are gone: all that they kept is freed, or others' alone."""
        died, self.died = self.died, []
        for number, stamp in died:
            del self._lives[number]
            record = self._records.pop(number)
            if any(saved.state != "freed" for saved in record.saved):
                saved = tuple(item._replace(state="freed") for item in record.saved)
                self._stream.grad_fns.append(record._replace(saved=saved, step=max(stamp, record.step)))

    def _die(self, mark: weakref.ref[_Mark]) -> None:
        """Note that a grad_fn is gone, which may come in the middle of anything."""
        if isinstance(mark, _Watched):
            self.died.append((mark.number, self._stream.steps + 1))

    def refused(self, node: gradfns.Node, number: int) -> list[int]:
        """The tensors a grad_fn saved and torch refuses to hand back: changed since then, or freed."""
        record = self._records.get(number)
        if record is None:
            return []
        if record.name == COPY_SLICES:
            now = {self._ledger.id_of(one): reader.version(one) for one in self._ledger.alive()}
            stale = [one for one in record.saved if one.state == "freed" or now.get(one.tensor) != one.version]
            return [one.tensor for one in stale if one.tensor is not None]
        with guards.unwatched():
            kept = {slot.name: keeping.saved(node, slot) for slot in keeping.kind_of(node).saved}
        lost = {name for name, found in kept.items() if found.stale is not None or found.state == "freed"}
        names = [(saved.name.partition("[")[0], saved) for saved in record.saved]
        return [saved.tensor for name, saved in names if name in lost and saved.tensor is not None]

    def target(self, tensor: torch.Tensor) -> int | None:
        """The id of the grad_fn, or AccumulateGrad, that a tensor's gradient comes through; None if none was seen."""
        node = gradfns.grad_fn(tensor)
        if node is not None:
            return self.id_of(node)
        number = self._ledger.id_of(tensor)
        return None if number is None else self._accumulators.get(number)

    def _find(self, node: gradfns.Node, todo: list[Found]) -> int:
        """Return the id of a grad_fn that is not known by itself; note it where it is to be written down.

        An AccumulateGrad dies with the last graph that reaches it; its leaf may get another one later.
        """
        leaf, variable = gradfns.leaf_of(node), None
        if leaf is not None:
            variable = self._ledger.see(leaf, None)
            known = self._accumulators.get(variable)
            if known is not None:
                return known
            self._accumulators[variable] = self.count
        number = node.metadata[self._key] = self.count
        self.count = number + 1
        todo.append((node, number, variable))
        return number

    def _write(
        self, found: Found, edges: Edges, line: int | None, outputs: Sequence[torch.Tensor], *, own: bool
    ) -> None:
        """Write down one grad_fn; of what keeps a tensor, below autograd and outside modes (see guards.unwatched)."""
        node, number, variable = found
        stream = self._stream
        stamp = stream.steps + stream.stamp_ahead
        if variable is not None:
            accumulates = (number, stamp, _ACCUMULATE, edges, variable, None, (), "accumulate", None)
            stream.grad_fns.append(accumulates)
            return
        kind = keeping.kind_of(node)
        settings = keeping.settings(node, kind) if kind.settings else {}
        if not kind.name and gradfns.is_scripted(node):
            settings = {OUTPUT_NR: tuple(tensor.output_nr for tensor in outputs[:EXACT])}
        saved: tuple[Saved, ...] = ()
        if kind.saved:
            saved = keeping.all_saved(node, kind, settings, partial(self._describe, outputs=outputs))
        origin: Origin = "function" if kind.is_function else "op" if own else "torch"
        name = kind.name or gradfns.node_name(node)
        if name == COPY_SLICES and self.inside is not None:
            settings, saved = self.inside
            self.inside = None
        facts = (number, stamp, name, edges, None, line, saved, origin, settings or None)
        if saved or name == COPY_SLICES:
            self._records[number] = GradFn(*facts)
            if number not in self._lives:
                mark = _Mark()
                gradfns.memo(node)[mark] = None
                self._lives[number] = watched = _Watched(mark, self._die)
                watched.number = number
        stream.grad_fns.append(facts)

    def _describe(self, name: str, tensor: torch.Tensor, stale: int | None, outputs: Sequence[torch.Tensor]) -> Saved:
        """One saved tensor. Torch hands a saved output back as a new tensor: it is known by its storage."""
        ledger = self._ledger
        storage, number = ledger.storages.of(tensor), ledger.id_of(tensor)
        shape, nbytes = reader.shape(tensor), reader.nbytes(tensor)
        if number is None and outputs:
            twins = (o for o in outputs if ledger.storages.of(o) is storage and reader.shape(o) == shape)
            twin = next(twins, None)
            number = None if twin is None else ledger.id_of(twin)
        memory = storage() if storage.key else None
        self._saved_storages[storage.id] = held = nbytes if memory is None else memory.nbytes()
        if reader.is_leafs(tensor):
            self._leaf_storages.add(storage.id)
        version = reader.version(tensor) if stale is None else stale
        facts = (name, number, nbytes, version, "kept", storage.id, shape, None if held == nbytes else held)
        return tuple.__new__(Saved, facts)
