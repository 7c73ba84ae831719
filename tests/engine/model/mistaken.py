"""What a recorded program is told of what it does without an error, and its person may not mean."""

from gradviz.model.moments.moment import History
from gradviz.model.source.place import text_of
from gradviz.model.why.mistake import Mistake
from gradviz.model.why.silent import mistakes
from tests.engine.recording import record


def told(source: str, *, raises: bool = False) -> list[Mistake]:
    """The mistakes of a program, which runs to its end unless it may raise."""
    trace, text = record(source), text_of(source)
    assert text is not None
    assert raises or trace.error is None
    return list(mistakes(History(trace), text))
