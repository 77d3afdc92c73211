# SPDX-License-Identifier: MIT
"""Makes a tree of links below $out for each package of $spec, a JSON text: {NAME: {"debian": [PACKAGES…], "more": COMMANDS}}. The links
are to the files of those packages in $files, and the commands are run in the tree, which is $out for them."""
import json
import os
import subprocess

OUT, FILES = os.environ["out"], os.environ["files"]
LIBRARIES = "/usr/lib/x86_64-linux-gnu/"


def place_of(path):
    """Where a package of Nix has what Debian has in @path."""
    if path.startswith(("/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/")):
        return "bin/" + os.path.basename(path)
    if path.startswith(LIBRARIES):
        return "lib/" + path[len(LIBRARIES) :]
    if path.startswith("/usr/"):
        return path[len("/usr/") :]
    return path[1:] if path.startswith(("/etc/", "/lib/")) else None


os.mkdir(OUT)
with open(os.environ["specPath"]) as file:
    spec = json.load(file)
for name, package in spec.items():
    tree = f"{OUT}/{name}"
    os.makedirs(f"{tree}/bin")
    for debian in package["debian"]:
        with open(f"{FILES}/packages/{debian}") as file:
            for path in file.read().splitlines():
                to = place_of(path)
                # Directories are made where there are files.
                if not to or not os.path.lexists(FILES + path) or os.path.isdir(FILES + path):
                    continue
                os.makedirs(os.path.dirname(f"{tree}/{to}"), exist_ok=True)
                if not os.path.lexists(f"{tree}/{to}"):
                    os.symlink(FILES + path, f"{tree}/{to}")
    os.symlink("bin", f"{tree}/sbin")
    subprocess.run(
        [f"{FILES}/usr/bin/bash", "-euc", package["more"]],
        check=True,
        cwd=tree,
        env={"out": tree, "PATH": f"{FILES}/usr/bin:{FILES}/usr/sbin"},
    )
