"""All that a person can ask for, as one table from which menus, tool bars, shortcuts and their sheet are read."""

import re
from itertools import combinations
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from gradviz.model.cost import MODES, NAMES
from gradviz.model.trace import GradMode
from gradviz.ui.bars.titles import BESIDE, EDIT, FILE, HEAT, HELP, PANELS, PARTS, QT_TRANSLATE_NOOP, RUN, VIEW


class Command(NamedTuple):
    """One thing to ask for. Of the commands of one `group` exactly one holds."""

    id: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    icon: str = ""
    icon_on: str = ""  # while it is checked; "": the same
    checkable: bool = False
    group: str = ""


LINE = ""  # the id of a line between two groups of a menu

# Those of the grad modes that can stand side by side.
SIDES: dict[tuple[GradMode, ...], str] = {
    MODES: QT_TRANSLATE_NOOP("Actions", "Every grad mode"),
    **{pair: " | ".join(NAMES[mode] for mode in pair) for pair in combinations(MODES, 2)},
}

COMMANDS = (
    Command("new", FILE, QT_TRANSLATE_NOOP("Actions", "&New program"), ("Ctrl+N",), icon="new"),
    Command("open", FILE, QT_TRANSLATE_NOOP("Actions", "&Open …"), ("Ctrl+O",), icon="open"),
    Command("save", FILE, QT_TRANSLATE_NOOP("Actions", "&Save"), ("Ctrl+S",), icon="save"),
    Command("save_as", FILE, QT_TRANSLATE_NOOP("Actions", "Save &as …"), ("Ctrl+Shift+S",)),
    Command("save_session", FILE, QT_TRANSLATE_NOOP("Actions", "Save the sess&ion …"), ("Ctrl+Alt+E",)),
    Command(LINE, FILE, ""),
    Command("export", FILE, QT_TRANSLATE_NOOP("Actions", "&Export the graph …"), ("Ctrl+Shift+E",), icon="export"),
    Command("copy_graph", FILE, QT_TRANSLATE_NOOP("Actions", "&Copy the graph as a picture"), ("Ctrl+Shift+C",)),
    Command("copy_svg", FILE, QT_TRANSLATE_NOOP("Actions", "Copy the graph as S&VG"), ("Ctrl+Alt+C",)),
    Command("copy_dot", FILE, QT_TRANSLATE_NOOP("Actions", "Copy the graph as &DOT"), ("Ctrl+Alt+D",)),
    Command("share", FILE, QT_TRANSLATE_NOOP("Actions", "Copy program and results as &text"), ("Ctrl+Alt+X",)),
    Command(LINE, FILE, ""),
    Command("quit", FILE, QT_TRANSLATE_NOOP("Actions", "&Quit"), ("Ctrl+Q",)),
    Command("undo", EDIT, QT_TRANSLATE_NOOP("Actions", "&Undo"), ("Ctrl+Z",)),
    Command("redo", EDIT, QT_TRANSLATE_NOOP("Actions", "&Redo"), ("Ctrl+Shift+Z", "Ctrl+Y")),
    Command(LINE, EDIT, ""),
    Command(
        "find",
        EDIT,
        QT_TRANSLATE_NOOP("Actions", "&Find"),
        ("Ctrl+F",),
        QT_TRANSLATE_NOOP("Actions", "In the program while it is worked on, in the graph elsewhere"),
    ),
    Command("find_next", EDIT, QT_TRANSLATE_NOOP("Actions", "Find &next"), ("F3",)),
    Command("find_previous", EDIT, QT_TRANSLATE_NOOP("Actions", "Find &previous"), ("Shift+F3",)),
    Command("replace", EDIT, QT_TRANSLATE_NOOP("Actions", "R&eplace in the program"), ("Ctrl+H",)),
    Command("search", EDIT, QT_TRANSLATE_NOOP("Actions", "&Search the graph"), ("Ctrl+Alt+F",), icon="search"),
    Command(LINE, EDIT, ""),
    Command("more", EDIT, QT_TRANSLATE_NOOP("Actions", "Number at the cursor up"), ("Ctrl+Up",)),
    Command("less", EDIT, QT_TRANSLATE_NOOP("Actions", "Number at the cursor down"), ("Ctrl+Down",)),
    Command("much_more", EDIT, QT_TRANSLATE_NOOP("Actions", "Number up by ten steps"), ("Ctrl+Shift+Up",)),
    Command("much_less", EDIT, QT_TRANSLATE_NOOP("Actions", "Number down by ten steps"), ("Ctrl+Shift+Down",)),
    Command("slide", EDIT, QT_TRANSLATE_NOOP("Actions", "S&lide the number at the cursor"), ("F4",)),
    Command(LINE, EDIT, ""),
    Command(
        "complete",
        EDIT,
        QT_TRANSLATE_NOOP("Actions", "Complete the na&me"),
        ("Ctrl+Space", "Alt+/"),
        QT_TRANSLATE_NOOP("Actions", "What can be written at the cursor, by the torch that runs the program"),
    ),
    Command(
        "explain",
        EDIT,
        QT_TRANSLATE_NOOP("Actions", "&What the name at the cursor is"),
        ("Ctrl+Shift+Space",),
        QT_TRANSLATE_NOOP("Actions", "What a name holds, or how it is called and what it is for"),
    ),
    Command(LINE, EDIT, ""),
    Command("mend", EDIT, QT_TRANSLATE_NOOP("Actions", "Ma&ke the change that is offered"), ("Alt+Return",)),
    Command("comment", EDIT, QT_TRANSLATE_NOOP("Actions", "&Comment in or out"), ("Ctrl+/",)),
    Command(
        "both",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "&Both"),
        tip=QT_TRANSLATE_NOOP("Actions", "Forward ops and the backward graph as one"),
        checkable=True,
        group="view",
    ),
    Command(
        "forward",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "&Forward"),
        tip=QT_TRANSLATE_NOOP("Actions", "Tensors and ops only"),
        checkable=True,
        group="view",
    ),
    Command(
        "backward",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "B&ackward"),
        tip=QT_TRANSLATE_NOOP("Actions", "PyTorch's own graph: grad_fns and next_functions"),
        checkable=True,
        group="view",
    ),
    Command(LINE, VIEW, ""),
    Command(
        "beside",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "&Side by side"),
        ("Ctrl+Alt+4",),
        QT_TRANSLATE_NOOP("Actions", "The program in every grad mode side by side, with what differs"),
        icon="beside",
        checkable=True,
    ),
    *(
        Command(
            f"beside_{'_'.join(modes)}",
            BESIDE,
            text,
            tip=QT_TRANSLATE_NOOP("Actions", "Show these grad modes side by side"),
            checkable=True,
            group="beside",
        )
        for modes, text in SIDES.items()
    ),
    Command(
        "pinned",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "&Keep changes marked"),
        ("Ctrl+Shift+D",),
        QT_TRANSLATE_NOOP("Actions", "Keep what changed since the run before in view"),
        checkable=True,
    ),
    Command(LINE, VIEW, ""),
    Command("sideways", VIEW, QT_TRANSLATE_NOOP("Actions", "Left to &right"), icon="sideways", checkable=True),
    Command("legend", VIEW, QT_TRANSLATE_NOOP("Actions", "&Legend"), icon="legend", checkable=True),
    Command("ghosts", VIEW, QT_TRANSLATE_NOOP("Actions", "&Outline what is not there yet"), checkable=True),
    Command(
        "badges",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "Badg&es for leaves used far apart"),
        tip=QT_TRANSLATE_NOOP("Actions", "Name a leaf where it is used far from its box, in place of a long edge"),
        checkable=True,
    ),
    Command("heat_off", HEAT, QT_TRANSLATE_NOOP("Actions", "No heat"), checkable=True, group="heat"),
    Command(
        "heat_time",
        HEAT,
        QT_TRANSLATE_NOOP("Actions", "Time"),
        ("Ctrl+Alt+T",),
        tip=QT_TRANSLATE_NOOP("Actions", "How long the kernels of each op take, measured"),
        checkable=True,
        group="heat",
    ),
    Command(
        "heat_allocated",
        HEAT,
        QT_TRANSLATE_NOOP("Actions", "Bytes allocated"),
        ("Ctrl+Alt+A",),
        tip=QT_TRANSLATE_NOOP("Actions", "How much memory the results of each op take, in forward and backward"),
        checkable=True,
        group="heat",
    ),
    Command(
        "heat_saved",
        HEAT,
        QT_TRANSLATE_NOOP("Actions", "Bytes saved"),
        ("Ctrl+Alt+S",),
        tip=QT_TRANSLATE_NOOP("Actions", "How much memory each op keeps for backward"),
        checkable=True,
        group="heat",
    ),
    Command(LINE, VIEW, ""),
    Command("unfold", PARTS, QT_TRANSLATE_NOOP("Actions", "U&nfold what is selected"), ("Ctrl+U",)),
    Command("fold", PARTS, QT_TRANSLATE_NOOP("Actions", "Fold what is round the selection"), ("Ctrl+Shift+U",)),
    Command("unfolded", PARTS, QT_TRANSLATE_NOOP("Actions", "&Unfold everything"), checkable=True),
    Command("refold", PARTS, QT_TRANSLATE_NOOP("Actions", "Fold everything again"), ("Ctrl+Alt+U",)),
    Command(LINE, PARTS, ""),
    Command("only_from", PARTS, QT_TRANSLATE_NOOP("Actions", "Only what the selection comes from")),
    Command("only_to", PARTS, QT_TRANSLATE_NOOP("Actions", "Only what the selection leads to")),
    Command("only_linked", PARTS, QT_TRANSLATE_NOOP("Actions", "Only what is linked with the selection")),
    Command("hide", PARTS, QT_TRANSLATE_NOOP("Actions", "Hide the selection")),
    Command("show_all", PARTS, QT_TRANSLATE_NOOP("Actions", "Show all")),
    Command(LINE, PARTS, ""),
    Command("outline", PARTS, QT_TRANSLATE_NOOP("Actions", "Modules of the program"), ("Ctrl+Shift+L",)),
    Command("module_up", PARTS, QT_TRANSLATE_NOOP("Actions", "To the module around"), ("Alt+Up",)),
    Command("dark", VIEW, QT_TRANSLATE_NOOP("Actions", "&Dark theme"), checkable=True, icon="theme"),
    Command(LINE, VIEW, ""),
    Command("fit", VIEW, QT_TRANSLATE_NOOP("Actions", "F&it the graph"), ("Ctrl+Shift+F",), icon="fit"),
    Command("zoom_in", VIEW, QT_TRANSLATE_NOOP("Actions", "Graph larger"), ("Ctrl+Alt+=",), icon="zoom-in"),
    Command("zoom_out", VIEW, QT_TRANSLATE_NOOP("Actions", "Graph smaller"), ("Ctrl+Alt+-",), icon="zoom-out"),
    Command(
        "wheel_zooms",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "The wheel zooms"),
        tip=QT_TRANSLATE_NOOP("Actions", "A turn of the wheel over the graph makes it larger or smaller"),
        checkable=True,
        group="wheel",
    ),
    Command(
        "wheel_scrolls",
        VIEW,
        QT_TRANSLATE_NOOP("Actions", "The wheel scrolls"),
        tip=QT_TRANSLATE_NOOP("Actions", "A turn of the wheel moves the graph; with Ctrl it zooms"),
        checkable=True,
        group="wheel",
    ),
    Command(LINE, VIEW, ""),
    Command("en", VIEW, "English", checkable=True, group="language"),
    Command("ja", VIEW, "日本語", checkable=True, group="language"),
    Command(LINE, VIEW, ""),
    Command("larger", VIEW, QT_TRANSLATE_NOOP("Actions", "Larger text"), ("Ctrl+=", "Ctrl++")),
    Command("smaller", VIEW, QT_TRANSLATE_NOOP("Actions", "Smaller text"), ("Ctrl+-",)),
    Command("normal", VIEW, QT_TRANSLATE_NOOP("Actions", "Normal text"), ("Ctrl+0",)),
    Command("present", VIEW, QT_TRANSLATE_NOOP("Actions", "&Presentation"), ("F11",), checkable=True),
    Command(LINE, VIEW, ""),
    Command("next_panel", PANELS, QT_TRANSLATE_NOOP("Actions", "Next panel"), ("F6",)),
    Command("last_panel", PANELS, QT_TRANSLATE_NOOP("Actions", "Previous panel"), ("Shift+F6",)),
    Command(LINE, PANELS, ""),
    Command("go_program", PANELS, QT_TRANSLATE_NOOP("Actions", "Go to the program"), ("Alt+1",)),
    Command("go_graph", PANELS, QT_TRANSLATE_NOOP("Actions", "Go to the graph"), ("Alt+2",)),
    Command("go_tensors", PANELS, QT_TRANSLATE_NOOP("Actions", "Go to the tensors"), ("Alt+3",)),
    Command("go_output", PANELS, QT_TRANSLATE_NOOP("Actions", "Go to the output"), ("Alt+4",)),
    Command("go_inspector", PANELS, QT_TRANSLATE_NOOP("Actions", "Go to the inspector"), ("Alt+5",)),
    Command("go_cost", PANELS, QT_TRANSLATE_NOOP("Actions", "Go to the costs"), ("Alt+6",)),
    Command("go_lesson", PANELS, QT_TRANSLATE_NOOP("Actions", "Go to the lesson"), ("Alt+7",)),
    Command("go_quiz", PANELS, QT_TRANSLATE_NOOP("Actions", "Go to the quiz"), ("Alt+8",)),
    Command(
        "run",
        RUN,
        QT_TRANSLATE_NOOP("Actions", "&Run"),
        ("F5", "Ctrl+Return"),
        QT_TRANSLATE_NOOP("Actions", "Run the program now"),
        icon="run",
    ),
    Command(
        "stop",
        RUN,
        QT_TRANSLATE_NOOP("Actions", "&Stop"),
        ("Shift+F5",),
        QT_TRANSLATE_NOOP("Actions", "End the run"),
        icon="stop",
    ),
    Command(
        "live",
        RUN,
        QT_TRANSLATE_NOOP("Actions", "&Live"),
        tip=QT_TRANSLATE_NOOP("Actions", "Run at every edit"),
        icon="live",
        checkable=True,
    ),
    Command(LINE, RUN, ""),
    Command(
        "grad",
        RUN,
        "grad",
        ("Ctrl+Alt+1",),
        tip=QT_TRANSLATE_NOOP("Actions", "Run the whole program with autograd recording, as PyTorch starts"),
        checkable=True,
        group="mode",
    ),
    Command(
        "no_grad",
        RUN,
        "no_grad",
        ("Ctrl+Alt+2",),
        tip=QT_TRANSLATE_NOOP("Actions", "Run the whole program inside torch.no_grad()"),
        checkable=True,
        group="mode",
    ),
    Command(
        "inference",
        RUN,
        "inference_mode",
        ("Ctrl+Alt+3",),
        tip=QT_TRANSLATE_NOOP("Actions", "Run the whole program inside torch.inference_mode()"),
        checkable=True,
        group="mode",
    ),
    Command(LINE, RUN, ""),
    Command(
        "costs",
        RUN,
        QT_TRANSLATE_NOOP("Actions", "C&ost"),
        ("Ctrl+Shift+M",),
        QT_TRANSLATE_NOOP("Actions", "Time and memory of the program in each grad mode, measured as you type"),
        icon="cost",
        checkable=True,
    ),
    Command(
        "measure",
        RUN,
        QT_TRANSLATE_NOOP("Actions", "Repeat &measurements"),
        ("Ctrl+Alt+M",),
        QT_TRANSLATE_NOOP("Actions", "Measure time and memory of the program once more"),
    ),
    Command(
        "inspect",
        RUN,
        QT_TRANSLATE_NOOP("Actions", "Inspec&tor"),
        ("Ctrl+I",),
        QT_TRANSLATE_NOOP("Actions", "All there is to say of the tensor, op or grad_fn that is selected"),
        icon="inspect",
        checkable=True,
    ),
    Command(
        "quiz",
        RUN,
        QT_TRANSLATE_NOOP("Actions", "&Quiz"),
        ("F2",),
        QT_TRANSLATE_NOOP("Actions", "Predict what the program does with gradients, then see"),
        checkable=True,
    ),
    Command(LINE, RUN, ""),
    Command("previous_step", RUN, QT_TRANSLATE_NOOP("Actions", "&Previous step"), ("F9",), icon="previous"),
    Command("next_step", RUN, QT_TRANSLATE_NOOP("Actions", "&Next step"), ("F10",), icon="next"),
    Command("previous_line", RUN, QT_TRANSLATE_NOOP("Actions", "Pre&vious line"), ("F7",)),
    Command("next_line", RUN, QT_TRANSLATE_NOOP("Actions", "Next l&ine"), ("F8",)),
    Command("previous_line_over", RUN, QT_TRANSLATE_NOOP("Actions", "Previous line, over calls"), ("Shift+F7",)),
    Command("next_line_over", RUN, QT_TRANSLATE_NOOP("Actions", "Next line, over calls"), ("Shift+F8",)),
    Command("line_outside", RUN, QT_TRANSLATE_NOOP("Actions", "O&ut of the call"), ("Ctrl+F9",)),
    Command("previous_iteration", RUN, QT_TRANSLATE_NOOP("Actions", "Previous iteration"), ("Ctrl+Shift+F7",)),
    Command("next_iteration", RUN, QT_TRANSLATE_NOOP("Actions", "Next iteration"), ("Ctrl+Shift+F8",)),
    Command("first_step", RUN, QT_TRANSLATE_NOOP("Actions", "&First step"), ("Ctrl+Shift+F9",), icon="first"),
    Command("end_of_run", RUN, QT_TRANSLATE_NOOP("Actions", "&End of the run"), ("Ctrl+Shift+F10",), icon="end"),
    Command("run_to_cursor", RUN, QT_TRANSLATE_NOOP("Actions", "Run to the &cursor"), ("Ctrl+F10",)),
    Command(LINE, RUN, ""),
    Command(
        "play",
        RUN,
        QT_TRANSLATE_NOOP("Actions", "Pl&ay the steps"),
        ("Ctrl+F8",),
        QT_TRANSLATE_NOOP("Actions", "Go from step to step by itself, or pause"),
        icon="play",
        checkable=True,
        icon_on="pause",
    ),
    Command("half_speed", RUN, QT_TRANSLATE_NOOP("Actions", "Half speed"), checkable=True, group="speed"),
    Command("usual_speed", RUN, QT_TRANSLATE_NOOP("Actions", "Usual speed"), checkable=True, group="speed"),
    Command("double_speed", RUN, QT_TRANSLATE_NOOP("Actions", "Double speed"), checkable=True, group="speed"),
    Command("fourfold_speed", RUN, QT_TRANSLATE_NOOP("Actions", "Fourfold speed"), checkable=True, group="speed"),
    Command("breakpoint", RUN, QT_TRANSLATE_NOOP("Actions", "&Breakpoint on this line"), ("Ctrl+B",)),
    Command("next_breakpoint", RUN, QT_TRANSLATE_NOOP("Actions", "Next brea&kpoint"), ("Ctrl+F5",)),
    Command(LINE, RUN, ""),
    Command(
        "seed",
        RUN,
        QT_TRANSLATE_NOOP("Actions", "See&d …"),
        tip=QT_TRANSLATE_NOOP("Actions", "Seed torch, random and numpy before each run, or leave them to chance"),
    ),
    Command("python", RUN, QT_TRANSLATE_NOOP("Actions", "C&hoose the Python …")),
    Command(
        "palette",
        HELP,
        QT_TRANSLATE_NOOP("Actions", "Command &palette"),
        ("Ctrl+Shift+P", "F1"),
        QT_TRANSLATE_NOOP("Actions", "Find a command, an example, a tensor or a line by some letters of its name"),
    ),
    Command("tour", HELP, QT_TRANSLATE_NOOP("Actions", "&Tour of the window")),
    Command("shortcuts", HELP, QT_TRANSLATE_NOOP("Actions", "&Keyboard shortcuts"), ("Ctrl+Alt+/",)),
    Command("errors", HELP, QT_TRANSLATE_NOOP("Actions", "&Error guide …")),
    Command(
        "doctor",
        HELP,
        QT_TRANSLATE_NOOP("Actions", "&Doctor …"),
        tip=QT_TRANSLATE_NOOP("Actions", "What gradviz needs, whether it is there, and what mends what is not"),
    ),
    Command("about", HELP, QT_TRANSLATE_NOOP("Actions", "&About gradviz")),
)


USUAL = {command.id: command.keys for command in COMMANDS if command.id != LINE}  # keys, where nobody has chosen others


def said(text: str) -> str:
    """Return a text of the table in the interface's language."""
    return QCoreApplication.translate("Actions", text)


def unmarked(text: str) -> str:
    """Return a text without the mark of its letter, which stands in brackets where the script has no such letter."""
    return re.sub(r"\(&\w\)|&", "", text)
