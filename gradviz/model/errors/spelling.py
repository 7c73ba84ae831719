"""What Python says of letters and names that are not what was meant. Rows as those in `errors.py`."""

from gradviz.model.errors.hints import Hint

SPELLING = (
    Hint(
        "full-width",
        "SyntaxError",
        r"invalid (?:non-printable )?character '?(?P<what>[^' ]*)'? ?\(?(?:U\+(?:300[0-2]|FF[0-9A-F]{2}|201[89CD]))",
        "There is a full-width character here. Python wants the half-width one.",
        "全角文字が入っています。Python では半角文字を使ってください。",
    ),
    Hint(
        "typo",
        "AttributeError|NameError",
        r"(?P<what>.+)",
        "There is no such name. Did you mean {suggestion}?",
        "その名前はありません。{suggestion} ではありませんか。",
    ),
    Hint(
        "keyword",
        "TypeError",
        r"unexpected keyword argument '(?P<what>\w+)'",
        "There is no argument {what} here. Did you mean {suggestion}?",
        "{what} という引数はありません。{suggestion} ではありませんか。",
    ),
)
