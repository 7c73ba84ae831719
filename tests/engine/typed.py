"""Programs as people type them, by what they are about: training in all its forms, and what goes wrong in it.

They are in a text of their own, each under a line that begins with ###.
"""

from pathlib import Path

TYPED = {
    title: source.strip() + "\n"
    for title, _, source in (
        part.partition("\n") for part in Path(__file__).with_suffix(".txt").read_text().split("### ")[1:]
    )
}
