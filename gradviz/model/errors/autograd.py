"""What torch says of gradients: of graphs, leaves, versions, views and grad modes. Rows as those in `errors.py`."""

from gradviz.model.errors.hints import Hint

AUTOGRAD = (
    Hint(
        "second-backward",
        "RuntimeError",
        r"Trying to backward through the graph a second time",
        "This graph was already walked by backward(), which freed the tensors saved in it. "
        "Compute the result again, in a loop detach() what the round before left, or pass retain_graph=True "
        "to the first backward().",
        "この計算グラフは一度 backward() で使われ、保存されたテンソルは解放済みです。"
        "結果を計算し直すか、ループなら前の回から持ち越すものを detach() するか、"
        "最初の backward() に retain_graph=True を渡してください。",
    ),
    Hint(
        "not-tracked",
        "RuntimeError",
        r"does not require grad and does not have a grad_fn",
        "Nothing leads back from here: no input required grad, or it was computed under no_grad. "
        "Set requires_grad=True on an input, or move the computation out of the block.",
        "ここからたどれる計算グラフがありません。requires_grad=True の入力がないか、no_grad の中で計算されました。"
        "入力に requires_grad=True を設定するか、計算をブロックの外に移してください。",
    ),
    Hint(
        "non-scalar",
        "RuntimeError",
        r"grad can be implicitly created only for scalar outputs",
        "backward() starts from a single number. Reduce the result with .sum() or .mean(), or pass gradient=.",
        "backward() は一つの数から始まります。.sum() や .mean() でまとめるか、gradient= を渡してください。",
    ),
    Hint(
        "complex-root",
        "RuntimeError",
        r"grad can be implicitly created only for real scalar outputs",
        "backward() starts from a real number, and this one is complex. Take .real or .abs(), or pass gradient=.",
        "backward() は実数から始まりますが、これは複素数です。.real や .abs() を使うか、gradient= を渡してください。",
    ),
    Hint(
        "not-asked",
        "RuntimeError",
        r"One of the differentiated Tensors does not require grad",
        "A gradient was asked for a tensor that does not require grad. Set requires_grad=True where it is made.",
        "requires_grad=True でないテンソルの勾配が求められました。作る所で requires_grad=True を設定してください。",
    ),
    Hint(
        "int-grad",
        "RuntimeError",
        r"[Oo]nly Tensors of floating point (?:and complex )?dtype can require gradients",
        "Whole numbers have no gradient. Write 1. instead of 1, or pass dtype=torch.float32.",
        "整数のテンソルは勾配を持てません。1 ではなく 1. と書くか、dtype=torch.float32 を指定してください。",
    ),
    Hint(
        "view-of-leaf",
        "RuntimeError",
        r"a view of a leaf Variable that requires grad is being used in an in-place operation",
        "This changes a leaf that requires grad, through a view of it. "
        "Do it under torch.no_grad(), or make a new tensor.",
        "requires_grad=True の葉テンソルのビューをその場で変更しています。"
        "torch.no_grad() の中で行うか、新しいテンソルを作ってください。",
    ),
    Hint(
        "leaf-inplace",
        "RuntimeError",
        r"a leaf Variable that requires grad is being used in an in-place operation",
        "This changes a leaf that requires grad in place. Do it under torch.no_grad(), or give the result a new name.",
        "requires_grad=True の葉テンソルをその場で変更しています。"
        "torch.no_grad() の中で行うか、結果に新しい名前を付けてください。",
    ),
    Hint(
        "version",
        "RuntimeError",
        r"modified by an inplace operation.*is at version (?P<now>\d+); expected version (?P<then>\d+)",
        "A tensor saved for backward was changed in place afterwards: saved at version {then}, now at version {now}. "
        "Use the form that makes a new tensor; a leaf is changed after backward().",
        "逆伝播用に保存されたテンソルが、その後その場で変更されました (保存時のバージョン {then}、現在 {now})。"
        "新しいテンソルを作る書き方にしてください。葉テンソルは backward() の後で変更してください。",
    ),
    Hint(
        "detached",
        "RuntimeError",
        r"has been detached in-place",
        "backward needs a tensor that detach_() took out of the graph. Write y = y.detach(), which leaves that alone.",
        "backward に必要なテンソルが detach_() で切り離されています。元を変えない y = y.detach() を使ってください。",
    ),
    Hint(
        "flag-non-leaf",
        "RuntimeError",
        r"you can only change requires_grad flags of leaf variables",
        "requires_grad can be changed on a leaf only. Take .detach() first to get one.",
        "requires_grad を変更できるのは葉テンソルだけです。先に .detach() で切り離してください。",
    ),
    Hint(
        "retain-no-rg",
        "RuntimeError",
        r"can't retain_grad on Tensor that has requires_grad=False",
        "This tensor gets no gradient, so there is none to keep: it does not require grad.",
        "このテンソルは requires_grad=False なので、保持する勾配がありません。",
    ),
    Hint(
        "infer-save",
        "RuntimeError",
        r"Inference tensors cannot be saved for backward",
        "A tensor made under inference_mode cannot be saved for backward. Use .clone() outside of it, or no_grad.",
        "inference_mode の中で作られたテンソルは逆伝播用に保存できません。"
        "外で .clone() するか、no_grad を使ってください。",
    ),
    Hint(
        "infer-inplace",
        "RuntimeError",
        r"Inplace update to inference tensor outside InferenceMode",
        "A tensor made under inference_mode cannot be changed outside of it. Use .clone() first.",
        "inference_mode の中で作られたテンソルは外では変更できません。先に .clone() してください。",
    ),
    Hint(
        "infer-rg",
        "RuntimeError",
        r"Setting requires_grad=True on inference tensor",
        "A tensor made under inference_mode cannot require grad. Use .clone() outside of it first.",
        "inference_mode の中で作られたテンソルには requires_grad=True を設定できません。"
        "先に外で .clone() してください。",
    ),
    Hint(
        "unused",
        "RuntimeError",
        r"appears to not have been used in the graph",
        "There is no path from the result back to this tensor. Pass allow_unused=True to get None for it.",
        "結果からこのテンソルへたどる道がありません。allow_unused=True を渡すと None が返ります。",
    ),
    Hint(
        "grad-shape",
        "RuntimeError",
        r"Mismatch in shape: grad_output\[\d+\] has a shape of (?P<one>.+?) "
        r"and output\[\d+\] has a shape of (?P<two>.+?)\.(?:\s|$)",
        "The gradient passed has shape {one}, the output has shape {two}. They must be the same.",
        "渡された勾配の形状は {one}、出力の形状は {two} です。同じ形状にしてください。",
    ),
    Hint(
        "numpy",
        "RuntimeError",
        r"Can't call numpy\(\) on Tensor that requires grad",
        "NumPy knows nothing of gradients. Use the function of torch, or .detach() first to leave autograd out.",
        "NumPy は勾配を扱えません。torch の関数を使うか、自動微分に含めないなら先に .detach() してください。",
    ),
    Hint(
        "item",
        "RuntimeError|ValueError",
        r"cannot be converted to Scalar|only one element tensors can be converted",
        "Only a tensor of one element can become a Python number.",
        "Python の数に変換できるのは要素が一つのテンソルだけです。",
    ),
    Hint(
        "bool",
        "RuntimeError",
        r"Boolean value of Tensor with more than one value is ambiguous",
        "A tensor of several elements is neither true nor false. Use .any() or .all().",
        "複数の要素を持つテンソルは真偽値になりません。.any() か .all() を使ってください。",
    ),
    Hint(
        "deepcopy",
        "RuntimeError",
        r"support the deepcopy protocol",
        "Only leaves can be deep-copied. Take .detach() first.",
        "deepcopy できるのは葉テンソルだけです。先に .detach() してください。",
    ),
    Hint(
        "multi-view",
        "RuntimeError",
        r"is a view and is being modified inplace",
        "This view came from a function with several outputs and cannot be changed in place. Take .clone() first.",
        "複数の出力を返す関数のビューなので、その場で変更できません。先に .clone() してください。",
    ),
    Hint(
        "no-grad-view",
        "RuntimeError",
        r"view was created in no_grad mode and is being modified inplace",
        "This view was made under no_grad and is changed outside of it: torch cannot tell whether to record that. "
        "Make the view and the change in the same grad mode.",
        "このビューは no_grad の中で作られ、外で変更されたため、記録すべきか torch には判断できません。"
        "ビューの作成と変更を同じ勾配モードで行ってください。",
    ),
    Hint(
        "out-grad",
        "RuntimeError",
        r"functions with out=\.\.\. arguments don't support automatic differentiation",
        "Autograd cannot record an operation that writes to out=. Leave out= away and give the result a name.",
        "out= に書き込む演算は自動微分に記録できません。out= を使わず、結果に名前を付けてください。",
    ),
    Hint(
        "overlap",
        "RuntimeError",
        r"more than one element of the written-to tensor refers to a single memory location",
        "Elements of this tensor share memory, as after expand(), and cannot be changed in place. Take .clone() first.",
        "expand() などで要素がメモリを共有しているため、その場で変更できません。先に .clone() してください。",
    ),
    Hint(
        "nan",
        "RuntimeError",
        r"returned nan values",
        "A gradient became nan (not a number) in this step of backward, often as 0 times infinity. "
        "Keep away from where a slope is infinite, such as that of sqrt at 0.",
        "逆伝播のこの段階で勾配が nan (非数) になりました。多くは 0 と無限大の積です。"
        "0 での sqrt のように、傾きが無限大になる入力を避けてください。",
    ),
    Hint(
        "gradcheck",
        "GradcheckError",
        r"Jacobian mismatch for output",
        "What backward gives differs from finite differences of the forward: the two numbers stand below. "
        "Look for what the backward leaves out.",
        "backward の返す勾配が、forward から求めた有限差分と違います (下の二つの数)。"
        "backward に足りないものを探してください。",
    ),
    Hint(
        "no-grad-yet",
        "TypeError",
        r"unsupported operand type\(s\) for [^:]+: (?:'\w+' and 'NoneType'|'NoneType' and '\w+')",
        "One side of this is None, where a number or a tensor is wanted. A .grad is None until backward() fills it.",
        "計算の片方が None です。数かテンソルが必要です。.grad は backward() が書き込むまで None です。",
    ),
    Hint(
        "optimizer-leaf",
        "ValueError",
        r"can't optimize a non-leaf Tensor",
        "An optimizer changes leaves, and this tensor was computed from others. Give it the leaf that it came from.",
        "オプティマイザが更新できるのは葉テンソルだけです。計算で得たテンソルではなく、元の葉テンソルを渡してください。",
    ),
    Hint(
        "optimizer-empty",
        "ValueError",
        r"optimizer got an empty parameter list",
        "The optimizer was given nothing to change. Pass the leaves that it is to learn, such as model.parameters().",
        "オプティマイザに更新するものが渡されていません。model.parameters() などの葉テンソルを渡してください。",
    ),
)
