"""What can be chosen by some letters of its name, and what was used comes first."""

from gradviz.drawing.pages.marks import Marks
from gradviz.drawing.pages.page import page
from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.layout.geometry import Rect, Size
from gradviz.state.appstate import AppState
from gradviz.state.commands.keys import Keys
from gradviz.state.commands.palette import LONGEST, MOST, USED, Choices, Entry, boxes, choices, found, remembered
from gradviz.state.messages import KeysSet, Picked
from gradviz.state.update import update

ENTRIES = (
    Entry("command", "run", "実行", ("Run",)),
    Entry("command", "stop", "停止", ("Stop",)),
    Entry("lesson", "first", "First steps"),
    Entry("file", "/home/run.py", "run.py"),
)


def drawing(*titles: str) -> Drawing:
    nodes = [
        Mark(f"n{at}", Role.OP, Rect(0, 9 * at, 5, 5), (), (), title, "", line=at + 1)
        for at, title in enumerate(titles)
    ]
    return Drawing(Size(9, 99), (), (), nodes)


def keys(among: Choices, query: str, used: tuple[str, ...] = ()) -> list[str]:
    return [one.key for one in found(among, query, used)]


def test_without_letters_all_but_the_graph_is_there_and_what_was_used_comes_first() -> None:
    among = choices(ENTRIES, boxes(drawing("x", "y")), 3)
    assert keys(among, "") == ["command:run", "command:stop", "lesson:first", "file:/home/run.py"]
    assert keys(among, " ", ("lesson:first", "command:stop", "command:gone")) == [
        "lesson:first",
        "command:stop",
        "command:run",
        "file:/home/run.py",
    ]


def test_what_was_used_comes_before_what_is_meant_as_well() -> None:
    among = choices(ENTRIES, boxes(None), 3)
    assert keys(among, "st") == ["command:stop", "lesson:first"]
    assert keys(among, "s", ("lesson:first",)) == [
        "command:stop",
        "lesson:first",
    ]  # a name that begins so is meant more
    assert keys(among, "run") == ["command:run", "file:/home/run.py"]
    two = choices((ENTRIES[1], Entry("command", "step", "Step")), boxes(None), 3)
    assert keys(two, "st") == ["command:step", "command:stop"]  # by its first name
    assert keys(two, "st", ("command:stop",)) == ["command:stop", "command:step"]


def test_boxes_of_the_graph_are_found_with_their_lines_packed_or_not() -> None:
    loose = drawing("x", "mul · x * w", "y\nz")
    packed = loose._replace(nodes=Marks([page(tuple(loose.nodes)).packed()]))
    for of in (loose, packed):
        among = choices(ENTRIES, boxes(of), 3)
        assert found(among, "mul", ())[0] == Entry("mark", "n1", "mul · x * w", line=2)
        assert keys(among, "x") == ["mark:n0", "mark:n1"]
        assert keys(among, "yz") == ["mark:n2"]
    long = choices((), boxes(drawing("x" * LONGEST + "y", "z")), 3)
    assert (keys(long, "xx"), keys(long, "xy")) == (["mark:n0"], [])
    many = choices((), boxes(drawing(*["add"] * (MOST + 9))), 3)
    assert len(found(many, "add", ())) == MOST


def test_a_number_is_a_line_of_the_program() -> None:
    among = choices((Entry("lesson", "twelve", "12  Sums"),), boxes(None), 20)
    assert found(among, "12", ())[0] == Entry("line", "12", "12", line=12)
    assert keys(among, "12") == ["line:12", "lesson:twelve"]
    assert keys(among, ":12") == keys(among, "：１２") == ["line:12"]
    assert keys(among, "21") == keys(among, ":0") == keys(among, ":") == []


def test_commands_and_lessons_are_remembered_the_last_first() -> None:
    used = remembered(("command:a", "command:run", "command:b"), ENTRIES[0])
    assert used == ("command:run", "command:a", "command:b")
    assert remembered(used, Entry("mark", "n0", "x")) == used
    many = tuple(f"command:{at}" for at in range(USED))
    assert remembered(many, ENTRIES[2]) == ("lesson:first", *many[:-1])


def test_the_state_keeps_what_was_picked_and_the_keys() -> None:
    state, effects = update(AppState(), Picked(ENTRIES[0]))
    assert (state.used, effects) == (("command:run",), ())
    own = Keys({"run": ("F5",)}).given("run", ("F6",))
    state, effects = update(state, KeysSet(own))
    assert (state.keys, effects) == (own, ())
