"""One run as the window shows it: the stage it is drawn on, and the drawings of it that the window holds."""

from collections.abc import Iterator

from gradviz.drawing.pages.change import change
from gradviz.drawing.shapes import Drawing
from gradviz.model.cost import Timed
from gradviz.model.graph.graph import Graph
from gradviz.model.wire import MAX_PAYLOAD, FrameError
from gradviz.picture.make import folded, picture, told, undrawn
from gradviz.picture.picture import Options, Picture
from gradviz.picture.record.record import Record
from gradviz.picture.sent.frames import MANY, frames
from gradviz.picture.sent.looks import Looks
from gradviz.picture.stage.past import Past
from gradviz.picture.stage.shown import Shown, shown
from gradviz.picture.stage.stage import Stage, left_by, stage
from gradviz.picture.together.together import few, since


class Screen:
    """What the window was sent of one run.

    Attributes:
        owes: the run before, while it is still to be told what changed since then.
    """

    def __init__(self, run: int, past: Past | None = None, before: Record | None = None) -> None:
        """Begin with nothing sent.

        Args:
            run: its number.
            past: where things were in the run before.
            before: the record of the run before, where it is held.
        """
        self.owes: Record | None = None
        self._run = run
        self._past = past
        self._before = before
        self._stage: tuple[Options, Timed | None, Stage] | None = None
        self._last: Shown | None = None  # on that stage
        self._large: Options | None = None  # with which nothing folded is too large to send
        self._pictures = 0
        self._end = 0  # the number of the picture of the end of the run
        self._looks = Looks()  # that the window has
        self._drawn: dict[int, Drawing] = {}  # on that stage: of the end and of the last picture, by number

    @property
    def graph(self) -> Graph | None:
        """The graph of the whole run as the window was sent it last; None: it was sent none."""
        return None if self._stage is None else self._stage[2].draft.graph

    def left(self, record: Record | None) -> Past | None:
        """Return where things are, for the run that follows.

        Args:
            record: of the whole run, if there is one.
        """
        return self._past if record is None or self._stage is None else left_by(self._stage[2], record, self._stage[0])

    def pictured(
        self, record: Record, wanted: Options, timed: Timed | None, has: int | None, *, complete: bool
    ) -> bytes:
        """Return the best picture that is not too large to send, as frames.

        Args:
            record: of the run, as far as it has come.
            wanted: how it is to be shown.
            timed: how long its ops take, where that is shown.
            has: the number of the picture that the window holds, if it wants only what differs from that.
            complete: whether the run has ended.

        Raises:
            FrameError: none can be sent.
        """
        self._pictures += 1
        self.owes = self._before if complete and wanted.step is None and few(record.trace) else None
        for made in self._candidates(record, wanted, timed, has, complete):
            sent = self._sent(made)
            if sent is not None:
                return sent
        raise FrameError(f"even without a drawing it is larger than {MAX_PAYLOAD:,} bytes")

    def changed(self, record: Record, options: Options) -> bytes:
        """Return the picture once more with what changed since the run before, as frames; nothing where nothing did.

        The steps of the run are shown in the places of that picture too.
        """
        before, self.owes = self.owes, None
        self._pictures += 1
        made = None if before is None else self._since(before, record, options)
        sent = None if made is None else self._sent(made)
        if made is not None and sent is None:
            self._stage = self._last = None
        return sent or b""

    def _sent(self, made: Picture) -> bytes | None:
        """A picture as frames; None where it is too large."""
        by = made.change
        made = made._replace(number=self._pictures, change=None if by is None else self._looks.shortened(by))
        sent = frames(self._run, made)
        if sent is not None:
            self._looks.take(made)
        return sent

    def _since(self, before: Record, record: Record, options: Options) -> Picture | None:
        wanted = options._replace(step=None)
        alone = self._stage[2] if self._stage is not None and self._stage[0] == wanted else None
        found = since(before, record, options, alone)
        if found is None:
            return None
        if found.shown is not None:
            self._last, self._stage = found.shown, (wanted, None, found.shown.stage)
            self._drawn = {}
        if self._last is None:
            return None
        self._remember(self._last.drawing, options)
        return told(self._run, record, options, self._last, complete=True)._replace(changes=found.changes)

    def _candidates(
        self, record: Record, wanted: Options, timed: Timed | None, has: int | None, complete: bool
    ) -> Iterator[Picture]:
        """The pictures of a run, the best first. Whoever asks for the next one found the last one too large."""

        def drawn(options: Options) -> Iterator[Picture]:
            if complete and record.trace.tensors:
                yield from self._staged(record, options, timed, has)
            else:
                yield picture(self._run, record, options, complete=complete)

        if wanted.fold == "auto" or self._large != wanted._replace(step=None):
            yield from drawn(wanted)
        if wanted.fold == "none":
            self._large = wanted._replace(step=None) if complete else None
            for made in drawn(wanted._replace(fold="auto")):
                yield folded(made, wanted.language)
        yield undrawn(self._run, record, wanted, complete=complete)

    def _staged(self, record: Record, options: Options, timed: Timed | None, has: int | None) -> Iterator[Picture]:
        """The picture of a moment of a run that has ended, as a change and whole."""
        made = self._last = shown(record, options, self._set(record, options._replace(step=None), timed), self._last)
        whole = told(self._run, record, options, made, complete=True)
        before = None if has is None else self._drawn.get(has)
        self._remember(made.drawing, options)
        if has is not None and before is not None:
            by = change(has, before, made.drawing)
            if len(by.edges) + len(by.nodes) <= MANY:  # pages are less to send, and to take in
                yield whole._replace(drawing=None, change=by)
        yield whole
        del self._drawn[self._pictures]

    def _set(self, record: Record, options: Options, timed: Timed | None) -> Stage:
        """The run laid out, once for all of its steps."""
        if self._stage is None or self._stage[:2] != (options, timed):
            self._stage, self._drawn = (options, timed, stage(record, options, timed, self._past, walked=True)), {}
        return self._stage[2]

    def _remember(self, drawing: Drawing, options: Options) -> None:
        """Keep the drawing of the end and of this picture."""
        end = {number: one for number, one in self._drawn.items() if number == self._end}
        if options.step is None:
            self._end, end = self._pictures, {}
        self._drawn = end | {self._pictures: drawing}
