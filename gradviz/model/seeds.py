"""The numbers that torch takes for a seed, as a person writes one."""

SEEDS = range(-(2**63), 2**64)
_DIGITS = 20  # of a number of 64 bits


def seed_of(text: str) -> int | None:
    """Return the seed that a text is; None: it is none."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS):
        return None
    return int(text) if int(text) in SEEDS else None
