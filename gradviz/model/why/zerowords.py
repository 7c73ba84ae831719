"""The sentences of why a gradient is 0, in English and Japanese."""

from collections.abc import Mapping

_ONLY = {"en": "Only zeros arrive at {names}: ", "ja": "{names} には 0 しか届いていません。"}
_NAMELESS = {"en": "a tensor without a name", "ja": "名前のないテンソル"}
ZEROS: dict[str, dict[str, str]] = {
    "en": {
        "flat": "{grad_fn} passes on nothing else, because the derivative of its function is 0.",
        "off": "{call} passes a gradient on only where its input is above 0, and wherever one arrived it is not.",
        "limits": "{call} passes a gradient on only where its input is between the limits, "
        "and wherever one arrived it is not.",
        "saturated": "the input of {call} is so far out that the slope there is rounded to 0.",
        "alone": "{call} takes softmax of one number at a time, which is the same whatever the number is.",
        "corner": "{call} has no slope at 0, and torch passes on 0 there.",
        "chosen": "wherever a gradient arrived, {call} took its values from elsewhere.",
        "times": "{call} multiplies by {by}, which is 0, and so does its backward.",
        "times zero": "{call} multiplies by 0, and so does its backward.",
        "square": "the slope of {call} is 0 where its input is 0.",
        "cancelled": "what came to {grad_fn} from several places adds up to 0.",
        "uses": "what comes from its several uses adds up to 0.",
        "hook": "a hook made zeros of what came to {grad_fn}.",
        "hook after": "a hook made zeros of what {grad_fn} passed on.",
        "root": "backward() itself began with zeros.",
        "nothing": "{grad_fn} was given no gradient, or one without elements.",
        "faint": "the largest number that {grad_fn} was given is {largest}, and what it made of that is rounded to 0.",
        "passed": "{grad_fn} was given more than zeros, and passed on only zeros this way.",
    },
    "ja": {
        "flat": "{grad_fn} は、微分が 0 の関数なので 0 だけを渡しています。",
        "off": "{call} は入力が 0 より大きい所にだけ勾配を渡しますが、勾配が届いた所の入力はどれも 0 以下です。",
        "limits": "{call} は入力が範囲の内側の所にだけ勾配を渡しますが、勾配が届いた所の入力はどれも内側にありません。",
        "saturated": "{call} の入力が極端なため、そこでの傾きが丸められて 0 になっています。",
        "alone": "{call} は数 1 つごとに softmax を計算しており、結果は数によらず同じです。",
        "corner": "{call} は 0 の所に傾きがなく、torch はそこで 0 を渡します。",
        "chosen": "勾配が届いた所では、{call} はほかの値を使っています。",
        "times": "{call} は 0 である {by} を掛けており、その逆伝播も 0 を掛けます。",
        "times zero": "{call} は 0 を掛けており、その逆伝播も 0 を掛けます。",
        "square": "{call} の傾きは、入力が 0 の所では 0 です。",
        "cancelled": "{grad_fn} に複数の所から届いた勾配を足すと 0 になります。",
        "uses": "複数の使われ方から届いた勾配を足すと 0 になります。",
        "hook": "{grad_fn} に届いた勾配を、フックが 0 にしています。",
        "hook after": "{grad_fn} が渡した勾配を、フックが 0 にしています。",
        "root": "backward() が 0 から始まっています。",
        "nothing": "{grad_fn} には勾配が届いていないか、届いた勾配に要素がありません。",
        "faint": "{grad_fn} に届いた勾配は最大でも {largest} で、計算結果が丸められて 0 になっています。",
        "passed": "{grad_fn} には 0 でない勾配が届きましたが、この方向には 0 だけを渡しています。",
    },
}


def zero_text(said: str, facts: Mapping[str, str | int], language: str) -> str:
    """Why only zeros arrive, in "en" or "ja".

    Args:
        said: of a Reason.
        facts: of it, and the names of what they arrive at.
        language: of the text.
    """
    known = {key: value if value != "" else _NAMELESS[language] for key, value in facts.items()}
    return (_ONLY[language] + ZEROS[language][said]).format(**known)
