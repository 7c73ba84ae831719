"""The words of a drawing in each language of a picture."""

from gradviz.drawing.words import ENGLISH, JAPANESE, Words
from gradviz.picture.picture import Language

WORDS: dict[Language, Words] = {"en": ENGLISH, "ja": JAPANESE}
