"""A graph of autograd that is there already, written down as it stands, as the page of a run of which no op was seen.

Nothing is written to a tensor or a grad_fn, no reference to one is left, and nothing is computed that autograd or a
mode of the program sees.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

import torch

from gradviz.engine.ready.named import Named, first_found
from gradviz.engine.ready.reach import Reached, reached
from gradviz.engine.record.internals import gradfns, guards, keeping, reader
from gradviz.engine.record.internals.batched import unbatched
from gradviz.engine.record.internals.hooks import hooks_on
from gradviz.engine.record.internals.values import read_value
from gradviz.model.rules import EXACT
from gradviz.model.trace import End, GradFn, GradMode, Hook, Memory, Origin, Page, Saved, Step, Tensor, Value

TORCH = str(torch.__version__)
MOST_READ = 1 << 20  # elements of which statistics are taken, which takes about a millisecond


class Ready(NamedTuple):
    """A graph that was read."""

    page: Page
    mode: GradMode  # in force in the thread that asked
    left_out: bool  # there are grad_fns beyond those that were read


def read(roots: Sequence[torch.Tensor], names: Iterable[Named], *, values: bool) -> Ready:
    """Read all that backward from some tensors can reach.

    Args:
        roots: the tensors.
        names: what tensors are called; what comes first counts.
        values: whether to read what they hold: on the CPU as a run does where it is not very much, on another device
            up to 64 elements, since to bring them here waits for it.
    """
    mode = guards.grad_mode()
    with guards.Aside():
        roots = [*map(unbatched, roots)]
        found = reached([node for node in map(gradfns.entered, roots) if node is not None])
        reading = _Reading(first_found(names), found, values=values)
        return Ready(reading.page(roots), mode, bool(found.unread))


class _Reading:
    """Ids and records of one graph. What has an id is held until all is written, so that no address comes twice."""

    def __init__(
        self,
        named: dict[int, tuple[torch.Tensor, list[str]]],
        found: Reached,
        *,
        values: bool,
    ) -> None:
        self._named = named
        self._edges = found.edges
        self._unread = found.unread
        self._values = values
        self._numbers = {node: number for number, node in enumerate(found.edges)}
        self._tensors: dict[int, torch.Tensor] = {}  # by address, in the order of their ids
        self._ids: dict[int, int] = {}
        self._made: dict[int, list[torch.Tensor]] = defaultdict(list)  # those that a grad_fn is on, by its id
        self._grad_fns: dict[int, int] = {}  # of those, by address
        self._storages: dict[int, tuple[int, torch.UntypedStorage]] = {}
        self._without = 0  # tensors that have no storage
        self._saved_bytes: dict[int, int] = {}
        self._leaf_storages: set[int] = set()

    def page(self, roots: Sequence[torch.Tensor]) -> Page:
        """Write all of it down."""
        for tensor in roots:
            self._meet(tensor, gradfns.grad_fn(tensor))
        for node in self._edges:
            if (leaf := gradfns.leaf_of(node)) is not None:
                self._meet(leaf, None)
        for tensor, _ in self._named.values():
            self._meet_if_made_here(tensor)
        with guards.unwatched():  # a saved output is handed back through a detach
            grad_fns = tuple(map(self._grad_fn, self._edges))
            tensors = tuple(map(self._tensor, list(self._tensors.values())))
        memory = Memory(
            sum(self._saved_bytes.values()), 0, None, sum(self._saved_bytes[one] for one in self._leaf_storages)
        )
        names: dict[str, int | None] = {
            name: self._ids[key] for key, (_, names) in self._named.items() if key in self._ids for name in names
        }
        steps = (Step(0, "line", None, names=names),) if names else ()
        return Page(tensors, (), grad_fns, steps, hooks=self._hooks(), end=End(None, None, memory, 0.0))

    def _meet(self, tensor: torch.Tensor, node: gradfns.Node | None) -> int:
        """Give a tensor an id; `node`: its grad_fn."""
        key = id(tensor)
        if key not in self._ids:
            self._ids[key] = len(self._ids)
            self._tensors[key] = tensor
            if node in self._numbers:
                self._grad_fns[key] = self._numbers[node]
                self._made[self._numbers[node]].append(tensor)
        return self._ids[key]

    def _meet_if_made_here(self, tensor: torch.Tensor) -> None:
        """Give an id to a named tensor whose grad_fn was reached.

        A view that may have been changed is not asked: torch would make its grad_fn anew, and let go of the one it had.
        """
        if not tensor.requires_grad or (tensor._is_view() and tensor._version):
            return
        node = gradfns.grad_fn(tensor)
        if node in self._numbers:
            self._meet(tensor, node)

    def _known(self, tensor: torch.Tensor) -> int | None:
        """The id of a tensor that has one, or a name."""
        key = id(tensor)
        return self._meet(tensor, None) if key not in self._ids and key in self._named else self._ids.get(key)

    def _hooks(self) -> tuple[Hook, ...]:
        found = [(*one, key) for key, tensor in self._tensors.items() for one in hooks_on(tensor)]
        return tuple(
            Hook(number, 0, how, function, None, self._ids[key], self._grad_fns.get(key), None)
            for number, (how, function, key) in enumerate(found)
        )

    def _grad_fn(self, node: gradfns.Node) -> GradFn:
        number, leaf, kind = self._numbers[node], gradfns.leaf_of(node), keeping.kind_of(node)
        edges = self._edges[node]
        ways = tuple((None if target is None else self._numbers[target], output) for target, output in edges)
        name = kind.name or gradfns.node_name(node)
        if leaf is not None:
            return GradFn(number, 0, name, ways, self._ids[id(leaf)], None, (), "accumulate")
        settings = keeping.settings(node, kind) if kind.settings else keeping.left_on(node, kind)
        saved = keeping.all_saved(node, kind, settings, partial(self._describe, made=self._made[number]))
        shapes = keeping.result_shapes(node)
        origin: Origin = "unread" if node in self._unread else "unseen"
        return GradFn(number, 0, name, ways, None, None, saved, origin, settings or None, shapes)

    def _describe(self, name: str, tensor: torch.Tensor, stale: int | None, made: Sequence[torch.Tensor]) -> Saved:
        """One saved tensor. Torch hands a saved result back as a new tensor: it is known by its storage."""
        number = self._known(tensor) if stale is None else self._meet(tensor, None)
        storage, shape, nbytes = self._storage(tensor), reader.shape(tensor), reader.nbytes(tensor)
        if number is None:
            twins = (one for one in made if self._storage(one) == storage and reader.shape(one) == shape)
            twin = next(twins, None)
            number = self._view(tensor) if twin is None else self._ids[id(twin)]
        key = reader.storage_key(tensor)
        held = nbytes if key is None else key[0].nbytes()
        self._saved_bytes[storage] = held
        if reader.is_leafs(tensor):
            self._leaf_storages.add(storage)
        version = reader.version(tensor) if stale is None else stale
        return Saved(name, number, nbytes, version, "kept", storage, shape, None if held == nbytes else held)

    def _view(self, tensor: torch.Tensor) -> int | None:
        """The id of a view of what has one, such as the transposed weight of a linear layer; None: it is none."""
        base = reader.base(tensor)
        return None if base is None or self._known(base) is None else self._meet(tensor, None)

    def _storage(self, tensor: torch.Tensor) -> int:
        key = reader.storage_key(tensor)
        if key is None:
            self._without += 1
            return len(self._storages) + self._without - 1
        return self._storages.setdefault(key[1], (len(self._storages) + self._without, key[0]))[0]

    def _tensor(self, tensor: torch.Tensor) -> Tensor:
        number = self._ids[id(tensor)]
        requires_grad, is_inference, retains_grad, version, base, shape, nbytes, strides = reader.state(tensor)
        grad_fn = self._grad_fns.get(id(tensor))
        is_leaf = grad_fn is None and self._is_leaf(tensor)
        is_told = is_leaf or base is None or id(tensor) in self._named  # of any other view its base is
        gradient = tensor.grad if is_leaf or retains_grad else None  # any other warns when it is asked
        return Tensor(
            id=number,
            step=0,
            shape=shape,
            dtype=str(tensor.dtype).removeprefix("torch."),
            device=str(tensor.device),
            requires_grad=requires_grad,
            is_leaf=is_leaf,
            is_inference=is_inference,
            retains_grad=retains_grad,
            version=version,
            nbytes=nbytes,
            storage=self._storage(tensor),
            base=None if base is None else self._ids.get(id(base)),
            made_by=None,
            grad_fn=grad_fn,
            line=None,
            value=self._value(tensor) if is_told else None,
            grad=None if gradient is None else self._value(gradient) or Value(reader.shape(gradient)),
            is_parameter=isinstance(tensor, torch.nn.Parameter),
            strides=strides,
        )

    def _is_leaf(self, tensor: torch.Tensor) -> bool:
        return not (tensor._is_view() and tensor._version) and reader.is_leaf(tensor)

    def _value(self, tensor: torch.Tensor) -> Value | None:
        return read_value(tensor) if self._values and self._is_cheap(tensor) else None

    def _is_cheap(self, tensor: torch.Tensor) -> bool:
        """Whether to read a tensor takes next to nothing."""
        count = tensor.numel()
        return type(count) is int and count <= (MOST_READ if tensor.is_cpu else EXACT)
