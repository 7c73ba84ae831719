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
    made: str
    op: str
    call: str
    inputs: str
    outputs: str
    saved: str


INSPECTION_WORDS: dict[Language, InspectionWords] = {
    "en": InspectionWords(
        absent="Not there yet at this step",
        unable="This could not be read from the record",
        unnamed="a tensor without a name",
        value="Value",
        facts="Facts",
        memory="memory",
        no_version="none: an inference tensor",
        made="made on",
        op="op",
        call="written",
        inputs="Inputs",
        outputs="Outputs",
        saved="Saved for backward",
    ),
    "ja": InspectionWords(
        absent="このステップではまだ存在しません",
        unable="記録から読み取れませんでした",
        unnamed="名前のないテンソル",
        value="値",
        facts="基本情報",
        memory="メモリー",
        no_version="なし: 推論モードのテンソル",
        made="作成",
        op="演算",
        call="コード",
        inputs="入力",
        outputs="出力",
        saved="逆伝播用に保存",
    ),
}
