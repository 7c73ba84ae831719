"""The words of an Inspection of a fold in each language. Names of the PyTorch API stay as they are."""

from typing import NamedTuple

from gradviz.picture.picture import Language


class FoldWords(NamedTuple):
    """Every phrase; a pair of braces is filled in."""

    unfold: str
    fold: str
    holds: str
    rounds: str
    ops: str
    ran: str
    made: str
    leaves: str
    others: str
    lines: str
    backward: str
    executed: str
    going: str
    not_run: str
    first: str
    first_passed: str
    saved: str
    share: str
    kept: str
    in_leaves: str
    of_leaves: str
    saved_here: str
    times: str
    forward_time: str
    backward_time: str
    kinds: str
    unrecorded: str
    gradients: str
    have: str
    norm: str
    within: str
    taken: str
    beside: str  # where leaves come in too, which are told of before
    given: str


FOLD_WORDS: dict[Language, FoldWords] = {
    "en": FoldWords(
        unfold="Unfold it by one level (U in the graph)",
        fold="Fold it again (Shift+U in the graph)",
        holds="What it stands for",
        rounds="rounds",
        ops="ops",
        ran="{:,} of {:,} have run",
        made="tensors made",
        leaves="leaves that require grad",
        others="other tensors",
        lines="Lines",
        backward="Backward",
        executed="run so far",
        going="in this call",
        not_run="backward has run none of the {:,} grad_fns",
        first="The first {} of the run was made here, by {}",
        first_passed="The first {} of backward came from here, from {}",
        saved="saved for backward",
        share="{}, {} of the run's {}",
        kept="still kept",
        in_leaves="in leaves, kept anyway",
        of_leaves="leaves",
        saved_here="What it saved",
        times="{:,} × {}",
        forward_time="time, forward",
        backward_time="time, backward",
        kinds="Ops by kind",
        unrecorded="Not recorded",
        gradients="Gradients of its leaves: norm",
        have="{:,} of {:,} have a .grad",
        norm="norm of all",
        within="in {}:",
        taken="Comes in ({:,})",
        beside="Comes in, beside these leaves ({:,})",
        given="Goes out ({:,})",
    ),
    "ja": FoldWords(
        unfold="1 段階開く (グラフで U)",
        fold="再び折りたたむ (グラフで Shift+U)",
        holds="中身",
        rounds="繰り返し",
        ops="演算",
        ran="{:,} / {:,} 個が実行済み",
        made="生成テンソル",
        leaves="勾配が必要な葉",
        others="他のテンソル",
        lines="コードの行",
        backward="逆伝播",
        executed="これまでに実行",
        going="今回の呼び出し",
        not_run="{:,} 個の grad_fn のどれも backward はまだ通っていません",
        first="実行全体で最初の {} は、ここの {} で生じました",
        first_passed="逆伝播で最初の {} は、ここの {} から出ました",
        saved="逆伝播用に保存",
        share="{0}: 全体 {2} の {1}",
        kept="まだ保持",
        in_leaves="うち葉の分 (もともと保持)",
        of_leaves="葉",
        saved_here="保存したもの",
        times="{:,} × {}",
        forward_time="順伝播の時間",
        backward_time="逆伝播の時間",
        kinds="種類別の演算",
        unrecorded="記録されなかった演算",
        gradients="葉の勾配: ノルム",
        have="{:,} / {:,} 個に .grad があります",
        norm="全体のノルム",
        within="{} の中:",
        taken="入ってくるもの ({:,})",
        beside="葉のほかに入ってくるもの ({:,})",
        given="出ていくもの ({:,})",
    ),
}
