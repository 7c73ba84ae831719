"""The sentences of how a gradient came by its size, in English and Japanese."""

from collections.abc import Mapping

SIZES: dict[str, dict[str, str]] = {
    "en": {
        "small": "Between {first} and {leaf} the norm of the gradient falls from {had} to {has}. "
        "Factors of its norm on the way, on average: {ways}.",
        "large": "Between {first} and {leaf} the norm of the gradient grows from {had} to {has}. "
        "Factors of its norm on the way, on average: {ways}.",
    },
    "ja": {
        "small": "{first} と {leaf} の間で、勾配のノルムが {had} から {has} に減っています。"
        "途中でノルムに掛かった倍率 (平均): {ways}。",
        "large": "{first} と {leaf} の間で、勾配のノルムが {had} から {has} に増えています。"
        "途中でノルムに掛かった倍率 (平均): {ways}。",
    },
}
_SIGMOID = {"en": " The slope of sigmoid is at most 0.25.", "ja": "sigmoid の傾きは最大でも 0.25 です。"}
_NAMELESS = {"en": "a tensor without a name", "ja": "名前のないテンソル"}


def size_text(said: str, facts: Mapping[str, str | int], language: str) -> str:
    """How a gradient came by its size, in "en" or "ja"."""
    known = {key: value if value != "" else _NAMELESS[language] for key, value in facts.items()}
    steep = _SIGMOID[language] if said == "small" and "SigmoidBackward0" in str(facts["ways"]) else ""
    return SIZES[language][said].format(**known) + steep
