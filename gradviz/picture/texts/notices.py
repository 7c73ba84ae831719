"""What there is to say beside a graph that was read as it stood: that it is not all, is empty, or will fail."""

from collections.abc import Iterator
from itertools import islice
from typing import Literal

from gradviz.model.moments.foretold import Foretold, foretold
from gradviz.model.trace import Trace
from gradviz.model.values import shape_text
from gradviz.picture.picture import Language
from gradviz.picture.record.record import Record

Notice = Literal["left out", "grad", "no_grad", "inference", "made in inference", "version"]
_MOST = 3  # saved tensors that are told of
_TEXTS: dict[Language, dict[Notice, str]] = {
    "en": {
        "left out": "The graph has more than {:,} grad_fns: those nearest to the outputs are drawn. Of a longer chain "
        "that Python has seen, torch could not free the memory: it does so by recursion, and runs out of stack.",
        "grad": "There is no grad_fn, and so no graph to draw: requires_grad is False. That is so of what is made "
        "without it, detached, or computed under no_grad or from tensors of which none requires grad.",
        "no_grad": "There is no grad_fn, and so no graph to draw: the grad mode is no_grad here, and autograd records "
        "nothing.",
        "inference": "There is no grad_fn, and so no graph to draw: the grad mode is inference_mode here, and autograd "
        "records nothing.",
        "made in inference": "There is no grad_fn, and so no graph to draw: this was made in inference_mode.",
        "version": "backward() will fail at {0}: it saved {1} at version {2}, and an op in place has made that "
        "version {3} since.",
    },
    "ja": {
        "left out": "グラフの grad_fn は {:,} 個を超えるため、出力に近いものだけを描きます。"
        "これより長い連鎖を Python から見ると、torch は再帰で解放するときにスタックを使い果たします。",
        "grad": "grad_fn がないため、描くグラフはありません。requires_grad が False です。そのように作られたか、"
        "detach されたか、no_grad の中または requires_grad でないテンソルだけから計算されています。",
        "no_grad": "grad_fn がないため、描くグラフはありません。ここの勾配モードは no_grad で、"
        "autograd は何も記録しません。",
        "inference": "grad_fn がないため、描くグラフはありません。ここの勾配モードは inference_mode で、"
        "autograd は何も記録しません。",
        "made in inference": "grad_fn がないため、描くグラフはありません。これは inference_mode の中で作られました。",
        "version": "backward() は {0} で失敗します。バージョン {2} で保存した {1} は、"
        "その後、その場で変更されてバージョン {3} になりました。",
    },
}


def notices(record: Record, language: Language, left_out: int | None) -> Iterator[str]:
    """Yield what there is to say.

    Args:
        record: the graph as it stood.
        language: of the sentences.
        left_out: how many grad_fns were read, where there are more; None: all were.
    """
    texts, trace = _TEXTS[language], record.trace
    if left_out is not None:
        yield texts["left out"].format(left_out)
    if not trace.grad_fns:
        yield texts[_why_empty(trace)]
    refused = (one for one in foretold(record.history.end) if one.why == "version")
    for one in islice(refused, _MOST):
        yield texts["version"].format(*_refused(trace, one))


def _why_empty(trace: Trace) -> Notice:
    return "made in inference" if any(tensor.is_inference for tensor in trace.tensors) else trace.mode


def _refused(trace: Trace, one: Foretold) -> tuple[str, str, int | None, int | None]:
    """The grad_fn, what it saved, the version of that then and now."""
    saved = one.saved
    names = () if saved.tensor is None else trace.tensors[saved.tensor].names
    return (
        trace.grad_fns[one.grad_fn].name,
        ", ".join(names) or f"{saved.name} {shape_text(saved.shape)}",
        saved.version,
        one.now,
    )
