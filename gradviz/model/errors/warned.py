"""What a warning means, in words for a person: one row for each of torch that learners meet, and for our notes."""

from gradviz.model.errors.hints import Hint, match
from gradviz.model.trace import NOTE, Warned

WARNINGS = (
    Hint(
        "non-leaf-grad",
        "UserWarning",
        r"The \.grad attribute of a Tensor that is not a leaf Tensor is being accessed",
        "This tensor is not a leaf, and backward() fills .grad of leaves alone. "
        "Call .retain_grad() on it before backward() to keep its gradient.",
        "このテンソルは葉ではありません。backward() が .grad に書き込むのは葉だけです。"
        "勾配を残すには、backward() の前に .retain_grad() を呼んでください。",
    ),
    Hint(
        "grad-cycle",
        "UserWarning",
        r"Using backward\(\) with create_graph=True will create a reference cycle",
        "With create_graph=True the .grad holds the graph, and the graph holds the leaf: neither is freed by itself. "
        "Use torch.autograd.grad(), or set .grad to None when done.",
        "create_graph=True では .grad と計算グラフが互いを保持し、解放されません。"
        "torch.autograd.grad() を使うか、終わったら .grad を None にしてください。",
    ),
    Hint(
        "copy-tensor",
        "UserWarning",
        r"To copy construct from a tensor, it is recommended to use",
        "torch.tensor() copies a tensor without its graph. "
        "Say so with .detach().clone(), or keep the graph with .clone().",
        "torch.tensor() は計算グラフを引き継がずにテンソルを複製します。"
        ".detach().clone() と書くか、計算グラフを残すには .clone() を使ってください。",
    ),
    Hint(
        "number-of-tracked",
        "UserWarning",
        r"^Converting a tensor with requires_grad=True to a scalar",
        "A Python number is made of a tensor that requires grad: no gradient comes back through it. "
        "Say that this is meant with .detach() or .item().",
        "requires_grad のテンソルから Python の数を作っています。この数を通って勾配が戻ることはありません。"
        "それでよければ .detach() か .item() で明示してください。",
    ),
    Hint(
        "target-size",
        "UserWarning",
        r"^Using a target size \(torch\.Size\((?P<one>\[[\d, ]*\])\)\) that is different to the input size "
        r"\(torch\.Size\((?P<two>\[[\d, ]*\])\)\)",
        "The target has shape {one} and the result shape {two}. The loss broadcasts both to one shape, where a target "
        "can be compared with several results. Give both the same shape, as with .view_as() or .unsqueeze(1).",
        "正解の形状が {one}、結果の形状が {two} です。損失は両方を同じ形状にブロードキャストするため、"
        "一つの正解が複数の結果と比べられることがあります。.view_as() や .unsqueeze(1) などで形状をそろえてください。",
    ),
    Hint(
        "softmax-dim",
        "UserWarning",
        r"^Implicit dimension choice for (?P<what>\w+) has been deprecated",
        "{what} was not told along which dimension the results are to add up to 1. Pass dim=, often dim=-1.",
        "{what} に、どの次元に沿って合計を 1 にするかが指定されていません。dim= を渡してください (多くは dim=-1)。",
    ),
    Hint(
        "too-few",
        "UserWarning",
        r"^(?P<what>\w+)\(\): degrees of freedom is <= 0",
        "{what}() divides by how many numbers there are less correction, which is 1 if not given: nothing is left of "
        "that. Pass correction=0, or more numbers.",
        "{what}() は数の個数から correction (指定しなければ 1) を引いた数で割りますが、何も残りません。"
        "correction=0 か、もっと多くの数を渡してください。",
    ),
    Hint(
        "checkpoint-no-grad",
        "UserWarning",
        r"None of the inputs have requires_grad=True\. Gradients will be None",
        "No input of this checkpoint requires grad, so its gradients will be None. Pass use_reentrant=False.",
        "この checkpoint の入力に requires_grad=True のものがないため、勾配は None になります。"
        "use_reentrant=False を渡してください。",
    ),
    Hint(
        "anomaly",
        "UserWarning",
        r"^Anomaly Detection has been enabled",
        "backward() now looks for nan after every grad_fn, which takes time: leave it on only while you look for one.",
        "backward() は grad_fn ごとに nan を調べるため遅くなります。nan を探す間だけ有効にしてください。",
    ),
    Hint(
        "anomaly-call",
        "UserWarning",
        r"^Error detected in (?P<what>\w+)\. Traceback of forward call.*File \"<program>\", line (?P<line>\d+)",
        "The error came up in {what}, which belongs to the forward call on line {line}.",
        "エラーは {what} で起きました。これは {line} 行目の順伝播の呼び出しに対応します。",
    ),
    Hint(
        "not-compiled",
        NOTE,
        r"^torch\.compile was called$",
        "torch.compile compiles nothing here: the function runs as it is written, and its own graph is shown.",
        "ここでは torch.compile はコンパイルしません。関数は書かれたとおりに実行され、その計算グラフを表示します。",
    ),
    Hint(
        "branched",
        NOTE,
        r"^torch\.cond was called$",
        "torch.cond compiles nothing here: the branch that is taken runs as it is written, and its own graph is shown.",
        "ここでは torch.cond はコンパイルしません。選ばれた分岐が書かれたとおりに実行され、"
        "その計算グラフを表示します。",
    ),
    Hint(
        "scripted",
        NOTE,
        r"^torch\.jit\.script was called$",
        "TorchScript runs the function in an interpreter of its own. Its first runs are shown op by op. After a run or "
        "two what it can differentiate by itself is one op, with a DifferentiableGraphBackward.",
        "TorchScript は独自のインタープリターで関数を実行します。最初の実行は演算ごとに表示します。"
        "1、2 回実行した後は、TorchScript が自分で微分できる部分が "
        "DifferentiableGraphBackward を持つ 1 つの演算になります。",
    ),
    Hint(
        "traced",
        NOTE,
        r"^torch\.jit\.trace was called$",
        "torch.jit.trace runs the function on its examples to take it down. What runs for that is not shown.",
        "torch.jit.trace は関数を書き取るために例の入力で実行します。その実行は表示しません。",
    ),
)


def warning_hint(warned: Warned) -> str | None:
    """The id of the explanation of a warning, if there is one."""
    found = match(WARNINGS, warned.category, warned.message)
    return None if found is None else found[0].id


def warning_text(warned: Warned, language: str) -> str:
    """What a warning means, in "en" or "ja"; the original where nothing better is known."""
    found = match(WARNINGS, warned.category, warned.message)
    if found is None:
        return f"{warned.category}: {warned.message}"
    row, groups = found
    return (row.ja if language == "ja" else row.en).format(**groups)
