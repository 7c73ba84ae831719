"""Which ops are no step a person took: they only bring a tensor into the world, or copy one for torch's own use.

Such a copy is one to save for backward, or to write a number into a text. Autograd records none of these ops.

nn.Linear runs several kernels (empty, an in-place initialiser) before the person has a tensor in hand.
"""

from gradviz.model.trace import Op, Trace, named_by

DETACHED = ("aten::detach", "prim::data")  # the second has a version counter of its own
READOUT = "aten::_local_scalar_dense"  # of .item(), float(), int(), bool()


def births(trace: Trace) -> set[int]:
    """Ids of the forward ops that make, copy or fill a tensor nobody has used or named yet, or ever does."""
    named = _first_named(trace)
    wanted = _wanted(trace, named)
    used: set[int] = set()  # tensors that an op other than a birth took or changed
    born: dict[int, Op] = {}  # tensor -> the birth it came from
    found: set[int] = set()
    for op in trace.ops:
        if op.phase != "forward":
            continue
        if op.grad_fn is None and (_is_birth(op, born, used, named) or _is_internal(op, wanted)):
            found.add(op.id)
            born.update((tensor, op) for tensor in op.outputs)
        else:
            used.update(op.inputs, op.outputs)
    return found


def _first_named(trace: Trace) -> dict[int, int]:
    """The step at which each tensor first got a name."""
    first: dict[int, int] = {}
    for step in trace.steps:
        for _, tensor in named_by(step) if step.names or step.elsewhere else ():
            if tensor is not None:
                first.setdefault(tensor, step.id)
    return first


def _wanted(trace: Trace, named: dict[int, int]) -> set[int]:
    """Tensors that were named, or taken by an op of the forward run that is more than the printing of a copy."""
    return set(named).union(*[op.inputs for op in trace.ops if op.phase == "forward" and not _prints(op, trace)])


def _prints(op: Op, trace: Trace) -> bool:
    """Whether an op reads a number out of a copy that the same expression has made for it: f"{loss:.3f}" does so."""
    maker = trace.tensors[op.inputs[0]].made_by if op.name.startswith(READOUT) and op.inputs else None
    made = None if maker is None else trace.ops[maker]
    return made is not None and made.name.startswith(DETACHED) and (made.line, made.call) == (op.line, op.call)


def _is_internal(op: Op, wanted: set[int]) -> bool:
    """Whether an op that was not recorded is a detached copy that torch saves for backward, or prints."""
    return op.name.startswith(DETACHED) and wanted.isdisjoint(op.outputs)


def _is_birth(op: Op, born: dict[int, Op], used: set[int], named: dict[int, int]) -> bool:
    """Whether an op that was not recorded makes, copies or fills what is nobody's yet."""
    if not op.inputs:
        return True
    for tensor in (*op.inputs, *op.outputs):
        if tensor in used or named.get(tensor, op.step) < op.step:
            return False
    if set(op.inputs) == set(op.outputs):  # an initialiser: uniform_, fill_, zero_
        return True
    # The detach by which torch hands a new tensor out where somebody holds what the kernel returned.
    first = born.get(op.inputs[0])
    return first is not None and op.name.startswith(DETACHED) and (first.line, first.call) == (op.line, op.call)
