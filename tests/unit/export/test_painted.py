from xml.etree import ElementTree as ET

import pytest
from PySide6.QtGui import QImage

from gradviz.drawing.theme import DARK, LIGHT
from gradviz.export.look import Look
from gradviz.export.painted import Form, painted
from gradviz.export.svg import svg
from gradviz.export.work import finished
from tests.unit.drawing.samples import drawn, square

pytestmark = pytest.mark.usefixtures("qapp")
STARTS: dict[Form, bytes] = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF-", "gif": b"GIF89a", "apng": b"\x89PNG"}


@pytest.mark.parametrize("form", STARTS)
def test_each_form_is_what_it_says(form: Form) -> None:
    drawing = drawn(*square())[1]
    data = finished(painted([drawing, drawing], form, Look("dark", scale=0.5)))
    assert data.startswith(STARTS[form])
    assert (b"acTL" in data) == (form == "apng")


def test_a_look_is_followed() -> None:
    drawing = drawn(*square())[1]
    assert finished(painted([drawing], "svg", Look("dark"))).decode() == svg(drawing, DARK, DARK.ground)
    clear = finished(painted([drawing], "svg", Look(transparent=True, scale=2.0))).decode()
    assert clear == svg(drawing, LIGHT, None, scale=2.0)
    shapes = ET.fromstring(finished(painted([drawing], "svg", Look(outlines=True))))
    assert not list(shapes.iter("{http://www.w3.org/2000/svg}text"))
    image = QImage.fromData(finished(painted([drawing], "png", Look(transparent=True, scale=2.0))))
    assert image.width() == int(2 * drawing.size.width)
    assert image.pixelColor(0, 0).alpha() == 0
