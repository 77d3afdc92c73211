# SPDX-License-Identifier: MIT
"""The file beside the units that has their sections which systemd does not read."""

import re

NAME = "nixos-containers.sections"


def whole_unit(directory, name):
    """The text of the unit there with its sections, as a state record has it."""
    with open(directory + "/" + name) as unit, open(directory + "/" + NAME) as text:
        return unit.read().rsplit("\n# Continued in " + NAME, 1)[0] + split(text.read())[1][name].split("\n", 1)[1]


def split(text):
    """What the file says first, and what it has of each unit, by the unit's name."""
    first, *parts = re.split(r"\n(?=\[container@)", text)
    return first, {part[1 : part.index("]\n")]: part.rstrip("\n") + "\n" for part in parts}
