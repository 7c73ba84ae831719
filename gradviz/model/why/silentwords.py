"""The sentences of what goes wrong without an error, in English and Japanese."""

from gradviz.model.why.silent import Mistake, Silent
from gradviz.model.why.zerowords import zero_text

SAID: dict[str, dict[Silent, str]] = {
    "en": {
        "stale": "This backward adds to gradients that line {used} had already used, and they are used again: "
        "nothing cleared .grad of {names} in between.",
        "left out": "{names} is given a .grad and never changes: it is a plain attribute and no nn.Parameter, "
        "so {of}.parameters() leaves it out.",
        "idle": "{name}.step() never changed anything: no tensor that {name} was given had a .grad when it was called. "
        "It has to come after backward() and before zero_grad(), and {name} needs tensors that require grad "
        "and are used now.",
        "renamed": "This line makes a new tensor and gives it the name {name}. It changes nothing in {names}.",
        "growing": "{call} has kept the graphs of {times} rounds, and backward() cannot go through them any more. "
        "Add the number alone, with .detach() or .item().",
    },
    "ja": {
        "stale": "この backward は、{used} 行目がすでに使った勾配に加算し、それがもう一度使われています。"
        "その間に {names} の .grad は消されていません。",
        "left out": "{names} には .grad が入りますが、一度も変更されません。nn.Parameter ではなくただの属性なので、"
        "{of}.parameters() に含まれません。",
        "idle": "{name}.step() は一度も何も変更していません。呼ばれたとき、{name} に渡されたテンソルには "
        ".grad がありませんでした。backward() の後、zero_grad() の前に呼び、"
        "{name} には requires_grad で今使っているテンソルを渡してください。",
        "renamed": "この行は新しいテンソルを作って {name} と名付けるだけで、{names} は元のままです。",
        "growing": "{call} は {times} 回分の計算グラフを保持していますが、backward() はもう通れません。"
        ".detach() か .item() を使って数だけを足してください。",
    },
}
_NAMELESS = {"en": "tensors without a name", "ja": "名前のないテンソル"}


def mistake_text(mistake: Mistake, language: str) -> str:
    """A mistake in words, in "en" or "ja"."""
    if mistake.said == "flat":
        return zero_text(str(mistake.facts["why"]), mistake.facts, language)
    facts = {key: value if value != "" else _NAMELESS[language] for key, value in mistake.facts.items()}
    return SAID[language][mistake.said].format(**facts)
