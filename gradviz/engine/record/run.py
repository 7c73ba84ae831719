"""One run: its records, and what the recorders of its threads share of them."""

from collections.abc import Callable
from typing import Protocol

import torch

from gradviz.engine.record.internals import gradfns, guards
from gradviz.engine.record.internals.operators import Kernel
from gradviz.engine.record.ledger.ledger import Ledger
from gradviz.engine.record.ledger.nodes import Nodes
from gradviz.engine.record.ledger.stream import LimitReached, Stream
from gradviz.engine.record.program.source import Source
from gradviz.model.trace import Memory

MOST_OPERANDS = 50_000  # of one op: its record, and that of its grad_fn, must fit into a frame


class Thread(Protocol):
    """A thread of the run as it is watched."""

    def has_made(self, tensor: torch.Tensor) -> bool:
        """Whether a tensor is a result of the op that is not written down yet."""
        ...

    def settle(self) -> None:
        """Write that op down."""
        ...


class Run:
    """The records of a run. What its methods write they write holding the stream's lock."""

    def __init__(self, stream: Stream, source: Source, max_ops: int) -> None:
        self.stream = stream
        self.source = source
        self.ledger = Ledger(stream, self._grad_fn_of, self.write_made)
        self.nodes = Nodes(stream, self.ledger)
        self.threads: list[Thread] = []
        self.ops = 0
        self.max_ops = max_ops
        self.around: Callable[[Kernel], Kernel] | None = None  # put around each kernel
        self.is_over = False
        self.has_inference = False  # it was in inference_mode, and may have tensors of it

    def check(self, operands: int) -> None:
        """Stop before an op that is one too many, or too large.

        Raises:
            LimitReached: that is so, or the run is over and this is a thread it has left behind.
        """
        if self.is_over:
            raise LimitReached("the run is over")
        if self.ops >= self.max_ops:
            self.stream.stop("ops", f"{self.ops:,} ops")
        if operands > MOST_OPERANDS:
            self.stream.stop("ops", f"an op on {operands:,} tensors")

    def finish(self, last_names: Callable[[], None]) -> Memory:
        """Write down the last ops, the last bindings and the final state of every living tensor."""
        with guards.Aside(), self.stream.lock:
            self.is_over = True
            for thread in self.threads:
                thread.settle()
            last_names()
            self.nodes.bury()
            self.ledger.refresh()
            nodes = self.nodes
            return Memory(nodes.saved_bytes, self.ledger.storages.peak_bytes, None, nodes.parameter_bytes)

    def write_made(self, tensor: torch.Tensor) -> None:
        """Have the thread whose last op made a tensor write that op down."""
        for thread in self.threads:
            if thread.has_made(tensor):
                thread.settle()

    def _grad_fn_of(self, tensor: torch.Tensor) -> int | None:
        """The id of a tensor's grad_fn as it is now."""
        node = gradfns.grad_fn(tensor)
        return None if node is None else self.nodes.see(node, None)
