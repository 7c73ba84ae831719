"""The words of an Inspection in each language. Names of the PyTorch API stay as they are."""

from typing import NamedTuple

from gradviz.picture.picture import Language


class InspectionWords(NamedTuple):
    """Every phrase; a pair of braces is filled in."""

    absent: str
    unable: str
    unnamed: str
    value: str
    facts: str
    memory: str
    no_version: str
    not_contiguous: str
    costs: str
    made: str
    op: str
    call: str
    inputs: str
    outputs: str
    saved: str
    passes: dict[str, str]  # by what is wrong with the gradients that a grad_fn passes on
    op_facts: str
    module: str
    rule: str
    trouble: str
    accumulated: str
    met: str
    came: str
    total: str
    own_rule: str
    scripted: str
    inside: str
    sink_rule: str
    no_rule: str
    not_run: str
    where: str
    summed: str
    passed: str
    then: str  # a hook that changed that
    versions: str
    changed: str
    corrupted: str
    first_made: str
    given_number: str
    first_here: str
    complex_grad: str
    first_from: str
    made_by: str
    in_file: str
    caught: str
    caught_at: str
    changed_it: str
    changed_on: str  # a line
    many: str
    unwritten: str
    statistics: str
    sharing: str
    base: str
    view: str
    shares: str
    history: str
    version: str
    savers: str
    hooks: str
    left_alone: str


INSPECTION_WORDS: dict[Language, InspectionWords] = {
    "en": InspectionWords(
        absent="Not there yet at this step",
        unable="This could not be read from the record",
        unnamed="a tensor without a name",
        value="Value",
        facts="Facts",
        memory="memory",
        no_version="none: an inference tensor",
        not_contiguous="not contiguous",
        costs="Cost",
        made="made on",
        op="op",
        call="written",
        inputs="Inputs",
        outputs="Outputs",
        saved="Saved for backward",
        passes={
            "nan": "It passes nan on",
            "inf": "It passes inf on",
            "zero": "It passes only zeros on",
            "undefined": "It passes no gradient on",
        },
        op_facts="Forward op",
        module="module",
        rule="Rule",
        trouble="Trouble",
        accumulated="Added into .grad: old + new = sum",
        met="Gradients that met here",
        came="from",
        total="sum",
        own_rule="An autograd.Function: its rule is the backward() of the program",
        scripted="TorchScript runs these ops as one and makes their backward itself: none has a grad_fn of its own",
        inside="What the grad_fn inside it saved cannot be known: torch shows it to nobody",
        sink_rule="AccumulateGrad has no formula: it adds what arrives to .grad",
        no_rule="gradviz has no rule for this grad_fn",
        not_run="backward has not run here",
        where="where {}",
        summed="{} summed to shape {}",
        passed="PyTorch passed on {}",
        then="Then {} changed what is passed on: {}",
        versions="version {} when saved, {} now",
        changed="changed since: backward refuses it",
        corrupted="changed behind autograd's back: backward goes wrong",
        first_made="The first {} was made here",
        given_number="The program gave it the number {}: what comes of that is not reported as a first nan or inf",
        first_here="The first {} came from here",
        complex_grad="Its real part is the derivative by the real part, its imaginary part that by the imaginary part.",
        first_from="The first {} came from {}",
        made_by="The first {} of the forward run was made by {}",
        in_file="{}, line {}: {}",
        caught="Caught by the program: {}",
        changed_it="{told} Here {0} was changed by {1}.",
        changed_on="{told} Here {0} was changed by {1} on line {2}.",
        caught_at="Caught by the program, at {}: {}",
        many="There are more than 64 numbers: only this is recorded of them",
        unwritten="Some of this was never written to, or was computed from such memory: it differs from run to run",
        statistics="Statistics",
        sharing="Shared memory",
        base="view of",
        view="seen by",
        shares="shared with",
        history="Changed in place",
        version="version {} → {}",
        savers="Saved by",
        hooks="Hooks",
        left_alone="{}, left as it was",
    ),
    "ja": InspectionWords(
        absent="このステップではまだ存在しません",
        unable="記録から読み取れませんでした",
        unnamed="名前のないテンソル",
        value="値",
        facts="基本情報",
        memory="メモリ",
        no_version="なし: 推論モードのテンソル",
        not_contiguous="連続ではない",
        costs="コスト",
        made="作成",
        op="演算",
        call="コード",
        inputs="入力",
        outputs="出力",
        saved="逆伝播用に保存",
        passes={
            "nan": "nan を渡しています",
            "inf": "inf を渡しています",
            "zero": "0 だけを渡しています",
            "undefined": "勾配を渡していません",
        },
        op_facts="順伝播の演算",
        module="モジュール",
        rule="微分の規則",
        trouble="問題",
        accumulated=".grad への加算: 前の値 + 新しい勾配 = 和",
        met="ここで合流した勾配",
        came="から",
        total="和",
        own_rule="autograd.Function: 規則はプログラム自身の backward() です",
        scripted="TorchScript はこれらの演算をまとめて実行し、逆伝播も作ります: 個々の演算に grad_fn はありません",
        inside="内部の grad_fn が保存したものは分かりません: torch は誰にも見せません",
        sink_rule="AccumulateGrad に式はありません: 届いた勾配を .grad に加えます",
        no_rule="この grad_fn の規則は gradviz にありません",
        not_run="backward はまだここを通っていません",
        where="ただし {}",
        summed="{} (形状 {} に合計)",
        passed="PyTorch が渡した勾配: {}",
        then="その後 {} が渡す勾配を変えました: {}",
        versions="保存時のバージョン {}、現在 {}",
        changed="保存後に変更: backward はエラーになります",
        corrupted="autograd に知られずに変更: backward の結果が誤ります",
        first_made="最初の {} はここで生じました",
        given_number="プログラムが数値 {} を渡しています: そこから出る値は最初の nan や inf として報告しません",
        first_here="最初の {} はここから出ました",
        complex_grad="実部は実部での微分、虚部は虚部での微分です。",
        first_from="最初の {} は {} から出ました",
        made_by="順伝播で最初の {} を作ったのは {} です",
        in_file="{} の {} 行目: {}",
        caught="プログラムが捕捉したエラー: {}",
        changed_it="{told}変更されたのは {0} で、変更したのは {1} です。",
        changed_on="{told}変更されたのは {0} で、変更したのは {2} 行目の {1} です。",
        caught_at="プログラムが捕捉したエラー ({}): {}",
        many="要素が 64 個を超えるため、統計だけを記録しています",
        unwritten="このメモリの全部または一部はまだ書き込まれていないか、そのようなメモリから計算されました。中身は実行ごとに変わります",
        statistics="統計",
        sharing="メモリの共有",
        base="ビューの元",
        view="ビュー",
        shares="共有",
        history="その場での変更",
        version="バージョン {} → {}",
        savers="保存元",
        hooks="フック",
        left_alone="{} (変更なし)",
    ),
}
