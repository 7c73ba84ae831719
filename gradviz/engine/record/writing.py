"""Ops written down: what one changed, what it returned, and the grad_fn that autograd has put on that.

It is done after an op has returned and before anything else happens in its thread, for then autograd is done with it.
"""

from collections.abc import Sequence

import torch

from gradviz.engine.record.internals import gradfns
from gradviz.engine.record.ledger.stream import Row
from gradviz.engine.record.pending import Pending, could_make, is_among
from gradviz.engine.record.run import Run
from gradviz.model.trace import AT_LEVEL, RESOLVED


class Writer:
    """Writes the ops of one thread down. Whoever calls holds the stream's lock."""

    def __init__(self, run: Run, lifted: set[int]) -> None:
        """Begin with none.

        Args:
            run: the run.
            lifted: tensors that an open level of torch.func records on: what is made of them is added.
        """
        self._stream = run.stream
        self._ledger = run.ledger
        self._nodes = run.nodes
        self._lifted = lifted
        self._copies: dict[int, int] = {}  # what kernels are given in the place of conjugate views -> those

    def write(self, pending: Pending, taken: Sequence[torch.Tensor]) -> None:
        """Write down an op that has its number.

        Args:
            pending: the op.
            taken: those of its outputs that a call around it has returned, and are written down as its own.
        """
        ledger = self._ledger
        touched = [ledger.written(tensor, pending.id) for tensor in pending.written] if pending.written else []
        if pending.written:
            self._note_written(pending)
        made, outputs = self._write_outputs(pending, taken)
        self._nodes.inside = None
        for others in touched:
            ledger.see_again(others)
        for tensor in pending.outdated if made is not None else ():
            ledger.made_anew(tensor)
        for tensor in pending.promised:
            if not is_among(tensor, taken):
                ledger.see(tensor, pending.place.line)
        if pending.why == AT_LEVEL:
            self._lifted.update(outputs)
        elif made is None and pending.why == RESOLVED:
            self._copies[outputs[0]] = pending.inputs[0]
        self._stream.ops.append(_row(pending, made, outputs))

    def _note_written(self, pending: Pending) -> None:
        """Note what an op did to what it changed in place, before its outputs are written down."""
        for tensor in pending.written:
            if pending.mode == "grad" and tensor.requires_grad and tensor._is_view():
                self._ledger.view_changed(tensor)
        if pending.inside is not None:
            self._nodes.inside = self._nodes.saved_inside(pending.inside, pending.kept)

    def _write_outputs(self, pending: Pending, taken: Sequence[torch.Tensor]) -> tuple[int | None, list[int]]:
        """Write down the outputs and their grad_fns; return the grad_fn this op made, and the outputs' ids.

        The op made it if it is on an output, was on no tensor before, and the op ran in grad mode; the grad_fn of a
        torch.autograd.Function is made by the call around the ops of its forward.
        """
        made = pending.grad_fn
        outputs: list[int] = []
        ledger, nodes, line = self._ledger, self._nodes, pending.place.line
        promised = list(map(ledger.promise, pending.outputs))  # their own grad_fn may save them
        for tensor, known, value, storage in zip(
            pending.outputs, promised, pending.values, pending.storages, strict=True
        ):
            outputs.append(known.id)
            if pending.counter is not None:
                known.counter = pending.counter
            if taken and is_among(tensor, taken):
                continue
            if pending.written and ledger.changed_views and ledger.has_outdated(tensor):
                ledger.see(tensor, line)
                continue
            node, number = gradfns.grad_fn(tensor), None
            if node is not None:
                number = nodes.known(node)
                if number is None or (made is None and pending.is_met(number)):
                    own, add = made is None and could_make(pending, node), nodes.add if number is None else nodes.claim
                    number = add(node, line, pending.outputs, own=own)
                    if own:
                        made, pending.inputs = number, self._inputs(pending, node)
            ledger.write(known, tensor, pending.id, number, line, value, storage)
        return made, outputs

    def _inputs(self, pending: Pending, node: gradfns.Node) -> tuple[int, ...]:
        """The inputs of an op that made a grad_fn; of the copies that kernels are given of conjugate views, those."""
        if not pending.is_tracked:
            return tuple(self._nodes.leads_to(node)) or pending.inputs
        copies = self._copies
        return tuple([copies.get(one, one) for one in pending.inputs]) if copies else pending.inputs


def _row(pending: Pending, made: int | None, outputs: Sequence[int]) -> Row:
    """The fields of an Op."""
    line, call, module, nested = pending.place
    facts: Row = (
        pending.id,
        pending.step,
        pending.name,
        call,
        pending.phase,
        line,
        module,
        pending.inputs,
        tuple(outputs),
        pending.mode,
        made,
        None if made is not None else pending.why,
    )
    if pending.region is not None or pending.given is not None or nested:
        facts = (*facts, pending.region, pending.given, nested)
    return facts
