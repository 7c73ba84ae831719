"""The words of questions, choices and reasons, in English and Japanese. Names of the PyTorch API stay as they are."""

from gradviz.model.errors.errors import explained
from gradviz.model.quiz.question import Reason, Said
from gradviz.model.trace import ProgramError
from gradviz.model.why.answers import Answer
from gradviz.model.why.answerwords import answer_text

ASKS = {
    "en": {
        "grad": "What is {name}.grad {when}?",
        "grads": "What are {name}.grad and {second}.grad {when}?",
        "flags": "What are requires_grad and is_leaf of {name} {when}?",
        "grad_fn": "Which grad_fn does {name} have {when}?",
        "recorded": "Does autograd record line {line} when it runs{again}?",
        "raises": "What happens when line {line} runs{again}?",
        "version": "What is {name}._version {when}?",
        "arrives": "Which gradient arrives at {grad_fn}, the grad_fn of {name}, when line {line} runs{again}?",
        "kept": "How many bytes are kept for backward {when}?",
    },
    "ja": {
        "grad": "{when}、{name}.grad は何になりますか。",
        "grads": "{when}、{name}.grad と {second}.grad は何になりますか。",
        "flags": "{when}、{name} の requires_grad と is_leaf は何になりますか。",
        "grad_fn": "{when}、{name} の grad_fn は何になりますか。",
        "recorded": "{line} 行目が{again}実行されるとき、autograd に記録されますか。",
        "raises": "{line} 行目が{again}実行されると何が起こりますか。",
        "version": "{when}、{name}._version はいくつになりますか。",
        "arrives": "{line} 行目が{again}実行されるとき、{name} の {grad_fn} に届く勾配はどれですか。",
        "kept": "{when}、逆伝播のために何バイトが保持されていますか。",
    },
}
CHOICES = {
    "en": {
        "None": "None",
        "literal": "{text}",
        "zeros": "zeros of shape {shape}",
        "filled": "numbers of shape {shape}, not all 0",
        "zeros scalar": "0.0",
        "filled scalar": "a number other than 0",
        "is recorded": "Yes",
        "is no_grad": "No: grad mode is off there",
        "is inference": "No: it runs under inference_mode",
        "is untracked": "No: nothing that it takes requires grad",
        "is detach": "No: it detaches its result",
        "is not differentiable": "No: what it computes has no derivative",
        "fine": "It runs without an error",
        "raises second-backward": "Error: an earlier backward() freed the graph",
        "raises version": "Error: a saved tensor was changed in place",
        "raises not-tracked": "Error: no grad_fn to begin at",
        "raises non-scalar": "Error: it needs a single number to begin at",
        "raises leaf-inplace": "Error: a leaf that requires grad is changed in place",
        "raises view-of-leaf": "Error: a leaf is changed in place, through a view of it",
        "raises infer-save": "Error: an inference tensor cannot be saved for backward",
        "raises infer-inplace": "Error: an inference tensor is changed outside of inference_mode",
        "raises infer-rg": "Error: an inference tensor cannot require grad",
        "raises flag-non-leaf": "Error: requires_grad can be set on a leaf only",
        "raises int-grad": "Error: whole numbers cannot require grad",
        "raises retain-no-rg": "Error: there will be no gradient to retain",
        "raises unused": "Error: no path leads from the result to the tensor",
        "raises typo": "Error: there is no such name",
    },
    "ja": {
        "None": "None",
        "literal": "{text}",
        "zeros": "形状 {shape} のゼロ",
        "filled": "形状 {shape} の、ゼロだけではない数",
        "zeros scalar": "0.0",
        "filled scalar": "0 以外の数",
        "is recorded": "はい",
        "is no_grad": "いいえ: 勾配モードがオフだから",
        "is inference": "いいえ: inference_mode の中だから",
        "is untracked": "いいえ: requires_grad の入力がないから",
        "is detach": "いいえ: 結果を切り離す演算だから",
        "is not differentiable": "いいえ: 微分できない演算だから",
        "fine": "エラーなしで実行される",
        "raises second-backward": "エラー: 前の backward() がグラフを解放している",
        "raises version": "エラー: 保存されたテンソルがその場で変更されている",
        "raises not-tracked": "エラー: 起点となる grad_fn がない",
        "raises non-scalar": "エラー: 起点が一つの数でない",
        "raises leaf-inplace": "エラー: requires_grad の葉をその場で変更している",
        "raises view-of-leaf": "エラー: 葉をビューを通してその場で変更している",
        "raises infer-save": "エラー: 推論テンソルは逆伝播用に保存できない",
        "raises infer-inplace": "エラー: 推論テンソルを inference_mode の外で変更している",
        "raises infer-rg": "エラー: 推論テンソルは requires_grad にできない",
        "raises flag-non-leaf": "エラー: requires_grad を設定できるのは葉だけ",
        "raises int-grad": "エラー: 整数は requires_grad にできない",
        "raises retain-no-rg": "エラー: 保持する勾配がない",
        "raises unused": "エラー: 結果からそのテンソルへの道がない",
        "raises typo": "エラー: その名前は存在しない",
    },
}
REASONS = {
    "en": {
        "first": "{name}.grad was None, and what line {line} sent to {name} became it.",
        "first known": "{name}.grad was None, and line {line} sent {text} to {name}.",
        "anew": "Line {line} emptied {name}.grad, and what it sent last is there.",
        "added": "{name}.grad was {old}, and line {line} sent {new}. backward() adds: {total}.",
        "added to": "{name}.grad was there already, and backward() adds to it what arrives.",
        "retained": "{name} is not a leaf, but it retains the gradient that arrives: retain_grad() was called.",
        "set": "Line {line} itself changed {name}.grad; no backward() did.",
        "left alone": "Line {line} sent nothing to {name}: its .grad is what it was.",
        "leaf": "No op that autograd recorded made {name}: it is a leaf.",
        "no leaf": "{grad_fn} made {name}, so it is no leaf.",
        "free leaf": "A tensor that does not require grad is a leaf, whatever made it.",
        "given up": "torch has given {name} up: another view of the same memory was changed.",
        "made": "{grad_fn} is the backward of the op that made {name}.",
        "sink": "{name} is a leaf: no op made it. AccumulateGrad belongs to it, and is not its grad_fn.",
        "counted": "Each change in place counts one on: {then}, and then {now}.",
        "not counted": "What is changed through .data is not counted: {name} stays at {now}.",
        "went through": "Line {line} ran: nothing forbids it.",
        "passed on": "{by} passed it on.",
        "met": "Gradients from {by} met there, and were added up.",
        "nan": "The first nan came out of {by}.",
        "saves": "{grad_fn} keeps {what}.",
        "and before": "With what was kept before, {was}, that makes {now}. Memory that is kept twice counts once.",
        "saves nothing": "Nothing is saved for {grad_fn}: backward needs no values there.",
        "nothing recorded": "Nothing that line {line} did was recorded: it keeps nothing, and lets go of nothing.",
        "let go": "{was} were kept before line {line}. What backward has used, or what no graph needs, is freed.",
        "freed again": "What line {line} saved is freed already.",
        "keeps on": "Line {line} freed nothing: {now} are kept as before.",
    },
    "ja": {
        "first": "{name}.grad は None でした。{line} 行目が {name} に送った勾配がそのまま入ります。",
        "first known": "{name}.grad は None でした。{line} 行目が {name} に送った {text} がそのまま入ります。",
        "anew": "{line} 行目が {name}.grad を空にし、最後に送った勾配が入っています。",
        "added": "{name}.grad は {old} で、{line} 行目が {new} を送りました。backward() は足し込むので {total} です。",
        "added to": "{name}.grad はすでにあり、backward() は届いた勾配をそこに足し込みます。",
        "retained": "{name} は葉ではありませんが、retain_grad() が呼ばれたので届いた勾配が残ります。",
        "set": "{name}.grad を変えたのは {line} 行目そのもので、backward() ではありません。",
        "left alone": "{line} 行目は {name} に何も送らず、.grad は元のままです。",
        "leaf": "{name} は記録された演算で作られたものではないので、葉です。",
        "no leaf": "{name} は {grad_fn} の演算で作られたので、葉ではありません。",
        "free leaf": "requires_grad でないテンソルは、どう作られても葉です。",
        "given up": "同じメモリの別のビューが変更されたため、torch は {name} を使えなくしました。",
        "made": "{grad_fn} は {name} を作った演算の逆伝播です。",
        "sink": "{name} は葉で、演算で作られていません。AccumulateGrad は葉に付きますが grad_fn ではありません。",
        "counted": "その場での変更のたびに一つ増えます: {then} から {now} へ。",
        "not counted": ".data を通した変更は数えられません。{name} は {now} のままです。",
        "went through": "{line} 行目は実行されました。妨げるものはありません。",
        "passed on": "{by} が渡しました。",
        "met": "{by} からの勾配がここで足し合わされました。",
        "nan": "最初の nan は {by} で生じました。",
        "saves": "{grad_fn} が {what} を保持します。",
        "and before": "前から保持されていた {was} と合わせて {now} です。同じメモリは一度だけ数えます。",
        "saves nothing": "{grad_fn} の逆伝播に値は要らないので、何も保存されません。",
        "nothing recorded": "{line} 行目は何も記録されませんでした。新たに保持も解放もされません。",
        "let go": "{line} 行目の前は {was} でした。逆伝播で使い終わったものや、グラフがなくなったものは解放されます。",
        "freed again": "{line} 行目で保存されたものは、もう解放されています。",
        "keeps on": "{line} 行目は何も解放しません。{now} がそのまま保持されます。",
    },
}


def asked(said: Said, language: str) -> str:
    """A question, in "en" or "ja"."""
    when, again = _when(said.facts, language)
    return ASKS[language][said.key].format(when=when, again=again, **said.facts)


def choice_text(said: Said, language: str) -> str:
    """A choice."""
    return CHOICES[language][said.key].format(**said.facts)


def reason_text(reason: Reason, language: str) -> str:
    """A part of the reason why the right choice is right."""
    if isinstance(reason, Answer):
        return answer_text(reason, language)
    if isinstance(reason, ProgramError):
        return explained(reason, language)
    return REASONS[language][reason.key].format(**reason.facts)


def _when(facts: dict[str, str | int], language: str) -> tuple[str, str]:
    """Which moment it is, and which time of several."""
    line, times, of = facts["line"], int(facts["times"]), facts["of"]
    if language == "ja":
        again = "" if of == 1 else f" {times} 回目に"
        return (f"{line} 行目の直後" if of == 1 else f"{line} 行目の {times} 回目の直後"), again
    again = "" if of == 1 else f" for the {_ordinal(times)} time"
    return f"after line {line}" + (f" has run{again}" if again else ""), again


def _ordinal(number: int) -> str:
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
