"""The sentences of what goes wrong without an error, in English and Japanese."""

from gradviz.model.why.mistake import Mistake, Silent
from gradviz.model.why.zerowords import zero_text

SAID: dict[str, dict[Silent, str]] = {
    "en": {
        "stale": "This backward adds to gradients that line {used} had already used, and they are used again: "
        "nothing cleared .grad of {names} in between.",
        "left out": "{names} is given a .grad and never changes: it is a plain attribute and no nn.Parameter, "
        "so {of}.parameters() leaves it out.",
        "listed": "{names} is a Python list, so {of}.parameters() leaves out the parameters in it: "
        "they are given a .grad and never change. Make it an nn.ModuleList.",
        "idle": "{name}.step() never changed anything: no tensor that {name} was given had a .grad when it was called. "
        "It has to come after backward() and before zero_grad(), and {name} needs tensors that require grad "
        "and are used now.",
        "renamed": "This line makes a new tensor and gives it the name {name}. It changes nothing in {names}.",
        "growing": "{call} has kept the graphs of {times} rounds, and backward() cannot go through them any more. "
        "Add the number alone, with .detach() or .item().",
        "uncalled": "This line names a method and does not call it. Write {call}.",
        "twice": "{call} takes softmax by itself, and is given the result of softmax (line {by}) already: "
        "it gives no class more than {most} that way. Leave out the first.",
        "twice sigmoid": "{call} takes sigmoid by itself, and is given the result of sigmoid (line {by}) already: "
        "that is never below 0.5, nor above 0.74. Leave out the first.",
        "no logarithm": "{call} expects the logarithms of probabilities, and is given the result of softmax "
        "(line {by}). Use log_softmax.",
        "other dimension": "{call} looks for the classes along dimension 1, "
        "and log_softmax on line {by} ran along dimension {dim}.",
        "at a leaf": "{root} is a leaf, so this backward fills its own .grad and no other. "
        "{call} on line {by} cut it off from {names}.",
        "all pairs": "{call} takes the difference of all pairs: the shapes {one} and {other} are broadcast, "
        "and the loss is made of {pairs} numbers where {count} were to be compared. Give both the same shape.",
        "cleared": "{call} is given zeros alone: line {by} clears .grad of {names} after backward() has filled it. "
        "Clear it before backward(), or after the update.",
        "still": "{call} ran {times} times and left every number of {names} as it was, though there were gradients: "
        "the rate is 0, or so small that the change is lost in rounding.",
        "clipped late": "{call} comes when line {used} has used the gradients already: no update has anything of it. "
        "Call it between backward() and the update.",
        "anew": "This line makes {name} anew in each round, so nothing takes the {names} that line {used} has updated. "
        "Make {name} before the loop.",
        "alike": "This line gives all units of {names} the same weights. Their gradients were the same too in every "
        "round, number for number, so the units learn as one. Begin with random numbers.",
        "reborn": "This line makes a new Parameter each time that it runs, {times} so far. Each was given a .grad, and "
        "no update ever changed one. Make it once, in __init__.",
        "clipped early": "{call} comes before there is any gradient to clip. "
        "Call it between backward() and the update.",
    },
    "ja": {
        "stale": "この backward は、{used} 行目がすでに使った勾配に加算し、それがもう一度使われています。"
        "その間に {names} の .grad は消されていません。",
        "left out": "{names} には .grad が入りますが、一度も変更されません。nn.Parameter ではなくただの属性なので、"
        "{of}.parameters() に含まれません。",
        "listed": "{names} は Python のリストなので、中のパラメータは {of}.parameters() に含まれません。"
        ".grad が入るだけで一度も変更されません。nn.ModuleList にしてください。",
        "idle": "{name}.step() は一度も何も変更していません。呼ばれたとき、{name} に渡されたテンソルには "
        ".grad がありませんでした。backward() の後、zero_grad() の前に呼び、"
        "{name} には requires_grad で今使っているテンソルを渡してください。",
        "renamed": "この行は新しいテンソルを作って {name} と名付けるだけで、{names} は元のままです。",
        "growing": "{call} は {times} 回分の計算グラフを保持していますが、backward() はもう通れません。"
        ".detach() か .item() を使って数だけを足してください。",
        "uncalled": "この行はメソッドの名前を書いただけで、呼び出していません。{call} と書いてください。",
        "twice": "{call} は自分で softmax を計算しますが、すでに softmax の結果 ({by} 行目) を渡されています。"
        "このままではどのクラスの確率も {most} を超えません。先の softmax を外してください。",
        "twice sigmoid": "{call} は自分で sigmoid を計算しますが、すでに sigmoid の結果 ({by} 行目) を渡されています。"
        "このままでは確率が 0.5 から 0.74 の間にしかなりません。先の sigmoid を外してください。",
        "no logarithm": "{call} は確率の対数を受け取りますが、softmax の結果 ({by} 行目) を渡されています。"
        "log_softmax を使ってください。",
        "other dimension": "{call} は次元 1 をクラスとして扱いますが、"
        "{by} 行目の log_softmax は次元 {dim} に沿って計算しています。",
        "at a leaf": "{root} は葉なので、この backward は {root} 自身の .grad にしか書き込みません。"
        "{by} 行目の {call} が {names} から切り離しています。",
        "all pairs": "{call} はすべての組の差になっています。形状 {one} と {other} がブロードキャストされ、"
        "{count} 個を比べるはずの損失が {pairs} 個の数から計算されています。両方を同じ形状にしてください。",
        "cleared": "{call} に渡されるのは 0 だけです。backward() が書き込んだ {names} の .grad を "
        "{by} 行目が消しています。backward() の前か、更新の後に消してください。",
        "still": "{call} は {times} 回呼ばれましたが、勾配があるのに {names} の数は一つも変わっていません。"
        "学習率が 0 か、小さすぎて変化が丸めで失われています。",
        "clipped late": "{call} が呼ばれたとき、勾配は {used} 行目ですでに使われています。どの更新にも効きません。"
        "backward() と更新の間で呼んでください。",
        "anew": "この行は繰り返しのたびに {name} を作り直すので、{used} 行目が更新した {names} は使われません。"
        "{name} はループの前で作ってください。",
        "alike": "この行は {names} のユニットの重みをすべて同じ値にします。勾配もどの回もまったく同じだったので、"
        "重みは同じままで、一つのユニットと同じようにしか学習しません。乱数で初期化してください。",
        "reborn": "この行は実行のたびに新しい Parameter を作り、これまでに {times} 個できました。"
        "どれも .grad を受け取りましたが、更新で変更されたものはありません。__init__ で一度だけ作ってください。",
        "clipped early": "{call} が呼ばれたとき、切り詰める勾配はまだありません。"
        "backward() と更新の間で呼んでください。",
    },
}
_NAMELESS = {"en": "tensors without a name", "ja": "名前のないテンソル"}


def mistake_text(mistake: Mistake, language: str) -> str:
    """A mistake in words, in "en" or "ja"."""
    if mistake.said == "flat":
        return zero_text(str(mistake.facts["why"]), mistake.facts, language)
    facts = {key: value if value != "" else _NAMELESS[language] for key, value in mistake.facts.items()}
    return SAID[language][mistake.said].format(**facts)
