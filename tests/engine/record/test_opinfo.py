"""Every op that torch's own test database differentiates: its graph as recorded, against a walk made beside it.

The graph must also be the one that the op has where nothing records it.

GRADVIZ_OPINFO sets how many ops are drawn at random; "all" takes every one. GRADVIZ_SEED, printed at the end, draws
the same ones again.
"""

import os
import random
import warnings
from collections.abc import Callable, Iterator

import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

from gradviz.engine.record.internals.composites import replace_composites
from gradviz.engine.record.internals.entries import replace_function_apply
from gradviz.engine.record.internals.gradfns import Node
from gradviz.engine.record.internals.quiet import Untraced
from gradviz.engine.record.ledger.stream import Stream
from gradviz.engine.record.program.regions import Regions
from gradviz.engine.record.program.source import Source
from gradviz.engine.record.recorder import Recorder
from gradviz.engine.record.run import Run
from gradviz.engine.record.watches.functions import FunctionWatch
from gradviz.engine.record.watches.ops import OpWatch
from gradviz.intake.tracebuilder import TraceBuilder
from gradviz.model.program import Program, parse
from gradviz.model.rules import LAWS, broken
from gradviz.model.trace import End, Memory, Trace
from gradviz.model.wire import Ready, Request

SEED = int(os.environ["GRADVIZ_SEED"])
WANTED = os.environ.get("GRADVIZ_OPINFO", "60")
SAMPLES = 8  # of each op


def _chosen() -> list[str]:
    """Positions in op_db as text; the names there are not unique."""
    differentiable = [
        position for position, info in enumerate(op_db) if info.supports_autograd and torch.float64 in info.dtypes
    ]
    if WANTED == "all":
        return [f"{position}-{op_db[position].full_name}" for position in differentiable]
    drawn = random.Random(SEED).sample(differentiable, int(WANTED))
    return [f"{position}-{op_db[position].full_name}" for position in drawn]


def _record(work: Callable[[], object]) -> tuple[Trace, Recorder, object, BaseException | None]:
    """Run work under the recorder alone; return its trace, what it returned and what it raised."""
    program = parse("")
    assert isinstance(program, Program)
    builder = TraceBuilder(Request(""), Ready("", "", ""))
    stream = Stream(builder.page)
    source = Source(program, stream.module)
    recorder = Recorder(Run(stream, source, 10**6), Regions(stream, source, "grad"))
    result: object = None
    error: BaseException | None = None
    with Untraced():
        undo = [
            replace_function_apply(FunctionWatch(lambda: recorder).wrap),  # some ops are made of one
            replace_composites(),
        ]
        try:
            with OpWatch(recorder):
                result = work()
        except Exception as raised:  # noqa: BLE001  # compared with what the op raises by itself
            error = raised
        finally:
            for one in undo:
                one()
        recorder.settle()
        for tensor in _tensors(result):
            recorder.ledger.see(tensor, None)  # as when a name is bound to it
        stream.flush(End(None, None, Memory(), 0.0))
    return builder.trace(), recorder, result, error


def _tensors(item: object) -> Iterator[torch.Tensor]:
    if isinstance(item, torch.Tensor):
        yield item
    elif isinstance(item, list | tuple):
        for part in item:
            yield from _tensors(part)


Edges = dict[int, tuple[str, tuple[tuple[int | None, int], ...], tuple[tuple[str, tuple[int, ...]], ...]]]


def _walk(outputs: list[torch.Tensor], recorder: Recorder) -> Edges:
    """The graph behind some tensors, by torch's own account: name, next functions, saved names and shapes."""
    ids: dict[Node, int] = {}
    todo = [tensor.grad_fn for tensor in outputs if tensor.grad_fn is not None]
    found: Edges = {}
    while todo:
        node = todo.pop()
        if node in ids:
            continue
        number = recorder.nodes.id_of(node)  # which is which, and nothing else, is taken from the recorder
        assert number is not None
        ids[node] = number
        todo.extend(target for target, _ in node.next_functions if target is not None)
    for node, number in ids.items():
        edges = tuple((None if target is None else ids[target], output) for target, output in node.next_functions)
        name = node.name().replace("torch::autograd::", "")
        found[number] = (name, edges, tuple(_saved(node)))
    return found


def _saved(node: Node) -> Iterator[tuple[str, tuple[int, ...]]]:
    for attribute in sorted(dir(node)):
        if attribute.startswith("_raw_saved_"):
            name = attribute.removeprefix("_raw_saved_")
            kept = list(_tensors(getattr(node, "saved_tensors" if name == "tensors" else f"_saved_{name}")))
            for position, tensor in enumerate(kept):
                yield (name if len(kept) == 1 else f"{name}[{position}]"), tuple(tensor.shape)


Shape = list[tuple[str, list[tuple[int | None, int]]]]


def _shape(outputs: list[torch.Tensor]) -> Shape:
    """The graph behind some tensors without ids of anybody: name and next functions by order of discovery."""
    ids: dict[Node, int] = {}
    order: list[Node] = []

    def number(node: Node) -> int:
        if node not in ids:
            ids[node] = len(order)
            order.append(node)
        return ids[node]

    roots = [one.grad_fn for one in outputs]
    found: Shape = [("root", [(None if root is None else number(root), 0)]) for root in roots]
    for node in order:  # grows as it is walked
        found.append((node.name(), [(None if to is None else number(to), k) for to, k in node.next_functions]))
    return found


def _recorded(trace: Trace, numbers: set[int]) -> Edges:
    return {
        number: (
            trace.grad_fns[number].name,
            trace.grad_fns[number].next,
            tuple((saved.name, saved.shape) for saved in trace.grad_fns[number].saved),
        )
        for number in numbers
    }


@pytest.mark.parametrize("chosen", _chosen())
@pytest.mark.filterwarnings("ignore")
def test_the_graph_of_an_op(chosen: str) -> None:
    info = op_db[int(chosen.partition("-")[0])]
    samples = info.sample_inputs("cpu", torch.float64, requires_grad=True)  # type: ignore[no-untyped-call]  # torch's own test tools
    for _, sample in zip(range(SAMPLES), samples, strict=False):

        def work(sample: object = sample) -> object:
            torch.manual_seed(0)
            return info(sample.input, *sample.args, **sample.kwargs)  # type: ignore[attr-defined]  # torch's SampleInput

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                expected, failure = list(_tensors(work())), None
            except Exception as raised:  # noqa: BLE001  # what torch itself cannot do must fail the same way
                expected, failure = [], raised
            trace, recorder, result, error = _record(work)
        assert type(error) is type(failure)
        outputs = list(_tensors(result))
        assert _shape(outputs) == _shape(expected)
        for mine, bare in zip(outputs, expected, strict=True):
            assert mine.requires_grad == bare.requires_grad
            assert mine.shape == bare.shape
        graph = _walk(outputs, recorder)
        assert _recorded(trace, set(graph)) == graph
        assert list(broken(trace, LAWS)) == []
