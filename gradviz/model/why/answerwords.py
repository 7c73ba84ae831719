"""The sentences of answers and of fixes, in English and Japanese. Names of the PyTorch API stay as they are."""

from gradviz.model.trace import AT_LEVEL
from gradviz.model.why.answers import Answer, Question
from gradviz.model.why.fixes.fix import Does, Fix
from gradviz.model.why.sizewords import SIZES, size_text
from gradviz.model.why.zerowords import ZEROS, zero_text

QUESTIONS: dict[str, dict[Question, str]] = {
    "en": {
        "grad": "Why is .grad None?",
        "zero": "Why is .grad 0?",
        "size": "Where did .grad become so small or large?",
        "requires_grad": "Why does it require grad?",
        "recorded": "Why was it not recorded?",
        "saved": "Why is it saved, and until when?",
        "again": "What if backward() were called from here now?",
        "in place": "What if it were changed in place now?",
    },
    "ja": {
        "grad": ".grad が None なのはなぜか",
        "zero": ".grad が 0 なのはなぜか",
        "size": ".grad はどこで小さく、または大きくなったか",
        "requires_grad": "requires_grad が True なのはなぜか",
        "recorded": "記録されなかったのはなぜか",
        "saved": "保存されているのはなぜか、いつまでか",
        "again": "いまここから backward() を呼ぶと",
        "in place": "いまその場で変更すると",
    },
}
_IT = {"en": "this tensor", "ja": "このテンソル"}
_FROM = {
    "en": "Nothing that {of} was computed from requires grad. ",
    "ja": "{of} の計算に使われたものはどれも requires_grad ではありません。",
}
_OTHER = {"en": "{call} was not recorded: {reason}.", "ja": "{call} は記録されませんでした: {reason}。"}
_KEEPS = {
    "en": "{grad_fn} (line {line}) keeps {bytes} of it as {as}: ",
    "ja": "{grad_fn} ({line} 行目) が {bytes} を {as} として保存: ",
}

SAID: dict[str, dict[Question, dict[str, str]]] = {
    "en": {
        "grad": {
            "dtype": "{name} is {dtype}, and only floating point and complex tensors can require grad.",
            "flag off": "requires_grad of {name} is False: backward() leaves it out.",
            "untracked": "Nothing that {name} was computed from requires grad.",
            "no_grad": "{call} ran under no_grad (line {line}): autograd recorded nothing there.",
            "inference": "{call} ran under inference_mode (line {line}): autograd recorded nothing there.",
            "mode": "{call} was not recorded: the grad mode of the whole run, above the program, is not grad.",
            "detach": "{call} on line {line} cuts its result off from what it was computed from.",
            "not differentiable": "{call} on line {line} has no derivative: its result never requires grad.",
            "beside": "The op on line {line} has no derivative for {name}, only for others of its results.",
            "unrecorded": "{call} on line {line} ran where autograd does not look, in a Function or a hook.",
            "not a leaf": "{name} is not a leaf: backward() fills .grad of leaves, and of others after retain_grad().",
            "replaced": "{call} on line {line} made a new tensor and gave it the name {name}. It is no leaf: "
            "backward() fills .grad of the leaf that had the name before.",
            "too late": "retain_grad() on line {line} came after the backward() that would have filled .grad.",
            "not run": "No backward() has run since {name} was made.",
            "unseen": "No backward() has filled it yet, or it was set to None since: what ran before was not recorded.",
            "cleared": "Line {line} set .grad of {name} back to None.",
            "cleared unseen": "The .grad of {name} was there, and was set back to None.",
            "returned": "{call} on line {line} returns gradients: it adds nothing to any .grad.",
            "left out": "The backward on line {line} has inputs=, and {name} is not among them.",
            "under way": "The backward on line {line} is running, and has not come to {name} yet.",
            "failed": "The backward on line {line} raised an error before it came to {name}.",
            "no gradient": "The backward on line {line} came by, and no grad_fn passed a gradient on to {name}.",
            "cut off": "{call} on line {line} cuts the way from the root of backward back to {name}.",
            "copied": "{call} on line {line} takes numbers alone, without the graph that they came from: "
            "no backward() comes back to {name} that way.",
            "copy": "{call} on line {line} takes the numbers alone of tensors that require grad: {name} has no graph.",
            "not reached": "The backward on line {line} began at a root that does not lead back to {name}.",
            "unused": "No op that autograd recorded took {name}, so no backward() can come to it.",
            "used before": "Line {line} used {name} before its requires_grad was set: no gradient of that comes to it.",
        },
        "zero": ZEROS["en"],
        "size": SIZES["en"],
        "requires_grad": {
            "own flag": "{name} is a leaf that was told to: requires_grad was set where it was made (line {line}).",
            "flag line": "{name} is a leaf that was told to: requires_grad was set on line {line}.",
            "parameter": "{name} is a parameter of a module, and parameters require grad.",
            "path": "It was computed from {leaf} (line {line}), which requires grad, by {path}.",
            "recorded": "Autograd recorded the op that made it, as {grad_fn}.",
        },
        "recorded": {
            "mode line": "{call} ran under line {line}, {mode}: autograd records nothing there.",
            "mode run": "The grad mode of the whole run is {mode}: autograd records nothing.",
            "no input requires grad": "Nothing that {call} took requires grad.",
            AT_LEVEL: "torch.func recorded {call} for itself; it is in no graph of the program.",
            "not differentiable": "{call} has no derivative.",
            "detach": "{call} is there to leave autograd out.",
        },
        "saved": {
            "operand": "its backward is computed from this operand",
            "result": "its backward is computed from this result",
            "kept": ", and it stays until backward() has run through, or all that leads there is gone.",
            "freed": ". The backward on line {freed} freed it.",
            "gone": ". It was freed with the graph, to which nothing led any more.",
            "packed": ". A saved tensor hook packed it.",
        },
        "again": {
            "unseen": "That cannot be known: torch shows nobody what {grad_fn} (line {line}) saved.",
            "adds": "It would work, and add to the .grad of {leaves}.",
            "adds to sum": "From {name}.sum() it would work, and add to the .grad of {leaves}.",
            "adds to abs": "From {name}.abs().sum() it would work, and add to the .grad of {leaves}.",
            "detached": "It would fail at {grad_fn} (line {line}): {by} on line {when} cut off its saved {as}.",
            "gone": "It would fail at {grad_fn} (line {line}): what that had saved is gone with the graph.",
            "freed": "It would fail at {grad_fn} (line {line}): the backward on line {when} freed what that had saved.",
            "version": "It would fail at {grad_fn} (line {line}): {by} on line {when} changed its saved {as}, "
            "which is now at version {now} and was saved at {then}.",
        },
        "in place": {
            "leaf": "torch would refuse it outside of torch.no_grad(): {name} is a leaf that requires grad.",
            "inference": "torch would refuse it outside of torch.inference_mode(): {name} is an inference tensor.",
            "harmless": "No saved tensor would be spoilt.",
            "unseen": "That cannot be known: torch shows nobody what {grad_fn} (line {line}) saved.",
            "spoils": "Backward through {grad_fn} (line {line}) would fail after it: that saved this memory as {as}, "
            "at version {then}.",
        },
    },
    "ja": {
        "grad": {
            "dtype": "{name} は {dtype} です。requires_grad にできるのは浮動小数点数と複素数のテンソルだけです。",
            "flag off": "{name} の requires_grad は False なので、backward() の対象になりません。",
            "untracked": "{name} の計算に使われたものはどれも requires_grad ではありません。",
            "no_grad": "{call} は no_grad ({line} 行目) の中で実行され、記録されませんでした。",
            "inference": "{call} は inference_mode ({line} 行目) の中で実行され、記録されませんでした。",
            "mode": "プログラムの上にある実行全体の勾配モードが grad ではないため、{call} は記録されませんでした。",
            "detach": "{line} 行目の {call} が、結果を計算元から切り離しています。",
            "not differentiable": "{line} 行目の {call} は微分できないため、結果は requires_grad になりません。",
            "beside": "{line} 行目の演算は他の結果については微分できますが、{name} については微分できません。",
            "unrecorded": "{line} 行目の {call} は、Function やフックの中なので記録されませんでした。",
            "not a leaf": "{name} は葉ではありません。retain_grad() なしで .grad が残るのは葉だけです。",
            "replaced": "{line} 行目の {call} が新しいテンソルを作り、{name} という名前を付けました。"
            "これは葉ではありません。backward() が .grad に書き込むのは、それまでこの名前だった葉です。",
            "too late": "{line} 行目の retain_grad() は、.grad に書き込むはずの backward() より後でした。",
            "not run": "{name} が作られてから backward() はまだ実行されていません。",
            "unseen": "backward() がまだ書き込んでいないか、その後 None に戻されました。それ以前の実行は見ていません。",
            "cleared": "{line} 行目が {name} の .grad を None に戻しました。",
            "cleared unseen": "{name} の .grad は一度書き込まれ、その後 None に戻されました。",
            "returned": "{line} 行目の {call} は勾配を返すだけで、.grad には加算しません。",
            "left out": "{line} 行目の backward には inputs= があり、{name} は含まれていません。",
            "under way": "{line} 行目の backward は実行中で、まだ {name} に届いていません。",
            "failed": "{line} 行目の backward は、{name} に届く前にエラーになりました。",
            "no gradient": "{line} 行目の backward は通りましたが、{name} に勾配を渡した grad_fn はありません。",
            "cut off": "{line} 行目の {call} が、backward の起点から {name} への道を切っています。",
            "copied": "{line} 行目の {call} は数だけを取り出し、その元の計算グラフを引き継ぎません。"
            "backward() はここから {name} に戻れません。",
            "copy": "{line} 行目の {call} は requires_grad のテンソルから数だけを取り出すため、"
            "{name} には計算グラフがありません。",
            "not reached": "{line} 行目の backward の起点からは {name} にたどり着けません。",
            "unused": "記録された演算は {name} を使っていないため、backward() は届きません。",
            "used before": "{line} 行目は {name} を requires_grad にする前に使ったため、そこから勾配は届きません。",
        },
        "zero": ZEROS["ja"],
        "size": SIZES["ja"],
        "requires_grad": {
            "own flag": "{name} は葉で、作られたとき ({line} 行目) に requires_grad が設定されました。",
            "flag line": "{name} は葉で、{line} 行目で requires_grad が設定されました。",
            "parameter": "{name} はモジュールのパラメータで、パラメータは requires_grad です。",
            "path": "requires_grad である {leaf} ({line} 行目) から {path} で計算されました。",
            "recorded": "これを作った演算は {grad_fn} として記録されました。",
        },
        "recorded": {
            "mode line": "{call} は {line} 行目の {mode} の中で実行され、記録されませんでした。",
            "mode run": "実行全体の勾配モードが {mode} なので、何も記録されません。",
            "no input requires grad": "{call} の入力に requires_grad のものがありません。",
            AT_LEVEL: "{call} は torch.func が自分のために記録したもので、プログラムのグラフにはありません。",
            "not differentiable": "{call} は微分できません。",
            "detach": "{call} は自動微分から切り離すためのものです。",
        },
        "saved": {
            "operand": "逆伝播はこの入力から計算されます",
            "result": "逆伝播はこの結果から計算されます",
            "kept": "。backward() がここを通るか、ここへの道がなくなるまで残ります。",
            "freed": "。{freed} 行目の backward が解放しました。",
            "gone": "。たどる先がなくなった計算グラフとともに解放されました。",
            "packed": "。saved tensor hook がパックしています。",
        },
        "again": {
            "unseen": "分かりません: {line} 行目の {grad_fn} が保存したものを torch は誰にも見せません。",
            "adds": "成功し、{leaves} の .grad に加算されます。",
            "adds to sum": "{name}.sum() からなら成功し、{leaves} の .grad に加算されます。",
            "adds to abs": "{name}.abs().sum() からなら成功し、{leaves} の .grad に加算されます。",
            "detached": "{grad_fn} ({line} 行目) で失敗します。保存した {as} を {when} 行目の {by} が切り離しました。",
            "gone": "{grad_fn} ({line} 行目) で失敗します。保存分は計算グラフとともに解放されました。",
            "freed": "{grad_fn} ({line} 行目) で失敗します。{when} 行目の backward が保存分を解放しました。",
            "version": "{grad_fn} ({line} 行目) で失敗します。保存した {as} を {when} 行目の {by} が変更し、"
            "保存時のバージョン {then} に対して現在は {now} です。",
        },
        "in place": {
            "leaf": "{name} は requires_grad の葉なので torch がエラーにします。torch.no_grad() の中では変更できます。",
            "inference": "{name} は推論テンソルなので、torch.inference_mode() の外では torch がエラーにします。",
            "unseen": "分かりません: {line} 行目の {grad_fn} が保存したものを torch は誰にも見せません。",
            "harmless": "影響を受ける保存されたテンソルはありません。",
            "spoils": "その後 {grad_fn} ({line} 行目) の逆伝播が失敗します。"
            "このメモリを {as} としてバージョン {then} で保存しています。",
        },
    },
}

FIXES: dict[str, dict[Does, str]] = {
    "en": {
        "require grad": "Make {what} require grad, on line {line}",
        "floats": "Make the numbers in {what} floats",
        "retain": "Add {what}.retain_grad() after line {line}",
        "retain earlier": "Call {what}.retain_grad() right after line {line} instead",
        "move out": "Move {what} out of the block of line {line}",
        "enable": "Write {what} on line {line} instead",
        "no detach": "Keep the graph in {what} on line {line}",
        "no readout": "Keep {what} on line {line} a tensor",
        "earlier": "Move {what} up, before line {line}",
        "backward": "Add {what} after line {line}",
        "also backward": "Add {what} before line {line}",
        "add input": "Add {what} to inputs= on line {line}",
        "create graph": "Pass create_graph=True on line {line}",
        "retain graph": "Pass retain_graph=True on line {line}",
        "sum": "Reduce it with .sum() on line {line}",
        "no_grad block": "Put line {line} under torch.no_grad()",
        "clone": "Add {what} before line {line}",
        "clear": "Add {what} before line {line}",
        "detach": "Write {what} on line {line}",
        "no inference": "Write no_grad for inference_mode on line {line}",
        "allow unused": "Pass allow_unused=True on line {line}",
        "zeros": "Pass materialize_grads=True on line {line}: zeros where nothing depends on it",
        "name": "Write {what} on line {line}",
        "update": "Write {what} on line {line}, under torch.no_grad()",
        "cut": "Add {what} after line {line}",
        "half width": "Turn full-width characters into half-width ones",
        "indent": "Put line {line} into the block",
    },
    "ja": {
        "require grad": "{line} 行目で {what} を requires_grad にする",
        "floats": "{what} の数を浮動小数点数にする",
        "retain": "{line} 行目の後に {what}.retain_grad() を加える",
        "retain earlier": "{what}.retain_grad() を {line} 行目の直後に移す",
        "move out": "{what} を {line} 行目のブロックの外に出す",
        "enable": "{line} 行目を {what} にする",
        "no detach": "{line} 行目の {what} で計算グラフを残す",
        "no readout": "{line} 行目の {what} をテンソルのままにする",
        "earlier": "{what} を {line} 行目の前に移す",
        "backward": "{line} 行目の後に {what} を加える",
        "also backward": "{line} 行目の前に {what} を加える",
        "add input": "{line} 行目の inputs= に {what} を加える",
        "create graph": "{line} 行目に create_graph=True を渡す",
        "retain graph": "{line} 行目に retain_graph=True を渡す",
        "sum": "{line} 行目で .sum() を使って一つの数にする",
        "no_grad block": "{line} 行目を torch.no_grad() の中に入れる",
        "clone": "{line} 行目の前に {what} を加える",
        "clear": "{line} 行目の前に {what} を加える",
        "detach": "{line} 行目を {what} にする",
        "no inference": "{line} 行目の inference_mode を no_grad にする",
        "allow unused": "{line} 行目に allow_unused=True を渡す",
        "zeros": "{line} 行目に materialize_grads=True を渡す: 依存しないものは 0 になる",
        "name": "{line} 行目を {what} にする",
        "update": "{line} 行目を torch.no_grad() の中の {what} にする",
        "cut": "{line} 行目の後に {what} を加える",
        "half width": "全角文字を半角にする",
        "indent": "{line} 行目をブロックの中に入れる",
    },
}
_WHOLE = ("path", "leaves")  # bounded already
_WIDEST = 60  # characters of a piece of the program that are quoted


def answer_text(answer: Answer, language: str) -> str:
    """A claim in words, in "en" or "ja"."""
    facts = {key: value if key in _WHOLE else _short(value) for key, value in answer.facts.items()}
    facts |= {key: _IT[language] for key, value in facts.items() if value == ""}
    if answer.question == "zero":
        return zero_text(answer.said, facts, language)
    if answer.question == "size":
        return size_text(answer.said, answer.facts, language)
    texts = SAID[language][answer.question]
    if answer.question == "saved":
        kind, until = answer.said.split(" ")[1:]
        return (_KEEPS[language] + texts[kind] + texts[until]).format(**facts)
    from_ = _FROM[language] if answer.facts.get("of") else ""
    return (from_ + texts.get(answer.said, _OTHER[language])).format(**facts)


def fix_text(fix: Fix, language: str) -> str:
    """What a fix does, in "en" or "ja"."""
    return FIXES[language][fix.does].format(what=_short(fix.what), line=fix.line)


def _short(text: str | int) -> str | int:
    if isinstance(text, int):
        return text
    text = " ".join(text.split())
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…"
