"""The dispatch mode under which a thread of the program runs."""

import sys
from collections.abc import Sequence
from types import FrameType

import torch

from gradviz.engine.record.internals import depth, operators, reader, sums
from gradviz.engine.record.internals.guards import aside, run_unasked
from gradviz.engine.record.recorder import Recorder


def in_force() -> Recorder | None:
    """The recorder whose mode is in force here: torch hands modes on to the threads that work for one."""
    return next((mode.recorder for mode in operators.modes() if isinstance(mode, OpWatch)), None)


class OpWatch(operators.Passing):
    """Sees each op that reaches a kernel, under every grad mode, in forward and backward."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder
        self._around = recorder.run.around

    def __torch_dispatch__(
        self,
        func: operators.Operator,
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        tracer, caller = sys.gettrace(), sys._getframe().f_back
        sys.settrace(None)  # as Untraced does, without its calls, of which each would be traced
        try:
            if self.recorder.is_near or not depth.is_kept(tracer):
                depth.check(self.recorder.beneath)
            return self._run(func, args, kwargs or {}, caller)
        except BaseException as error:
            if caller is None:
                self.recorder.dropped = error
            if self.recorder.scripted is not None:
                self.recorder.refusal = str(error)
            raise
        finally:
            sys.settrace(tracer)

    def _run(
        self, func: operators.Operator, args: tuple[object, ...], kwargs: dict[str, object], caller: FrameType | None
    ) -> object:
        recorder = self.recorder
        traits = operators.KNOWN.get(id(func)) or operators.learn(func)
        if traits.is_question:
            return func(*args, **kwargs)
        if traits.wants_tensor and type(args[0]) in operators.NUMBERS:
            args = operators.as_tensors(args)
        run, inside, unguarded = recorder.run, torch.is_inference_mode_enabled(), False
        if inside:
            run.has_inference = True
        elif run.has_inference:
            unguarded = reader.are_inference(args, kwargs) and not operators.makes_tensors(traits, args)
        if traits.is_composite and (inside or unguarded):
            return operators.run_composite(func, self, args, kwargs)
        with aside():
            pending = recorder.op_started(traits, args, kwargs, caller)
        kernel = traits.kernel if self._around is None else self._around(traits.kernel)
        own = bool(traits.is_factory or (traits.writes and pending.written))
        counts = traits.is_custom or (own and operators.counts(traits, inside))
        if counts:
            result = operators.run_counting(kernel, args, kwargs)
        elif unguarded and not own:
            result = operators.run_unguarded(kernel, args, kwargs)
        elif pending.phase == "backward":
            result = run_unasked(kernel, args, kwargs)
        else:
            result = kernel(*args, **kwargs)
        with aside():
            recorder.op_done(traits, pending, result)
            if recorder.between is not None and func in sums.SUMS and not torch.is_grad_enabled():
                with recorder.lock:
                    recorder.between()  # torch adds to a sum in place if nobody else holds it
        return result
