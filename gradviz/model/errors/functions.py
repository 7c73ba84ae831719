"""What torch says of Functions and hooks that a program defines, and of tensors that are numbers, or None, by now.

Rows as those in `errors.py`, looked through before them.
"""

from gradviz.model.errors.hints import Hint

FUNCTIONS = (
    Hint(
        "number",
        "AttributeError",
        r"'(?:float|int|bool|complex)' object has no attribute "
        r"'(?P<what>backward|grad|grad_fn|detach|requires_grad_?|retain_grad|item|numpy|sum|mean)'",
        "This is a Python number, which has no {what}. .item(), float() and the functions of math make numbers, "
        "and what is computed from those is out of the graph.",
        "これは Python の数なので {what} がありません。.item()、float()、math の関数は数を返し、"
        "そこから先は計算グラフに入りません。",
    ),
    Hint(
        "none",
        "AttributeError",
        r"'NoneType' object has no attribute '(?P<what>\w+)'",
        "This is None, which has no {what}. A .grad is None until backward() fills it, "
        "and a function without return gives None.",
        "これは None なので {what} がありません。.grad は backward() が書き込むまで None です。"
        "return のない関数も None を返します。",
    ),
    Hint(
        "zero-tensor",
        "RuntimeError",
        r"^ZeroTensors are immutable",
        "This changes a .grad of nothing but zeros, for which torch has not taken any memory. "
        "Give it some first, a.grad = a.grad.clone(), or set it to None.",
        "0 だけの .grad を変更しようとしましたが、torch はそのためのメモリを確保していません。"
        "先に a.grad = a.grad.clone() とするか、None に戻してください。",
    ),
    Hint(
        "hook-shape",
        "RuntimeError",
        r"^hook '.*' has changed the size of value",
        "The gradient that a hook returns must have the shape of the one it was given. "
        "Where it returns None that stays as it is.",
        "フックが返す勾配は、受け取った勾配と同じ形状でなければなりません。None を返すと元のままです。",
    ),
    Hint(
        "hook-type",
        "TypeError",
        r"expected Variable, but hook returned '(?P<what>\w+)'",
        "A hook returns a tensor, or None to leave the gradient as it is. This one returned {what}.",
        "フックが返すのはテンソルか None (元のまま) です。このフックは {what} を返しました。",
    ),
    Hint(
        "hook-untracked",
        "RuntimeError",
        r"cannot register a hook on a tensor that doesn't require gradient",
        "No gradient comes to this tensor, so there is none for a hook: it does not require grad.",
        "このテンソルは requires_grad=False で勾配が届かないため、フックに渡すものがありません。",
    ),
    Hint(
        "checkpoint",
        "CheckpointError",
        r"number of tensors was saved|trying to save more tensors|different metadata than|while unpacking tensors",
        "checkpoint() runs its function again in backward, and the second run did not save what the first had saved. "
        "It must do the same both times: look for what changes between the two, such as a counter or a flag.",
        "checkpoint() は逆伝播で関数を再実行しますが、2 回目に保存されたテンソルが 1 回目と違います。"
        "2 回とも同じ計算になるように、カウンターやフラグなど、間に変わるものを探してください。",
    ),
    Hint(
        "function-count",
        "RuntimeError",
        r"function (?P<what>\w+)Backward returned an incorrect number of gradients "
        r"\(expected (?P<one>\d+), got (?P<two>\d+)\)",
        "backward of {what} has to return one gradient for each argument of forward, {one} in all, and returned {two}. "
        "Of an argument that needs none it is None.",
        "{what} の backward は forward の引数ごとに一つ、計 {one} 個の勾配を返す必要がありますが、"
        "返したのは {two} 個です。勾配の要らない引数には None を返してください。",
    ),
    Hint(
        "function-shape",
        "RuntimeError",
        r"Function (?P<what>\w+)Backward returned an invalid gradient at index (?P<at>\d+) - "
        r"got (?P<two>\[[\d, ]*\]) but expected shape compatible with (?P<one>\[[\d, ]*\])",
        "backward of {what} returned a gradient of shape {two} for argument {at} (the first is 0), "
        "which has shape {one}.",
        "{what} の backward が、形状 {one} の引数 {at} (最初は 0) に形状 {two} の勾配を返しました。",
    ),
    Hint(
        "function-called",
        "RuntimeError",
        r"Legacy autograd function with non-static forward method",
        "A Function is used by its apply(), and never called itself. Its forward and backward are static methods, "
        "which take ctx first.",
        "Function は直接呼ばず、apply() で使います。forward と backward は、先頭の引数が ctx の "
        "staticmethod にしてください。",
    ),
    Hint(
        "function-backward",
        "NotImplementedError",
        r"You must implement either the backward or vjp method",
        "This Function has no backward. Define one, which returns a gradient for each argument of forward.",
        "この Function には backward がありません。forward の引数ごとに勾配を返す backward を定義してください。",
    ),
    Hint(
        "function-saves",
        "TypeError",
        r"save_for_backward can only save variables, but argument \d+ is of type (?P<what>\w+)",
        "save_for_backward() takes tensors alone, and this is {what}. Keep it on ctx itself: ctx.n = n.",
        "save_for_backward() に渡せるのはテンソルだけで、これは {what} です。"
        "ctx.n = n のように ctx に直接入れてください。",
    ),
)
