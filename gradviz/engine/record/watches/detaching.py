"""detach_() as an op: it takes a tensor out of the graph in place, and no kernel runs in which it could be seen."""

import sys
from collections.abc import Callable

import torch

from gradviz.engine.record.internals import entries, guards, operators, reader
from gradviz.engine.record.internals.quiet import Untraced
from gradviz.engine.record.recorder import Recorder


class DetachWatch:
    """Stands where a tensor is detached in place."""

    def __init__(self, here: Callable[[], Recorder], changed: Callable[[torch.Tensor], None]) -> None:
        self._here = here  # the recorder of this thread
        self._changed = changed  # writes down a tensor that has another flag
        self._traits = operators.learn(torch.ops.aten.detach_.default)

    def wrap(self, detach: entries.Detach) -> entries.Detach:
        """Return what detaches with recording around it, where there is something to detach from."""

        def watched(tensor: torch.Tensor) -> torch.Tensor:
            if not (reader.has_truth(tensor) and tensor.requires_grad):
                return detach(tensor)
            recorder = self._here()
            with Untraced():
                pending = recorder.op_started(self._traits, (tensor,), {}, sys._getframe(1))
            result = detach(tensor)
            with Untraced(), guards.unwatched():
                pending.why = "detach"
                recorder.op_done(self._traits, pending, result)
                self._changed(tensor)
            return result

        return watched
