# SPDX-License-Identifier: MIT
"""Copies Debian's files from $src to $out, a path of the Nix store, so that they work from there.

Programs get the dynamic loader and the libraries of $out, scripts its interpreters, links point into it. What systemd's programs look for
in its own directory they look for at a path of the same length, to which a host or container makes a link when it boots (LIBDIR below):
there the units of Debian are not, as NixOS has its own.
"""
import os
import re
import shutil
import stat
import subprocess

SOURCE, OUT = os.environ["src"], os.environ["out"]
LOADER = "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
LIBRARIES = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu/systemd", "/usr/lib/x86_64-linux-gnu/samba", "/usr/libexec/sudo"]
TREES = ["usr", "etc", "packages"]
TOP_LINKS = ["bin", "sbin", "lib", "lib64"]
LEFT_OUT = {"usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/bug", "usr/share/lintian", "usr/lib/debug"}
# What is replaced in any file of systemd, and of others by their name. A path that is shorter has its slashes repeated.
LIBDIR = (b"/usr/lib/systemd", b"/run/systemd-lib")
assert len(LIBDIR[0]) == len(LIBDIR[1])
IN_PROGRAMS = [
    (re.compile(r"usr/(s?bin|lib/systemd)/|.*/lib(systemd|nss_)[^/]*$|.*/pam_systemd[^/]*$"), *LIBDIR),
    (re.compile(r".*/dbus-(daemon|broker)[^/]*$"), b"/usr/share/dbus-1/system.conf", b"/etc/dbus-1///////system.conf"),
    (re.compile(r".*/dbus-broker-launch$"), b"/usr/bin/dbus-broker", b"/run/dbus-broker-bin"),
    (re.compile(r".*/dbus-(daemon|broker)[^/]*$"), b"/usr/share/dbus-1/session.conf", b"/etc/dbus-1///////session.conf"),
]
LINKS = {"usr/bin/awk": "gawk", "usr/bin/which": "which.debianutils", "usr/bin/nc": "nc.openbsd", "usr/bin/cc": "gcc"}
# Texts that call programs.
TEXTS = re.compile(r"usr/(lib/(systemd|udev/rules\.d|tmpfiles\.d)|share/dbus-1)/")


def is_left_out(path):
    return any(path == below or path.startswith(below + "/") for below in LEFT_OUT)


def copy(path):
    """Copies what is at @path, below $src, if it is a file, a directory or a link."""
    source, target = os.path.join(SOURCE, path), os.path.join(OUT, path)
    mode = os.lstat(source).st_mode
    if is_left_out(path):
        return
    if stat.S_ISLNK(mode):
        to = os.readlink(source)
        os.symlink(OUT + to if to.startswith(("/usr", "/etc", "/bin", "/sbin", "/lib")) else to, target)
    elif stat.S_ISDIR(mode):
        os.mkdir(target)
        for name in os.listdir(source):
            copy(os.path.join(path, name))
    elif stat.S_ISREG(mode):
        shutil.copyfile(source, target)
        os.chmod(target, 0o755 if mode & 0o111 else 0o644)


def files():
    for tree in TREES:
        for directory, _, names in os.walk(os.path.join(OUT, tree)):
            for name in names:
                path = os.path.join(directory, name)
                if stat.S_ISREG(os.lstat(path).st_mode):
                    yield path


def run(*command):
    """Runs a program of $src, which cannot run by itself yet."""
    libraries = ":".join(SOURCE + directory for directory in LIBRARIES)
    return subprocess.run(
        [SOURCE + LOADER, "--library-path", libraries, SOURCE + command[0], *command[1:]], check=True, capture_output=True, text=True
    ).stdout


def replace_paths(path, content):
    for pattern, old, new in IN_PROGRAMS:
        if pattern.match(os.path.relpath(path, OUT)):
            assert len(old) == len(new), old
            content = content.replace(old, new)
    return content


def in_text(path, content):
    """Units, rules and the like: what they call is that of $out."""
    if TEXTS.match(os.path.relpath(path, OUT)):
        content = re.sub(rb"(?<![\w/.-])(/usr/lib/systemd/|(?:/usr)?/s?bin/)(?=\w)", lambda m: OUT.encode() + m[1], content)
    if path == OUT + "/usr/sbin/resolvconf":
        content = content.replace(b"=/usr/lib/resolvconf", b"=" + OUT.encode() + b"/usr/lib/resolvconf")
    return content


def is_at_fixed_address(path):
    """Whether nothing can be put in front of a program without breaking it: its type is ET_EXEC."""
    with open(path, "rb") as file:
        return file.read(18)[16] == 2


def start_by_loader(path, libraries):
    """Has a script in the place of a program, which starts it by means of the loader."""
    directory, name = os.path.split(path)
    real = f"{directory}/.{name}-program"
    os.rename(path, real)
    with open(path, "w") as file:
        file.write(f'#!{OUT}/bin/bash\nexec {OUT}{LOADER} --library-path {libraries} --argv0 {path} {real} "$@"\n')
    os.chmod(path, 0o755)


def copy_all():
    os.mkdir(OUT)
    for name in TREES:
        if os.path.lexists(os.path.join(SOURCE, name)):
            copy(name)
    for name in TOP_LINKS:
        os.symlink("usr/" + name, os.path.join(OUT, name))
    os.makedirs(OUT + "/usr/lib64", exist_ok=True)
    if not os.path.lexists(OUT + "/usr/lib64/ld-linux-x86-64.so.2"):
        os.symlink(".." + LOADER.removeprefix("/usr"), OUT + "/usr/lib64/ld-linux-x86-64.so.2")
    for link, target in LINKS.items():
        if not os.path.lexists(os.path.join(OUT, link)):
            os.symlink(target, os.path.join(OUT, link))


def make_directories_of_systemd():
    # What LIBDIR stands for.
    os.mkdir(OUT + "/usr/lib/systemd-programs")
    for name in os.listdir(OUT + "/usr/lib/systemd"):
        if name not in ("system", "user"):
            os.symlink("../systemd/" + name, f"{OUT}/usr/lib/systemd-programs/{name}")
    # What systemd, as Debian compiles it, looks for in its own PATH.
    os.mkdir(OUT + "/usr/lib/systemd-path")
    for package in ("systemd", "systemd-container", "systemd-resolved", "systemd-timesyncd", "udev", "mount"):
        with open(f"{OUT}/packages/{package}") as file:
            for line in file.read().splitlines():
                if re.match(r"/usr/s?bin/.", line):
                    os.symlink(OUT + line, f"{OUT}/usr/lib/systemd-path/{os.path.basename(line)}")
    # What its PAM runs from there.
    os.symlink("/run/wrappers/bin/unix_chkpwd", OUT + "/usr/lib/systemd-path/unix_chkpwd")


def is_program(path, content):
    is_library = re.search(r"\.so(\.|$)|/ld-linux", path)
    return b"/lib64/ld-linux-x86-64.so.2\0" in content and b".interp\0" in content and not is_library


def with_interpreter(content):
    """The script @content with its interpreter of $out."""
    line, end, rest = content.partition(b"\n")
    line = re.sub(rb"^#! */usr/bin/env +", b"#!/usr/bin/", line)
    return re.sub(rb"^#! *(/(?:usr/)?s?bin/)", lambda m: b"#!" + OUT.encode() + m[1], line) + end + rest


def rewrite():
    """Replaces paths in all files. Returns the programs and the libraries, which are still to be patched."""
    programs, libraries = [], []
    for path in files():
        with open(path, "rb") as file:
            content = file.read()
        if content[:4] == b"\x7fELF":
            new = replace_paths(path, content)
            if is_program(path, content):
                programs.append(path)
            elif b".dynamic\0" in content and re.search(r"\.so(\.|$)", path):
                libraries.append(path)
        else:
            is_script = content[:2] == b"#!" and os.stat(path).st_mode & 0o111
            new = in_text(path, with_interpreter(content) if is_script else content)
        if new != content:
            with open(path, "wb") as file:
                file.write(new)
    return programs, libraries


def patch(programs, libraries):
    rpath = ":".join(OUT + directory for directory in LIBRARIES)
    patchelf = "/usr/bin/patchelf"
    with_runpath = [path for path in libraries if run(patchelf, "--print-rpath", path).strip()]
    for path in programs:
        if is_at_fixed_address(path):
            start_by_loader(path, rpath)
            continue
        # Those that are linked statically, but may load libraries, have an interpreter that is none.
        try:
            run(patchelf, "--set-interpreter", OUT + LOADER, "--force-rpath", "--set-rpath", rpath, path)
        except subprocess.CalledProcessError as error:
            print("not relocated:", path, error.stderr.strip())
    for path in with_runpath:
        run(patchelf, "--force-rpath", "--set-rpath", rpath, path)


copy_all()
make_directories_of_systemd()
patch(*rewrite())
