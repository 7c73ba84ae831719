"""The words of a picture, as one frozen table a language. Names of the PyTorch API stay as they are in each."""

from typing import NamedTuple

from gradviz.drawing.shapes import Role
from gradviz.model.costs.heat import HeatOf
from gradviz.model.trace import AT_LEVEL, RESOLVED, SavedState


class Words(NamedTuple):
    """Every phrase of a picture. A pair of braces is filled in; whole phrases, so that no language is glued."""

    kinds: dict[Role, str]  # what each outline means, for the legend and the first line of a description
    states: dict[SavedState, str]
    reasons: dict[str, str]  # why autograd recorded nothing; what is not listed is said as it is
    language: str  # of the reasons for an absent .grad
    line: str
    lines: str
    on_line: str
    not_recorded: str
    partly_recorded: str
    grad: str
    grad_none: str
    summed: str
    saved: str
    saved_heading: str
    changed: str
    more: str
    removed: str  # of a hook
    hooks: str  # how many a fold holds
    steps: str
    parameter: str
    parameters: str  # so many tensors as one
    leaves: str
    tensors: str
    ops_in_all: str
    grad_fns_in_all: str
    rounds_done: str  # so many rounds have begun, of so many
    steps_done: str
    back_done: str  # so many grad_fns have run in backward, of so many
    bytes_saved: str
    tensor: str
    value: str
    too_big: str
    uninitialized: str  # memory as torch.empty hands it out, or what was computed from it
    alike: str  # many elements, all of them one number
    view_of: str
    version: str
    unread: str  # a grad_fn that leads on to others that were not looked at
    inputs: str
    passes: dict[str, str]  # by what is wrong with the gradients that a grad_fn passes on
    first_ill: str
    first_gradient: str
    gradient: str
    gradient_unread: str
    stopped: str
    no_tensors: str
    no_grad_fns: str
    nothing: str
    title: str
    step: str
    counts: str
    grad_fns: str
    hidden: str
    new: str
    gone: str
    was_there: str
    not_there: str
    heats: dict[HeatOf, str]  # what heat is of
    heat_caveat: str
    up_to: str
    between: str
    ranked: str


ENGLISH = Words(
    kinds={
        Role.LEAF: "leaf, requires grad",
        Role.CONSTANT: "does not require grad",
        Role.INTERMEDIATE: "intermediate",
        Role.ROOT: "root of backward",
        Role.OP: "op, grad_fn",
        Role.UNRECORDED: "op not recorded",
        Role.ACCUMULATE: "AccumulateGrad: adds into .grad",
        Role.SAVED: "saved for backward",
        Role.FREED: "saved, now freed",
        Role.DETACHED: "result not recorded",
        Role.INFERENCE: "inference tensor",
        Role.ERROR: "in the error",
        Role.FOLD: "folded",
        Role.DATA_EDGE: "data",
        Role.UNRECORDED_EDGE: "data, not recorded",
        Role.GRADIENT_EDGE: "next_functions",
        Role.PARTIAL: "gradient",
        Role.BADGE: "badge: leaf whose one box is elsewhere",
        Role.STOP: "no gradient passes",
        Role.GHOST: "not there yet",
        Role.INPUT: "input",
        Role.RESULT: "result",
        Role.OPENED: "open fold",
        Role.REGION: "region of code",
        Role.REGION_INFERENCE: "inference_mode region",
    },
    states={"kept": "kept", "freed": "freed", "packed": "packed by a hook"},
    reasons={"inference": "inference_mode"},
    language="en",
    line="line {}",
    lines="lines {}–{}",
    on_line="{} · line {}",
    not_recorded="not recorded: {}",
    partly_recorded="{} ({:,} of {:,} ops)",
    grad=".grad {}",
    grad_none=".grad None — {}",
    summed=".grad {} = {}",
    saved="saved {}",
    saved_heading="saved · {}",
    changed="changed since",
    more="+{:,} more",
    removed="{} · removed",
    hooks="hooks: {:,}",
    steps="ops: {:,}",
    parameter="1 parameter",
    parameters="{:,} parameters",
    leaves="{:,} leaves that require grad",
    tensors="{:,} tensors",
    ops_in_all="{:,} ops",
    grad_fns_in_all="{:,} grad_fns",
    rounds_done="× {:,} of {:,}",
    steps_done="ops: {:,} of {:,}",
    back_done="backward: {:,} of {:,} grad_fns",
    bytes_saved="saved {}",
    tensor="shape {}, {}, {}, {}",
    value="value {}",
    too_big="not read",
    uninitialized="uninitialized",
    alike="all {}",
    view_of="view of {}",
    version="version {}",
    unread="its next_functions were not read",
    inputs="inputs: {}",
    passes={"nan": "passes nan", "inf": "passes inf", "zero": "passes only 0", "undefined": "passes no gradient"},
    first_ill="first {}",
    first_gradient="first {} gradient",
    gradient="gradient {}",
    gradient_unread="gradient of shape {}",
    stopped="no gradient passes here",
    no_tensors="No tensors were made: there is nothing to draw.",
    no_grad_fns="Autograd recorded no op: there is no backward graph to draw.",
    nothing="No tensor was used or given a name: there is nothing to draw.",
    title="Autograd graph",
    step="step {:,} of {:,}",
    counts="Tensors: {:,}. Ops: {:,}, of which autograd did not record {:,}.",
    grad_fns="grad_fns: {:,}.",
    hidden="Boxes folded away: {:,}.",
    new="new",
    gone="gone",
    was_there="in the run before, and no longer",
    not_there="not in this grad mode",
    heats={"time": "time {}", "allocated": "allocated {}", "saved": "saved for backward {}"},
    heat_caveat="of the kernel and the way to it from Python, without autograd",
    up_to="up to {}",
    between="{} to {}",
    ranked="{}: {}, {} % of all",
)

JAPANESE = Words(
    kinds={
        Role.LEAF: "葉 (requires_grad=True)",
        Role.CONSTANT: "requires_grad=False",
        Role.INTERMEDIATE: "中間テンソル",
        Role.ROOT: "backward の起点",
        Role.OP: "演算、grad_fn",
        Role.UNRECORDED: "記録されない演算",
        Role.ACCUMULATE: "AccumulateGrad: .grad に加算",
        Role.SAVED: "逆伝播用に保存",
        Role.FREED: "保存後、解放済み",
        Role.DETACHED: "記録されない結果",
        Role.INFERENCE: "推論モードのテンソル",
        Role.ERROR: "エラーの箇所",
        Role.FOLD: "折りたたみ",
        Role.DATA_EDGE: "データ",
        Role.UNRECORDED_EDGE: "データ (記録なし)",
        Role.GRADIENT_EDGE: "next_functions",
        Role.PARTIAL: "勾配",
        Role.BADGE: "バッジ: 葉の本体は別の場所に 1 つ",
        Role.STOP: "勾配は流れない",
        Role.GHOST: "まだ存在しない",
        Role.INPUT: "入力",
        Role.RESULT: "結果",
        Role.OPENED: "展開した部分",
        Role.REGION: "コードの範囲",
        Role.REGION_INFERENCE: "推論モードの範囲",
    },
    states={"kept": "保持", "freed": "解放済み", "packed": "フックで変換"},
    reasons={
        "inference": "inference_mode",
        "no input requires grad": "requires_grad の入力なし",
        "not differentiable": "微分できない",
        AT_LEVEL: "torch.func の中で記録",
        RESOLVED: "カーネルのための複製",
    },
    language="ja",
    line="{} 行目",
    lines="{}–{} 行目",
    on_line="{} · {} 行目",
    not_recorded="記録なし: {}",
    partly_recorded="{} (演算 {:,} / {:,})",
    grad=".grad {}",
    grad_none=".grad None — {}",
    summed=".grad {} = {}",
    saved="保存 {}",
    saved_heading="保存 · {}",
    changed="保存後に変更",
    more="ほか {:,} 件",
    removed="{} · 解除済み",
    hooks="フック {:,} 個",
    steps="演算 {:,} 個",
    parameter="パラメータ 1 個",
    parameters="パラメータ {:,} 個",
    leaves="requires_grad=True の葉 {:,} 個",
    tensors="テンソル {:,} 個",
    ops_in_all="演算 {:,} 個",
    grad_fns_in_all="grad_fn {:,} 個",
    rounds_done="× {1:,} のうち {0:,}",
    steps_done="演算 {1:,} 個のうち {0:,} 個",
    back_done="逆伝播: grad_fn {1:,} 個のうち {0:,} 個",
    bytes_saved="保存 {}",
    tensor="形状 {}、{}、{}、{}",
    value="値 {}",
    too_big="読み取りなし",
    uninitialized="未初期化",
    alike="すべて {}",
    view_of="{} のビュー",
    version="バージョン {}",
    unread="この先の next_functions は読んでいません",
    inputs="入力: {}",
    passes={"nan": "nan を渡す", "inf": "inf を渡す", "zero": "0 だけを渡す", "undefined": "勾配を渡さない"},
    first_ill="最初の {}",
    first_gradient="最初の {} 勾配",
    gradient="勾配 {}",
    gradient_unread="形状 {} の勾配",
    stopped="ここで勾配は止まります",
    no_tensors="テンソルが作られていないため、描くものはありません。",
    no_grad_fns="autograd が記録した演算がないため、描く逆伝播グラフはありません。",
    nothing="使われたテンソルも名前の付いたテンソルもないため、描くものはありません。",
    title="計算グラフ",
    step="ステップ {:,} / {:,}",
    counts="テンソル {:,} 個、演算 {:,} 個、そのうち記録なし {:,} 個。",
    grad_fns="grad_fn {:,} 個。",
    hidden="折りたたみで隠れたボックス {:,} 個。",
    new="新規",
    gone="消滅",
    was_there="前回の実行にはあったが、今はない",
    not_there="このモードにはない",
    heats={"time": "時間 {}", "allocated": "割り当て {}", "saved": "逆伝播用に保存 {}"},
    heat_caveat="カーネルと Python からの呼び出しの時間 (autograd は含みません)",
    up_to="{} まで",
    between="{} 〜 {}",
    ranked="{}: {}、全体の {} %",
)
