"""saved_tensors_hooks while they pack: torch runs them in the middle of an op, before its grad_fn is whole.

Each pair of hooks is pushed through one name; the pack hook pushed in its place calls the person's with the same
tensor and hands its result on as it is. Until it returns, the op around it must not be written down.
"""

from collections.abc import Callable

from gradviz.engine.record.internals import entries
from gradviz.engine.record.internals.quiet import Untraced
from gradviz.engine.record.recorder import Recorder


class PackWatch:
    """Stands where saved_tensors_hooks are put in force."""

    def __init__(self, here: Callable[[], Recorder]) -> None:
        self._here = here  # the recorder of this thread

    def wrap(self, push: entries.PushHooks) -> entries.PushHooks:
        """Return the entry with its pack hook watched."""

        def watched(pack: entries.Hook, unpack: entries.Hook) -> None:
            def packing(tensor: object) -> object:
                recorder = self._here()
                with Untraced():  # a line of the hook is no place to write things down either
                    regions = recorder.packing_started()
                    try:
                        return pack(tensor)
                    finally:
                        recorder.packing_done(regions)

            push(packing, unpack)

        return watched
