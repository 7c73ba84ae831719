"""The levels of torch.func (grad, jacrev, vjp), in which autograd records what nobody sees from outside.

A transform wraps its inputs and records on the wrappers. The ops are seen below that, on the tensors inside, which do
not require grad: of them it is known by their inputs alone that a level recorded them.
"""

from collections.abc import Callable

from gradviz.engine.record.internals import reader
from gradviz.engine.record.recorder import Recorder


class LevelWatch:
    """Stands where the transforms of torch.func open and close their levels."""

    def __init__(self, here: Callable[[], Recorder]) -> None:
        self._here = here  # the recorder of this thread

    def opened(self) -> None:
        """Note that a level was opened."""
        self._here().levels += 1

    def closing(self) -> None:
        """Note that a level is about to be closed; with the last, what they recorded is out of reach."""
        recorder = self._here()
        recorder.levels -= 1
        if not recorder.levels:
            with recorder.lock:
                recorder.settle()
                recorder.lifted.clear()

    def lifted(self, inputs: object) -> None:
        """Note the inputs that a level records on."""
        recorder = self._here()
        with recorder.lock:
            for tensor in reader.tensors_in((inputs,)):
                recorder.lifted.add(recorder.ledger.see(reader.innermost(tensor), None))
