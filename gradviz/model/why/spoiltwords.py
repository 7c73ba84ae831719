"""The sentences of why the first nan or inf came about, in English and Japanese."""

from gradviz.model.why.spoilt import Spoilt, WhySpoilt

SAID: dict[str, dict[WhySpoilt, str]] = {
    "en": {
        "steep": "the slope of {call} is infinite where its input is {points}",
        "division": "{call} divides by 0",
        "log": "the logarithm of 0 is -inf",
        "pole": "{call} is infinite where its input is {points}",
        "negative": "there is no such number for a negative input",
        "below": "{call} has no value where its input is below {points}",
        "outside": "{call} has no value where its input is not between {points}",
        "large": "the result is larger than {dtype} can hold: at most {limit}",
        "few": "{call} divides by how many numbers there are less correction, which is 1 if not given, "
        "and nothing is left of that",
        "empty": "{call} is the mean of no numbers at all",
        "weightless": "{call} divides by the sum of the weights of the targets, and that is 0",
        "less": "{call} takes inf away from inf",
        "times": "{call} multiplies 0 by inf",
        "ratio": "{call} divides inf by inf",
        "masked": "{call} was given a row of nothing but -inf, so that there is nothing to choose from",
        "kept": "{what}, which it saved, holds {ill} already",
    },
    "ja": {
        "steep": "{call} の傾きは入力が {points} の所で無限大です",
        "division": "{call} は 0 で割っています",
        "log": "0 の対数は -inf です",
        "pole": "{call} は入力が {points} の所で無限大です",
        "negative": "負の入力に対しては値がありません",
        "below": "{call} は入力が {points} より小さい所では値がありません",
        "outside": "{call} は入力が {points} の間にない所では値がありません",
        "large": "結果が {dtype} で表せる範囲を超えています (最大 {limit})",
        "few": "{call} は数の個数から correction (指定しなければ 1) を引いた数で割りますが、何も残りません",
        "empty": "{call} は 0 個の数の平均です",
        "weightless": "{call} はターゲットの重みの合計で割りますが、その合計が 0 です",
        "less": "{call} は inf から inf を引いています",
        "times": "{call} は 0 に inf を掛けています",
        "ratio": "{call} は inf を inf で割っています",
        "masked": "{call} には -inf だけの行が渡され、選べるものがありません",
        "kept": "保存した {what} にすでに {ill} があります",
    },
}
_OR = {"en": " or ", "ja": " か "}
_AND = {"en": " and ", "ja": " と "}
_NOUGHT_TIMES = {"en": ", and 0 times infinity is nan", "ja": "。0 と無限大の積は nan です"}
_CHOSEN = {
    "en": ". The 0 comes from {chooser}, which took other values there: choose before {call} too",
    "ja": "。0 は、そこで別の値を選んだ {chooser} から来ています。{call} の前でも値を選んでください",
}
_FROM = {"en": ". The 0 comes from {source}", "ja": "。0 は {source} から来ています"}


def spoilt_text(spoilt: Spoilt, language: str) -> str:
    """Why the first nan or inf came about, in "en" or "ja"."""
    join = (_AND if spoilt.said == "outside" else _OR)[language]
    facts = {
        key: value if isinstance(value, str) else join.join(f"{one:g}" for one in value)
        for key, value in spoilt.facts.items()
    }
    text = SAID[language][spoilt.said]
    text += _NOUGHT_TIMES[language] if spoilt.is_nought_times else ""
    text += _CHOSEN[language] if "chooser" in facts else _FROM[language] if "source" in facts else ""
    return text.format(**facts)
