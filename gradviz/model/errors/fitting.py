"""What torch says where shapes, dtypes or places do not fit together.

Rows as those in `errors.py`, looked through after them; gradients have no part in any.
"""

from gradviz.model.errors.hints import Hint

FITTING = (
    Hint(
        "mm",
        "RuntimeError",
        r"mat1 and mat2 shapes cannot be multiplied \((?P<one>\w+) and (?P<two>\w+)\)",
        "A matrix of {one} cannot be multiplied by one of {two}: the inner sizes must be equal.",
        "{one} の行列と {two} の行列は掛けられません。内側の大きさを合わせてください。",
    ),
    Hint(
        "shape",
        "RuntimeError",
        r"The size of tensor a \((?P<one>\d+)\) must match the size of tensor b \((?P<two>\d+)\) "
        r".*dimension (?P<dim>\d+)",
        "The shapes do not fit together: dimension {dim} is {one} on one side and {two} on the other.",
        "形状が合いません。次元 {dim} の大きさが {one} と {two} です。",
    ),
    Hint(
        "dtype",
        "RuntimeError",
        r"same dtype,? but (?:got|found):? (?P<one>\w+(?: int)?) (?:!=|and) (?P<two>\w+(?: int)?)"
        r"|expected scalar type (?P<three>\w+) but found (?P<four>\w+)",
        "The two tensors are of different dtypes: {one}{three} and {two}{four}. Convert one of them with .to(dtype).",
        "二つのテンソルの dtype が違います: {one}{three} と {two}{four}。どちらかを .to(dtype) で変換してください。",
    ),
    Hint(
        "vector",
        "RuntimeError",
        r"inconsistent tensor size, expected tensor \[(?P<one>\d+)\] and src \[(?P<two>\d+)\]",
        "These vectors are of different lengths: {one} and {two}.",
        "ベクトルの長さが違います: {one} と {two}。",
    ),
    Hint(
        "mv",
        "RuntimeError",
        r"size mismatch, got input \(\d+\), mat \((?P<one>\d+x\d+)\), vec \((?P<two>\d+)\)",
        "A matrix of {one} cannot be multiplied by a vector of {two}: its rows must be as long as that.",
        "{one} の行列と長さ {two} のベクトルは掛けられません。行列の列数をベクトルの長さに合わせてください。",
    ),
    Hint(
        "whole",
        "RuntimeError",
        r"(?P<what>\w+)\(\): (?:could not infer output dtype\. Input|input) dtype (?:must|should) be either "
        r"(?:a )?floating point or complex.*[Gg]ot:? (?P<one>\w+)",
        "{what} gives a fraction, and this tensor is of whole numbers ({one}). "
        "Write 1. instead of 1, or .float() first.",
        "{what} の結果は小数になりますが、このテンソルは整数 ({one}) です。1 ではなく 1. と書くか、"
        "先に .float() してください。",
    ),
    Hint(
        "cast",
        "RuntimeError",
        r"result type (?P<one>\w+) can't be cast to the desired output type (?P<two>\w+)",
        "The result is {one} and cannot be put into a tensor of {two}. Convert that with .float().",
        "結果は {one} なので {two} のテンソルには入りません。そのテンソルを .float() で変換してください。",
    ),
    Hint(
        "one-class",
        "RuntimeError",
        r"0D or 1D target tensor expected, multi-target not supported",
        "Here each example has one class: the target is of shape (N,). One of (N, 1) becomes that by .squeeze(1).",
        "ここでは各データのクラスは一つで、正解の形状は (N,) です。(N, 1) なら .squeeze(1) で直せます。",
    ),
    Hint(
        "batch-norm",
        "ValueError",
        r"Expected more than 1 value per channel when training, got input size torch\.Size\((?P<one>\[[\d, ]*\])\)",
        "In training this layer takes mean and variance over the batch, and of an input of shape {one} there is one "
        "value per channel. Give it more examples, or call .eval() first.",
        "学習中のこの層はバッチの平均と分散を使いますが、形状 {one} の入力ではチャンネルごとに値が一つしかありません。"
        "データを増やすか、先に .eval() を呼んでください。",
    ),
    Hint(
        "bmm",
        "RuntimeError",
        r"Expected size for first two dimensions of batch2 tensor to be: (?P<one>\[[\d, ]+\])"
        r" but got: (?P<two>\[[\d, ]+\])",
        "These batches of matrices cannot be multiplied: the second must begin with {one}, and begins with {two}.",
        "行列のバッチを掛けられません。二つ目の形状は {one} で始まる必要がありますが、{two} で始まっています。",
    ),
    Hint(
        "joined",
        "RuntimeError",
        r"Sizes of tensors must match except in dimension (?P<dim>\d+)\. "
        r"Expected size (?P<one>\d+) but got size (?P<two>\d+)",
        "Tensors joined along dimension {dim} must have the same size in every other: one has {one}, another {two}.",
        "次元 {dim} で結合するには、ほかの次元の大きさが同じでなければなりません。ここでは {one} と {two} です。",
    ),
    Hint(
        "reshape",
        "RuntimeError",
        r"shape '(?P<one>\[[^']*\])' is invalid for input of size (?P<two>\d+)",
        "{two} elements do not fit into the shape {one}. Its numbers must multiply to {two}; one may be -1, the rest.",
        "要素 {two} 個は形状 {one} に収まりません。積が {two} になる形状にしてください。"
        "一つは -1 (残り全部) と書けます。",
    ),
    Hint(
        "not-contiguous",
        "RuntimeError",
        r"view size is not compatible with input tensor's size and stride",
        "view() never copies, and the elements do not lie in memory in this order, as after t() or permute(). "
        "Use reshape().",
        "view() は複製をしませんが、t() や permute() の後では要素がメモリ上でこの順に並んでいません。"
        "reshape() を使ってください。",
    ),
    Hint(
        "ragged",
        "ValueError",
        r"expected sequence of length (?P<one>\d+) at dim \d+ \(got (?P<two>\d+)\)",
        "The rows of this list are not equally long: one has {one}, another {two}.",
        "リストの行の長さがそろっていません ({one} と {two})。",
    ),
    Hint(
        "index",
        "IndexError",
        r"index (?P<one>-?\d+) is out of bounds for dimension (?P<dim>\d+) with size (?P<two>\d+)",
        "There is no index {one}: dimension {dim} has the size {two}, and counting begins with 0.",
        "添字 {one} は範囲外です。次元 {dim} の大きさは {two} で、添字は 0 から始まります。",
    ),
    Hint(
        "target",
        "IndexError",
        r"Target (?P<one>-?\d+) is out of bounds",
        "There is no class {one}: there are as many classes as scores for each example, counted from 0.",
        "クラス {one} はありません。クラスは各データのスコアの数だけあり、0 から数えます。",
    ),
    Hint(
        "target-dtype",
        "RuntimeError",
        r"expected target dtype to be Long or Byte, but got (?P<one>\w+)",
        "The target is {one}, and classes are whole numbers. Write torch.tensor([0, 1]), or call .long() on it.",
        "正解の dtype が {one} ですが、クラスは整数で表します。"
        "torch.tensor([0, 1]) のように書くか、.long() を使ってください。",
    ),
    Hint(
        "channels",
        "RuntimeError",
        r"expected input\[[\d, ]+\] to have (?P<one>\d+) channels, but got (?P<two>\d+) channels",
        "This convolution was made for {one} channels and was given {two}.",
        "この畳み込みはチャンネル数 {one} 用ですが、入力のチャンネル数は {two} です。",
    ),
    Hint(
        "called",
        "TypeError",
        r"'Tensor' object is not callable",
        "A tensor is not called like a function. Is a * missing before the parenthesis?",
        "テンソルは関数のように呼び出せません。括弧の前に * が抜けていませんか。",
    ),
)
