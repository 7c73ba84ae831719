"""What a program does to tensors without an op: gives one other memory, another .grad or flag, or swaps two of them."""

from collections.abc import Callable

import torch

from gradviz.engine.record.run import Run


class SettingWatch:
    """Stands where a tensor is set, in whatever thread: no recorder knows of it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._ledger = run.ledger
        self._stream = run.stream

    def handed_out(self, tensor: torch.Tensor) -> None:
        """Note that the memory of a tensor may be written to unseen, as by others than torch that were given it."""
        with self._stream.lock:
            self._ledger.storages.hand_out(tensor)

    def reassigned(self, tensor: torch.Tensor) -> None:
        """Write down a tensor that the program gave other memory: x.data = y."""
        with self._stream.lock:
            self._run.write_made(tensor)
            known = self._ledger.tensors.find(tensor)
            if known is not None:
                self._ledger.rewrite(known, tensor)

    def granted(self, tensor: torch.Tensor, gradient: object) -> None:
        """Write down a tensor that was given another .grad, which one that is no leaf has too, or None."""
        with self._stream.lock:
            self._run.write_made(tensor)
            if isinstance(gradient, torch.Tensor):
                self._run.write_made(gradient)
            known = self._ledger.tensors.find(tensor)
            if known is not None:
                known.has_grad = gradient is not None
        self.changed(tensor)

    def changed(self, tensor: torch.Tensor) -> None:
        """Write down a tensor that was given another .grad, or another flag.

        A view of a leaf that was made under no_grad is detached with the leaf.
        """
        ledger = self._ledger
        with self._stream.lock:
            known = ledger.tensors.find(tensor)
            required = known is not None and known.told is not None and known.requires_grad
            self._run.write_made(tensor)
            if ledger.tensors.find(tensor) is None:
                return
            with self._stream.ahead:
                ledger.refresh_grad(tensor)
                if required and not tensor.requires_grad:
                    ledger.spread(tensor)

    def swap(self, one: torch.Tensor, other: torch.Tensor, swap: Callable[[], None]) -> None:
        """Have two tensors swapped (torch.utils.swap_tensors), and write both down.

        Args:
            one: a tensor.
            other: another.
            swap: swaps what they are; each stays the object that it is.
        """
        with self._stream.lock:
            swap()
            for tensor in (one, other):
                known = self._ledger.tensors.find(tensor)
                if known is not None:
                    known.swapped()
                    self._ledger.rewrite(known, tensor)
