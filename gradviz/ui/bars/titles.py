"""The titles of the menus, and which of them stand in another."""


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """Mark a text for translation. The translation tools know this name; Qt's own function has no types."""
    return text


MENUS = (
    QT_TRANSLATE_NOOP("Actions", "&File"),
    QT_TRANSLATE_NOOP("Actions", "&Edit"),
    QT_TRANSLATE_NOOP("Actions", "&View"),
    QT_TRANSLATE_NOOP("Actions", "&Run"),
    QT_TRANSLATE_NOOP("Actions", "E&xamples"),
    QT_TRANSLATE_NOOP("Actions", "&Help"),
)
FILE, EDIT, VIEW, RUN, EXAMPLES, HELP = MENUS
HEAT = QT_TRANSLATE_NOOP("Actions", "&Heat")
BESIDE = QT_TRANSLATE_NOOP("Actions", "&Modes side by side")
PANELS = QT_TRANSLATE_NOOP("Actions", "Pa&nels")
PARTS = QT_TRANSLATE_NOOP("Actions", "Parts of the &graph")
INSIDE = {
    BESIDE: VIEW,
    HEAT: VIEW,
    PANELS: VIEW,
    PARTS: VIEW,
}  # menus that stand in another, where the first of their commands is


def path(menu: str) -> tuple[str, ...]:
    """Return the titles of the menus that lead to the commands of one, the outermost first."""
    return (INSIDE[menu], menu) if menu in INSIDE else (menu,)
