# SPDX-License-Identifier: MIT
"""The file beside the units that has their sections which systemd does not read."""

import re

NAME = "nixos-containers.sections"


def split(text):
    """What the file says first, and what it has of each unit, by the unit's name."""
    first, *parts = re.split(r"\n(?=\[container@)", text)
    return first, {part[1 : part.index("]\n")]: part.rstrip("\n") + "\n" for part in parts}
