"""What Python says of a text that it cannot read, and of what a run has not: files, a network, a module, a GPU.

Rows as those in `errors.py`, looked through after them; none is about a tensor.
"""

from gradviz.model.errors.hints import Hint

PYTHON = (
    Hint(
        "null",
        "SyntaxError",
        r"cannot contain null bytes",
        "There is a NUL character here, which no text has. Delete it; the file may not be a program, or be in UTF-16.",
        "テキストにはない NUL 文字が入っています。削除してください。"
        "プログラムでないファイルか、UTF-16 のファイルかもしれません。",
    ),
    Hint(
        "indent",
        "IndentationError",
        r"expected an indented block after .+ on line (?P<line>\d+)",
        "What belongs to line {line} stands further in than it: put four spaces before this line.",
        "{line} 行目に属する行には字下げが必要です。この行の先頭に半角スペースを 4 つ入れてください。",
    ),
    Hint(
        "uneven-indent",
        "IndentationError",
        r"unexpected indent|unindent does not match",
        "This line begins further in, or further out, than the lines that it stands with.",
        "この行の字下げが前後の行とそろっていません。",
    ),
    Hint(
        "tabs",
        "TabError",
        r"inconsistent use of tabs",
        "Lines begin with tabs here and with spaces there. Use spaces alone.",
        "行の先頭にタブとスペースが混ざっています。スペースにそろえてください。",
    ),
    Hint(
        "never-closed",
        "SyntaxError",
        r"'(?P<what>.)' was never closed",
        "This {what} is opened here and never closed.",
        "ここで開いた {what} が閉じられていません。",
    ),
    Hint(
        "unmatched",
        "SyntaxError",
        r"unmatched '(?P<what>.)'|closing parenthesis '(?P<other>.)' does not match",
        "This {what}{other} closes nothing that was opened.",
        "この {what}{other} に対応する開き括弧がありません。",
    ),
    Hint(
        "no-quote",
        "SyntaxError",
        r"unterminated (?:triple-quoted )?(?:f-)?string literal|EOL while scanning string",
        "A text begins here, and the quotation mark that ends it is missing.",
        "ここから始まる文字列が、引用符で閉じられていません。",
    ),
    Hint("no-colon", "SyntaxError", r"expected ':'", "A colon is missing here.", "ここに : が必要です。"),
    Hint(
        "no-comma",
        "SyntaxError",
        r"Perhaps you forgot a comma",
        "Python cannot read this. Is a comma missing?",
        "Python はこの部分を読み取れません。カンマが抜けていませんか。",
    ),
    Hint(
        "equals",
        "SyntaxError",
        r"Maybe you meant '=='",
        "A name is wanted on the left of =. Write == to compare.",
        "= の左には名前が必要です。比較するときは == と書いてください。",
    ),
    Hint(
        "syntax",
        "SyntaxError",
        r"^invalid syntax",
        "Python cannot read this line as it stands.",
        "Python はこの行を読み取れません。",
    ),
    Hint(
        "name",
        "NameError",
        r"name '(?P<what>[^']+)' is not defined",
        "There is no {what} at this line: it was not imported, not made, or is made further down.",
        "この行の時点で {what} という名前はありません。import していないか、まだ作られていません。",
    ),
    Hint(
        "no-file",
        "FileNotFoundError|RuntimeError",
        r"No such file or directory|[Pp]arent directory .* does not exist",
        "gradviz runs programs without files, so there is none here to read or write. Put the data into the program.",
        "gradviz ではプログラムはファイルを使えないため、読み書きできません。データをプログラムに直接書いてください。",
    ),
    Hint(
        "not-written",
        "RuntimeError",
        r"open file failed|Operation not permitted|Permission denied",
        "gradviz runs programs without files: nothing can be written or read.",
        "gradviz ではプログラムはファイルを使えないため、読み書きできません。",
    ),
    Hint(
        "no-network",
        "URLError|gaierror|ConnectionError|ConnectionRefusedError|HTTPError|TimeoutError|OSError",
        r"name resolution|Name or service not known|Network is unreachable|getaddrinfo failed|nodename nor servname",
        "gradviz runs programs without a network: nothing can be downloaded. Put the data into the program.",
        "gradviz ではプログラムはネットワークを使えないため、ダウンロードできません。"
        "データをプログラムに直接書いてください。",
    ),
    Hint(
        "hidden-file",
        "ImportError|ModuleNotFoundError|AttributeError",
        r"\((?P<what>[^()]+) beside the program is hidden by a module of its name\)$",
        "Python had imported another module of this name before the program began, so {what} beside the program is not "
        "imported. Give the file another name.",
        "同じ名前の別のモジュールがプログラムの開始前に読み込まれているため、プログラムの隣の {what} は使われません。"
        "ファイルの名前を変えてください。",
    ),
    Hint(
        "not-source",
        "ImportError",
        r"^(?P<what>.+?) was not read: it is not Python source text: (?P<why>.+)",
        "{what} is not Python source text ({why}). Save it as UTF-8.",
        "{what} は Python のソースとして読み取れません ({why})。UTF-8 で保存してください。",
    ),
    Hint(
        "too-much-beside",
        "ImportError",
        r"^(?P<what>.+?) was not read: a program may import (?P<files>\d+) files beside it, of (?P<bytes>[\d,]+) bytes",
        "{what} was not read: a program may import {files} files beside it, of {bytes} bytes in all.",
        "{what} は読み込まれませんでした。隣から読み込めるのは {files} ファイル、合計 {bytes} バイトまでです。",
    ),
    Hint(
        "not-read",
        "ImportError",
        r"^(?P<what>.+?) was not read: (?P<why>.+)",
        "{what} could not be read: {why}.",
        "{what} を読み取れませんでした ({why})。",
    ),
    Hint(
        "no-module",
        "ModuleNotFoundError",
        r"No module named '(?P<what>[^']+)'",
        "There is no module {what} for the Python that runs programs, nor beside the program. Install it, or save the "
        "program and its file in one folder: files there are found by import statements that name them.",
        "プログラムを実行する Python にも、プログラムの隣にも {what} というモジュールがありません。インストールするか、"
        "同じフォルダに保存してください。フォルダにあるファイルは、import 文にその名前があれば見つかります。",
    ),
    Hint(
        "no-cuda",
        "AssertionError|RuntimeError",
        r"Torch not compiled with CUDA enabled|Found no NVIDIA driver|No CUDA GPUs are available",
        'This PyTorch finds no GPU here. Leave out the device, or make it "cpu".',
        'この PyTorch で使える GPU がありません。device の指定を外すか、"cpu" にしてください。',
    ),
)
