# SPDX-License-Identifier: MIT
"""What is put before the generator. To add a case, add a line to one of the tables: what it is, what it is made of, and a pattern of
what must be said about it ("" if it is good). Each PAYLOAD is tried in each of the FIELDS."""

import os
import re
import socket

VERSION = "version: 1\n"
# The container "bad" stands between two good ones, which it must not harm.
BEFORE = VERSION + "containers:\n  before: {system: /nix/store/s, privateNetwork: true, localAddress: 10.9.0.2}\n"
AFTER = "  after: {system: /nix/store/s, bindMounts: {/srv/after: {}}}\n"


def between(text):
    return BEFORE + text + AFTER


def bad(options):
    return between("  bad: " + options + "\n")


def entry(length):
    """An entry of so many characters."""
    start, end = "bad: {system: /x, extraFlags: [" + ("x" * 65533 + ", ") * 7, "]}"
    return start + "x" * (length - len(start) - len(end)) + end


# The manifest that is cut off at each of its bytes.
WHOLE_YAML = """version: 1
containers:
  web:
    system: /nix/store/s
    privateNetwork: true
    hostAddress: 192.168.100.10
    localAddress: "192.168.100.11/24"
    forwardPorts:
      - {protocol: udp, hostPort: 8080, containerPort: 80}
    bindMounts:
      '/srv/ö': {hostPath: /srv/w, isReadOnly: false}
    extraFlags: ["--setenv=A=b c", "\\x2d-x"]
    extraVeths: {lan0: {hostBridge: br0}}
"""
WHOLE_JSON = """{"version": 1, "containers": {"web": {"system": "/nix/store/s", "privateNetwork": true,
"localAddress": "10.0.0.2", "forwardPorts": [{"hostPort": 8080, "containerPort": 80}],
"extraFlags": ["--setenv=A=\\u00f6 %i"], "bindMounts": {"/srv/x": {"isReadOnly": false}}}}}
"""

# Files as a whole: a text or bytes.
FILES = [
    ("empty", "", r"bad\.yaml:1:1:"),
    ("one newline", "\n", r"bad\.yaml:2:1:"),
    ("only a comment", "# nothing\n", r"bad\.yaml:2:1:"),
    ("only a byte order mark", b"\xef\xbb\xbf", r"bad\.yaml:1:1:"),
    ("half a byte order mark", b"\xef\xbb", "incomplete UTF-8 octet sequence"),
    ("a byte order mark before a good manifest", b"\xef\xbb\xbf" + VERSION.encode(), ""),
    ("a byte order mark at the end", bad("{system: /x}").encode() + b"\xef\xbb\xbf", ""),
    ("UTF-16, little endian", VERSION.encode("utf-16-le"), "control characters are not allowed|UTF-16"),
    ("UTF-16, little endian, with a mark", b"\xff\xfe" + VERSION.encode("utf-16-le"), r"bad\.yaml:1:1:"),
    ("UTF-16, big endian", VERSION.encode("utf-16-be"), "control characters are not allowed|UTF-16"),
    ("UTF-16, big endian, with a mark", b"\xfe\xff" + VERSION.encode("utf-16-be"), r"bad\.yaml:1:1:"),
    ("UTF-16, cut in a character", b"\xff\xfev", r"bad\.yaml:1:3:"),
    ("UTF-32", b"\xff\xfe\0\0" + VERSION.encode("utf-32-le"), "control characters are not allowed|UTF-16"),
    ("Latin-1", bad("{system: /ü}").encode("latin-1"), "bad.yaml:4:18: invalid .*UTF-8 octet"),
    ("Latin-1 in a container's name", BEFORE.encode() + b"  b\xe4d: {system: /x}\n", "bad.yaml:4:5: invalid .*UTF-8 octet"),
    ("UTF-8, overlong", b"a: \xc0\xaf\n", "invalid length of a UTF-8 sequence: 0x|invalid .*UTF-8"),
    ("UTF-8, a surrogate", b"a: \xed\xa0\x80\n", "invalid Unicode character"),
    ("UTF-8, beyond Unicode", b"a: \xf7\xbf\xbf\xbf\n", "invalid Unicode character"),
    ("UTF-8, a lone continuation", b"a: \x80\n", "invalid leading UTF-8 octet"),
    ("UTF-8, cut off", b"a: \xc3", "incomplete UTF-8 octet sequence"),
    ("one NUL", b"\0", "control characters are not allowed"),
    ("a NUL at the end", VERSION.encode() + b"\0", "bad.yaml:2:1: control characters are not allowed"),
    ("NULs instead of text", b"\0" * 4096, "control characters are not allowed"),
    ("an escape sequence of a terminal", b"a: \x1b[2J\n", "control characters are not allowed"),
    ("a form feed", b"a: \x0c\n", "control characters are not allowed"),
    ("DEL", b"a: \x7f\n", "control characters are not allowed"),
    ("carriage returns only", VERSION.replace("\n", "\r"), ""),
    ("a program", b"\x7fELF\x02\x01\x01" + b"\0" * 57, "control characters are not allowed"),
    ("gzip", b"\x1f\x8b\x08\0\0", "control characters are not allowed|invalid"),
    ("a shell script", "#!/bin/sh\nreboot\n", r"bad\.yaml:2:1:"),
    ("a unit", "[Service]\nExecStart=/pwned\n", r"bad\.yaml:1:1:"),
    ("INI below a mapping", VERSION + "[Service]\nExecStart=/pwned\n", r"bad\.yaml:3:1:"),
    ("XML", "<containers/>\n", r"bad\.yaml:1:1:"),
    ("a number", "1\n", r"bad\.yaml:1:1:"),
    ("a list", "- version: 1\n", r"bad\.yaml:1:1:"),
    ("null", "null\n", r"bad\.yaml:1:1:"),
    ("an alias", "*a\n", r"bad\.yaml:1:1:"),
    ("version 0", VERSION.replace("1", "0"), r'bad\.yaml:1:10: version: "0"'),
    ("version 2", VERSION.replace("1", "2"), r'bad\.yaml:1:10: version: "2"'),
    ("version 1.0", VERSION.replace("1", "1.0"), r'bad\.yaml:1:10: version: "1\.0"'),
    ("version of 100 digits", "version: " + "1" * 100 + "\n", r"bad\.yaml:1:10: version:"),
    ("version as a list", "version: [1]\n", r"bad\.yaml:1:10: version:"),
    ("version as a mapping", "version: {1: 1}\n", r"bad\.yaml:1:10: version:"),
    ("version with a newline", 'version: "1\\nExecStart=/pwned"\n', r'bad\.yaml:1:10: version: "1\\nExecStart=/pwned"'),
    ("no version", "containers: {}\n", r"bad\.yaml:1:1: version:"),
    ("containers as a list", VERSION + "containers: [a]\n", r"bad\.yaml:2:13: containers:"),
    ("containers as a text", VERSION + "containers: a\n", r"bad\.yaml:2:13: containers:"),
    ("a tab for a blank", VERSION + "containers:\n\ta: {system: /x}\n", "found character that cannot start any token"),
    ("two documents", VERSION + "---\n" + VERSION, r"bad\.yaml:2:1:"),
    ("a document of YAML 3", "%YAML 3.0\n---\n" + VERSION, r"bad\.yaml:1:1:"),
    ("a directive twice", "%YAML 1.1\n%YAML 1.1\n---\n" + VERSION, r"bad\.yaml:2:1:"),
    ("a directive that is none", "%\n---\n" + VERSION, "could not find expected directive name"),
    ("a tag of its own", "%TAG !e! tag:e,2000:\n---\n!e!x {version: 1}\n", r"bad\.yaml:3:1:"),
    ("an object of Python", '!!python/object/apply:os.system ["reboot"]\n', r"bad\.yaml:1:1:"),
    ("a tag with a newline", '!<a%0AExecStart=/pwned> {version: 1}\n', r"bad\.yaml:1:1:"),
    ("a merge key", bad("{<<: {system: /x}}"), r'bad\.yaml:4:9: containers\.bad\."<<":'),
    ("an anchor", bad("&a {system: /x}"), r"bad\.yaml:4:8: containers\.bad:"),
    ("an alias of what is not there", bad("*pwned"), r"bad\.yaml:4:8: containers\.bad:"),
    ("an anchor within itself", bad("&a {system: *a}"), r"bad\.yaml:4:8: containers\.bad:"),
    ("an alias as a key", bad("{*a : /x}"), r"bad\.yaml:4:9: containers\.bad:"),
    ("billion laughs", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        "%s: &%s [%s]\n" % (b, b, ",".join(["*" + a] * 9)) for a, b in zip("abcdefgh", "bcdefghi")), r"bad\.yaml:1:1: a:"),
    ("billion laughs in a container", bad("{system: /x, extraFlags: [&a [x], " + "*a, " * 9000 + "]}"), r"bad\.yaml:4:34: containers\.bad\.extraFlags\[0\]:"),
    ("a root key twice", VERSION + VERSION, r"bad\.yaml:2:1: version:"),
    ("containers twice", BEFORE + "containers: {}\n", r"bad\.yaml:4:1: containers:"),
    ("an option twice", bad("{system: /x, system: /y}"), r"bad\.yaml:4:21: containers\.bad\.system:"),
    ("an option twice, once quoted", bad('{system: /x, "system": /y}'), r"bad\.yaml:4:21: containers\.bad\.system:"),
    ("an option twice, once as null", bad("{system: /x, system: }"), r"bad\.yaml:4:21: containers\.bad\.system:"),
    ("an option 9000 times", bad("{system: /x, " + "autoStart: true, " * 9000 + "}"), "and 7999 more"),
    ("a container twice", between("  bad: {system: /x}\n  bad: {system: /y}\n"), r"bad\.yaml:5:3: containers\.bad:"),
    ("a mount point twice", bad("{system: /x, bindMounts: {/a: {}, /a//./: {}}}"), r'bad\.yaml:4:42: containers\.bad\.bindMounts\."/a":'),
    ("an extra link twice", bad("{system: /x, extraVeths: {a: {}, a: {}}}"), r"bad\.yaml:4:41: containers\.bad\.extraVeths\.a:"),
    ("an unclosed brace", bad("{system: /x"), "did not find expected"),
    ("an unclosed quote", bad('{system: "/x}'), "found unexpected end of stream"),
    ("an unclosed quote of the other kind", bad("{system: '/x}"), "found unexpected end of stream"),
    ("a brace too many", bad("{system: /x}}"), "did not find expected"),
    ("an escape that is none", bad('{system: "\\q"}'), "found unknown escape character"),
    ("an escape cut off", bad('{system: "\\x4"}'), "did not find expected hexdecimal number"),
    ("an escaped surrogate", bad('{system: "/\\ud800"}'), "found invalid Unicode character escape code"),
    ("an escape beyond Unicode", bad('{system: "\\U00110000"}'), "found invalid Unicode character escape code"),
    ("a block scalar as path", between("  bad:\n    system: |\n      /x\n      ExecStart=/pwned\n"), r'bad\.yaml:5:13: containers\.bad\.system: "/x\\nExecStart=/pwned\\n"'),
    ("a folded scalar as path", between("  bad:\n    system: >\n      /x\n"), r'bad\.yaml:5:13: containers\.bad\.system: "/x\\n"'),
    ("a container as a text", bad("pwned"), r"bad\.yaml:4:8: containers\.bad:"),
    ("a container as null", bad("~"), r"bad\.yaml:4:8: containers\.bad:"),
    ("a container as a list", bad("[{system: /x}]"), r"bad\.yaml:4:8: containers\.bad:"),
    ("a mapping as a key", bad("{{a: b}: c}"), r"bad\.yaml:4:9: containers\.bad:"),
    ("a list as a key", bad("{[a]: c}"), r"bad\.yaml:4:9: containers\.bad:"),
    ("no value for a key", bad("{system}"), r"bad\.yaml:4:8: containers\.bad\.system:"),
    ("a key with a NUL", bad('{"system\\0": /x}'), r'bad\.yaml:4:9: containers\.bad: "system\\x00"'),
    ("an empty key", bad('{system: /x, "": 1}'), r'bad\.yaml:4:21: containers\.bad\."":'),
    ("system as a list", bad("{system: [/x]}"), r"bad\.yaml:4:17: containers\.bad\.system:"),
    ("system as a mapping", bad("{system: {/x: /y}}"), r"bad\.yaml:4:17: containers\.bad\.system:"),
    ("flags as a text", bad("{system: /x, extraFlags: --pwned}"), r"bad\.yaml:4:33: containers\.bad\.extraFlags:"),
    ("flags as a mapping", bad("{system: /x, extraFlags: {--pwned: 1}}"), r"bad\.yaml:4:33: containers\.bad\.extraFlags:"),
    ("flags in a list", bad("{system: /x, extraFlags: [[--pwned]]}"), r"bad\.yaml:4:34: containers\.bad\.extraFlags\[0\]:"),
    ("mounts as a list", bad("{system: /x, bindMounts: [/a]}"), r"bad\.yaml:4:33: containers\.bad\.bindMounts:"),
    ("a mount as a text", bad("{system: /x, bindMounts: {/a: /b}}"), r'bad\.yaml:4:38: containers\.bad\.bindMounts\."/a":'),
    ("a port as a text", bad('{system: /x, forwardPorts: [{hostPort: "80"}]}'), r'bad\.yaml:4:47: containers\.bad\.forwardPorts\[0\]\.hostPort: "80"'),
    ("port 0", bad("{system: /x, forwardPorts: [{hostPort: 0}]}"), r'bad\.yaml:4:47: containers\.bad\.forwardPorts\[0\]\.hostPort: "0"'),
    ("port 65536", bad("{system: /x, forwardPorts: [{hostPort: 65536}]}"), r'bad\.yaml:4:47: containers\.bad\.forwardPorts\[0\]\.hostPort: "65536"'),
    ("port -1", bad("{system: /x, forwardPorts: [{hostPort: -1}]}"), r'bad\.yaml:4:47: containers\.bad\.forwardPorts\[0\]\.hostPort: "-1"'),
    ("port 1e3", bad("{system: /x, forwardPorts: [{hostPort: 1e3}]}"), r'bad\.yaml:4:47: containers\.bad\.forwardPorts\[0\]\.hostPort: "1e3"'),
    ("port 2^64 + 80", bad("{system: /x, forwardPorts: [{hostPort: 18446744073709551696}]}"), r'bad\.yaml:4:47: containers\.bad\.forwardPorts\[0\]\.hostPort: "18446744073709551696"'),
    ("users 2^32", bad("{system: /x, privateUsers: 4294967296}"), r'bad\.yaml:4:35: containers\.bad\.privateUsers: "4294967296"'),
    ("the root as mount point", bad("{system: /x, bindMounts: {/: {}}}"), r'bad\.yaml:4:34: containers\.bad\.bindMounts\."/":'),
    ("the root as mount point, in disguise", bad("{system: /x, bindMounts: {/.//: {}}}"), r'bad\.yaml:4:34: containers\.bad\.bindMounts\."/":'),
    ("yes for true", bad("{system: /x, autoStart: yes}"), r'bad\.yaml:4:32: containers\.bad\.autoStart: "yes"'),
    ("a quoted true", bad('{system: /x, autoStart: "true"}'), r'bad\.yaml:4:32: containers\.bad\.autoStart: "true"'),
]

# What is no file of text at all: what makes it at a path.
THINGS = [
    ("a directory", os.mkdir, "bad.yaml: .*directory"),
    ("a FIFO", os.mkfifo, "bad.yaml: .*regular file"),
    ("a socket", lambda path: socket.socket(socket.AF_UNIX).bind(path), "bad.yaml: (.*regular file|No such device or address)"),
    ("a dangling link", lambda path: os.symlink("/nonexistent", path), "bad.yaml: No such file or directory"),
    ("a link to itself", lambda path: os.symlink(path, path), "bad.yaml: Too many levels of symbolic links"),
    ("a link to /dev/zero", lambda path: os.symlink("/dev/zero", path), "bad.yaml: .*regular file"),
    ("a link to /dev/full", lambda path: os.symlink("/dev/full", path), "bad.yaml: .*regular file"),
    ("a link to /dev/tty", lambda path: os.symlink("/dev/tty", path), "bad.yaml: (.*regular file|No such device or address)"),
    ("a link to a directory", lambda path: os.symlink("/", path), "bad.yaml: .*directory"),
    ("a link to /proc/self/mem", lambda path: os.symlink("/proc/self/mem", path), "bad.yaml:1:1:"),
    ("unreadable", lambda path: os.close(os.open(path, os.O_CREAT, 0)), "bad.yaml: Permission denied"),
    ("1 GiB of zeros", lambda path: (open(path, "x").close(), os.truncate(path, 1 << 30)), "bad.yaml: .*64 MiB"),
    ("64 MiB and a byte", lambda path: (open(path, "x").close(), os.truncate(path, (64 << 20) + 1)), "bad.yaml: .*64 MiB"),
    ("64 MiB of zeros", lambda path: (open(path, "x").close(), os.truncate(path, 64 << 20)), "control characters are not allowed"),
]

# The limits that nixos-containers.yaml(5) lists, from both sides, and what is large without being over one.
LARGE = [
    ("16 levels below an option", bad("{system: /x, pwned: " + "[" * 16 + "]" * 16 + "}"), r"bad\.yaml:4:21: containers\.bad\.pwned:"),
    ("17 levels below an option", BEFORE + "  bad: {system: /x, pwned: " + "[" * 17 + "]" * 17 + "}\n", r"bad\.yaml:4:21: containers\.bad\.pwned:"),
    ("10,000 lists in lists", "[" * 10000, r"bad\.yaml:1:1:"),
    ("10,000 mappings in mappings", "{a: " * 10000, r"bad\.yaml:1:2: a:"),
    ("10,000 lists in lists, on lines", "".join(" " * i + "-\n" for i in range(10000)), r"bad\.yaml:1:1:"),
    ("10,000 keys that are keys", "? " * 10000, r"bad\.yaml:1:3:"),
    ("10,000 lists for a system", BEFORE + "  bad: {system: " + "[" * 10000, r"bad\.yaml:4:17: containers\.bad\.system:"),
    ("1001 errors", bad("{system: /x, " + "a: 1, " * 1001 + "}"), "… and 1 more"),
    ("a text of 65535 bytes", bad("{system: /x, extraFlags: [" + "x" * 65535 + "]}"), ""),
    ("a text of 65536 bytes", bad("{system: /x, extraFlags: [" + "x" * 65536 + "]}"), r"bad\.yaml:4:34: containers\.bad\.extraFlags\[0\]:"),
    ("a path of 4095 bytes", bad("{system: " + "/abcd" * 819 + "}"), ""),
    ("a path of 4096 bytes", bad("{system: " + "/abcd" * 819 + "e}"), r"bad\.yaml:4:17: containers\.bad\.system:"),
    ("a path with a name of 255 bytes", bad("{system: /" + "x" * 255 + "}"), ""),
    ("a path with a name of 256 bytes", bad("{system: /" + "x" * 256 + "}"), r"bad\.yaml:4:17: containers\.bad\.system:"),
    ("a name of 64 characters", between("  " + "x" * 64 + ": {system: /x}\n"), ""),
    ("a name of 65 characters", between("  " + "x" * 65 + ": {system: /x}\n"), r"bad\.yaml:4:3: containers\.x{65}:"),
    ("an interface of 15 characters", bad("{system: /x, macvlans: [" + "x" * 15 + "]}"), ""),
    ("an interface of 16 characters", bad("{system: /x, macvlans: [" + "x" * 16 + "]}"), r'bad\.yaml:4:32: containers\.bad\.macvlans\[0\]: "xxxxxxxxxxxxxxxx"'),
    ("a user of 31 characters", bad("{system: /x, bindMounts: {/a: {hostPathUser: " + "x" * 31 + "}}}"), ""),
    ("a user of 32 characters", bad("{system: /x, bindMounts: {/a: {hostPathUser: " + "x" * 32 + "}}}"), r'bad\.yaml:4:53: containers\.bad\.bindMounts\."/a"\.hostPathUser: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"'),
    ("1000 errors", bad("{" + "a: 1, " * 999 + "}"), r"bad\.system: [^\n]*\n$"),
    ("a setting of less than 1 MiB", bad("{system: /x, bindMounts: {" + ", ".join("/%i: {}" % i for i in range(30000)) + "}}"), ""),
    ("a setting of more than 1 MiB", bad("{system: /x, bindMounts: {" + ", ".join("/%i: {}" % i for i in range(40000)) + "}}"),
     r"bad\.yaml:4:3: containers\.bad:"),
    ("a key of 1024 characters", bad("{system: /x, bindMounts: {" + "/xyz" * 256 + ": {}}}"), ""),
    ("a key of 1025 characters", BEFORE + "  bad: {system: /x, bindMounts: {" + "/xyz" * 256 + "x: {}}}\n", r"bad\.yaml:4:1059: containers\.bad\.bindMounts:"),
    ("a key of 1025 characters, quoted", BEFORE + "  bad: {system: /x, bindMounts: {'" + "/xyz" * 256 + "x': {}}}\n", r"bad\.yaml:4:1061: containers\.bad\.bindMounts:"),
    ("a key of 1025 characters in a block", BEFORE + "  bad:\n    bindMounts:\n      " + "/xyz" * 256 + "x: {}\n", r"bad\.yaml:6:7: containers\.bad\.bindMounts:"),
    ("a key of 4095 characters, marked as one", bad("{system: /x, bindMounts: {? " + "/abcd" * 819 + " : {}}}"), ""),
    ("a container of 512 KiB", between("  " + entry(512 << 10) + "\n"), ""),
    ("a container of 512 KiB and a character", BEFORE + "  " + entry((512 << 10) + 1) + "\n",
     r"bad\.yaml:4:524291: containers\.bad:"),
    ("1001 errors before that of another", between("  a: {system: /x, " + "a: 1, " * 1001 + "}\n  bad: {system: pwned}\n"),
     r'bad\.yaml:5:17: containers\.bad\.system: "pwned".*\n… and 1 more'),
    ("1001 errors before one of the file", BEFORE + "  bad: {system: /x, " + "a: 1, " * 1001 + "}\npwned: 1\n",
     r"bad\.yaml:5:1: pwned:.*\n… and 1 more"),
    ("10,000 containers with errors", BEFORE + "".join("  b%i: {pwned: }\n" % i for i in range(10000)), "and 18000 more"),
    ("65,535 containers with long names and errors", BEFORE + "".join('  "%s%i": {"%s": }\n' % (100 * "\\x1b", i, 100 * "\\x1b") for i in range(65535)),
     "and 194605 more"),
    ("65,536 containers", BEFORE + "  bad: {system: /x}\n" * 65535, "and 130068 more"),
    ("65,537 containers", BEFORE + "  bad: {system: /x}\n" * 65536, r"bad\.yaml:65539:3: containers:"),
    ("a key of 4 MiB", between("  bad:\n    system: /x\n    ? " + "p" * (4 << 20) + "\n    : 1\n").split("  after")[0],
     r"bad\.yaml:6:7: containers\.bad:"),
    ("a container's name of 4 MiB", BEFORE + "  ? " + "p" * (4 << 20) + "\n  : {system: /x}\n", "pppp…\""),
    ("a text of 4 MiB", BEFORE + "  bad: {system: " + "p" * (4 << 20) + "}\n", r"bad\.yaml:4:17: containers\.bad\.system:"),
    ("an anchor of 4 MiB", BEFORE + "  bad: &" + "p" * (4 << 20) + " {system: /x}\n", r"bad\.yaml:4:8: containers\.bad:"),
    ("a tag of 1 MiB", BEFORE + "  bad: {system: !" + "p" * (1 << 20) + " /x}\n", r"bad\.yaml:4:17: containers\.bad\.system:"),
    ("a comment of 4 MiB", BEFORE + "#" + "p" * (4 << 20) + "\n" + "  bad: {system: /x}\n", ""),
    ("4 Mi empty lines", BEFORE + "\n" * (4 << 20) + "  bad: {system: /x}\n", ""),
    ("a million versions", VERSION * 1000001, "and 999000 more"),
    ("10,000 ports", bad("{system: /x, privateNetwork: true, localAddress: 10.0.0.3, forwardPorts: [" +
                         ", ".join("{hostPort: %i}" % i for i in range(1, 10001)) + "]}"), ""),
    ("one port 10,000 times", bad("{system: /x, privateNetwork: true, forwardPorts: [" + "{hostPort: 80}, " * 10000 + "]}"), r"bad\.yaml:4:85: containers\.bad\.forwardPorts\[1\]\.hostPort:"),
    ("a million items that are none", BEFORE + "  bad: {system: /x, forwardPorts: [" + "1," * 1000000 + "]}\n", r"bad\.yaml:4:36: containers\.bad\.forwardPorts\[0\]:"),
]

# Names of containers. Each is written as a quoted key.
NAMES = [
    "", ".", "..", "/", "../../etc/passwd", "/etc/passwd", "a/b", "a b", "a\nb", "a\nExecStart=/pwned", "a\0b", "\0", "a\rb", "a\tb",
    "x" * 300, "%i", "%%", "a%n", "$(reboot)", "$HOME", "`reboot`", "a;reboot", "a'b", 'a"b', "a\\b", "a\\x2fb", "-a", "a-", ".a", "a.",
    "a..b", "a_b", "a@b", "a:b", "a@.service", "*", "?", "~", "ü", "\u202epwned", "\u2028pwned", "\u0085pwned", "\ufffe", "a#b", "#", "@name@",
    "a,b", "[x]", "{x}", "\x1b[2J", "\x7f", "a.service/../../pwned", "container@pwned.service.d",
]  # fmt: skip

# Names of manifests in /etc/nixos-containers, with what is in them and must be said: the name itself gets into units.
MANIFESTS = [
    (b"a\nExecStart=pwned\n.yaml", "{}", r"pwned\?\.yaml:1:1: version:"),
    (b"a\n[Service]\nExecStart=%2fpwned\n.yaml", VERSION + "containers: {bad: {system: /x}}\n", ""),
    (b"a\rExecStart=pwned.yaml", VERSION + "containers: {bad: {system: x}}\n", r'containers\.bad\.system: "x"'),
    (b"%i %h pwned.yaml", VERSION + "containers: {bad: {system: /x}}\n", ""),
    (b"%i \" ' \\.yaml", VERSION + "containers: {bad: {system: x}}\n", r'containers\.bad\.system: "x"'),
    (b"pwned\\.yaml", VERSION + "containers: {bad: {system: /x}}\n", ""),
    (b"\xff\xfe.yaml", VERSION + "containers: {bad: {system: x}}\n", r'containers\.bad\.system: "x"'),
    (b"@name@.yaml", VERSION + "containers: {bad: {system: /x}}\n", ""),
    (b"x" * 250 + b".yaml", VERSION + "containers: {bad: {system: x}}\n", r'containers\.bad\.system: "x"'),
    (b"not-read.yml", "pwned", ""),
    (b".not-read.yaml", "pwned", ""),
    (b".yaml", "pwned", ""),
    (b"yaml", "pwned", ""),
]

# Other files that the generator reads, made hostile: their path, what makes them, what must be said.
OTHER_FILES = [
    ("etc/machine-id", "a directory", os.mkdir, ""),
    ("etc/machine-id", "a FIFO", os.mkfifo, ""),
    ("etc/machine-id", "a link to /dev/zero", lambda path: os.symlink("/dev/zero", path), ""),
    ("etc/machine-id", "text", lambda path: open(path, "x").write("pwned\nExecStart=/pwned\n"), ""),
    ("etc/fstab", "a directory", os.mkdir, ""),
    ("etc/fstab", "a FIFO", os.mkfifo, ""),
    ("etc/fstab", "a link to /dev/zero", lambda path: os.symlink("/dev/zero", path), ""),
    ("etc/fstab", "text", lambda path: open(path, "x").write("pwned\nExecStart=/pwned\n"), ""),
    ("proc/self/mountinfo", "a FIFO", os.mkfifo, ""),
    ("proc/self/mountinfo", "a link to /dev/zero", lambda path: os.symlink("/dev/zero", path), ""),
    ("nix/store/s/system", "a directory", os.makedirs, ""),
    ("nix/store/s/system", "a FIFO", os.mkfifo, ""),
    ("nix/store/s/system", "a link to /dev/zero", lambda path: os.symlink("/dev/zero", path), ""),
    ("run/nixos-container-generator/old/unit", "a directory", os.mkdir, "old/unit: Is a directory"),
    ("run/nixos-container-generator/old/unit", "a link to /dev/zero", lambda path: os.symlink("/dev/zero", path), "old/unit: File too large"),
    ("run/nixos-container-generator/old/unit", "a dangling link", lambda path: os.symlink("pwned", path), "old/unit: No such file"),
    ("run/nixos-container-generator/old", "a dangling link, which is as if it went meanwhile", lambda path: os.symlink("pwned", path), ""),
    ("run/nixos-container-generator/old", "a file", lambda path: open(path, "x").close(), "old/unit: Not a directory"),
]

CONTROL, PATH, FREE = "control", "path", "free"

# What is put into fields, and what it is: refused everywhere, refused in paths, or not refused where there is free text.
PAYLOADS = [
    ("a line", "\nExecStart=/pwned", CONTROL),
    ("a section", "\n[Service]\nExecStart=/pwned\n", CONTROL),
    ("a carriage return", "\rExecStart=/pwned", CONTROL),
    ("a NUL", "\0pwned", CONTROL),
    ("a tab", "\t/pwned", CONTROL),
    ("an escape sequence", "\x1b[2J pwned", CONTROL),
    ("a noncharacter", "\uffff pwned", CONTROL),
    ("a command of ip", "\nlink delete pwned", CONTROL),
    ("a line of tmpfiles", "\nf /pwned 4777 root root", CONTROL),
    ("a command of nft", "\nflush ruleset # pwned", CONTROL),
    ("70,000 bytes", "x" * 70000, CONTROL),
    ("a way up", "/../../etc/pwned", PATH),
    ("quotes", '" --pwned "', FREE),
    ("other quotes", "' --pwned '", FREE),
    ("a backslash at the end", "pwned\\", FREE),
    ("a backslash and a quote", 'pwned\\" --pwned "', FREE),
    ("an escaped newline", "\\nExecStart=pwned", FREE),
    ("a blank", " --pwned", FREE),
    ("specifiers", "%i%n%h%%pwned", FREE),
    ("variables", "$(reboot)${HOME}$PATH`pwned`", FREE),
    ("another command", " ; pwned", FREE),
    ("the end of an nft set", " } ; flush ruleset ; pwned {", FREE),
    ("the fields of tmpfiles", '" 0777 - - - pwned', FREE),
    ("a comment", " # pwned", FREE),
    ("a placeholder", "@system@ @name@ pwned", FREE),
    ("a colon", "pwned:rw:idmap", FREE),
    ("a comma", "pwned,uid=0", FREE),
    ("U+0085", "\u0085ExecStart=pwned", FREE),
    ("U+2028", "\u2028ExecStart=pwned", FREE),
]


def escape_bind(path):
    return re.sub(r"([:\\])", r"\\\1", path)


NET = "{system: /x, privateNetwork: true, "

with open(os.path.dirname(os.path.realpath(__file__)) + "/../../generator/manifest/switches.h") as file:
    SWITCHES = re.findall(r'\bS\("(\w+)",', file.read())

# Each option of generator/manifest/schema.c: its place in the manifest (@: the value), what stands before the payload, and for free text the
# words of which one must be found in the unit, behind the setting that they belong to.
FIELDS = [
    ("system", "{system: @}", "/srv/", lambda v: [("ExecStart", v + "/init"), ("ExecReload", v)]),
    ("autoStart", "{system: /x, autoStart: @}", "true", None),
    ("ephemeral", "{system: /x, ephemeral: @}", "true", None),
    ("privateNetwork", "{system: /x, privateNetwork: @}", "true", None),
    ("enableTun", "{system: /x, enableTun: @}", "true", None),
    ("restartIfChanged", "{system: /x, restartIfChanged: @}", "true", None),
    ("hostBridge", NET + "hostBridge: @}", "br0", None),
    ("hostAddress", NET + "hostAddress: @}", "10.0.0.1", None),
    ("hostAddress6", NET + "hostAddress6: @}", "fc00::1", None),
    ("localAddress", NET + "localAddress: @}", "10.0.0.2", None),
    ("localAddress", NET + "localAddress: @}", "10.0.0.2/24", None),
    ("localAddress6", NET + "localAddress6: @}", "fc00::2/64", None),
    ("localMacAddress", NET + "localMacAddress: @}", "02:00:00:00:00:01", None),
    ("forwardPorts", NET + "forwardPorts: @}", "", None),
    ("protocol", NET + "forwardPorts: [{hostPort: 1, protocol: @}]}", "tcp", None),
    ("hostPort", NET + "forwardPorts: [{hostPort: @}]}", "80", None),
    ("containerPort", NET + "forwardPorts: [{hostPort: 80, containerPort: @}]}", "80", None),
    ("hostPort", NET + "forwardPorts: [{hostPort: @}]}", "80-81", None),
    ("hostIP", NET + "localAddress: 10.0.0.2, forwardPorts: [{hostPort: 80, hostIP: @}]}", "192.0.2.1", None),
    ("openFirewall", NET + "forwardPorts: [{hostPort: 80, openFirewall: @}]}", "true", None),
    ("internetAccess", NET + "hostAddress: 10.0.0.1, internetAccess: @}", "true", None),
    ("interfaces", "{system: /x, interfaces: [@]}", "eth1", None),
    ("interfaces", "{system: /x, interfaces: [@]}", "eth1:lan", None),
    ("macvlans", "{system: /x, macvlans: [@]}", "eth1", None),
    ("extraVeths", "{system: /x, extraVeths: {? @ : {}}}", "lan", None),
    ("hostBridge", "{system: /x, extraVeths: {lan: {hostBridge: @}}}", "br0", None),
    ("localAddress", "{system: /x, extraVeths: {lan: {localAddress: @}}}", "10.0.0.2", None),
    ("networkNamespace", "{system: /x, networkNamespace: @}", "/run/netns/", lambda v: [("ExecStart", "--network-namespace-path=" + v)]),
    ("bindMounts", "{system: /x, bindMounts: {? @ : {hostPathMissing: create}}}", "/mnt/", lambda v: [("ExecStart", "--bind-ro=%s:%s" % (escape_bind(v), escape_bind(v))), ("RequiresMountsFor", v), ("d-", v)]),
    ("hostPath", "{system: /x, bindMounts: {/mnt: {isReadOnly: false, hostPathMissing: create, hostPath: @}}}", "/srv/", lambda v: [("ExecStart", "--bind=%s:/mnt" % escape_bind(v)), ("RequiresMountsFor", v), ("d-", v)]),
    ("isReadOnly", "{system: /x, bindMounts: {/mnt: {isReadOnly: @}}}", "false", None),
    ("hostPath", "{system: /x, bindMounts: {/mnt: {hostPathMissing: create, hostPathType: file, hostPath: @}}}", "/srv/", lambda v: [("f-", v)]),
    ("hostPath", "{system: /x, bindMounts: {/mnt: {hostPathMissing: wait, hostPath: @}}}", "/srv/", lambda v: [("RequiresMountsFor", v)]),
    ("hostPathType", "{system: /x, bindMounts: {/mnt: {hostPathType: @}}}", "file", None),
    ("hostPathMissing", "{system: /x, bindMounts: {/mnt: {hostPathMissing: @}}}", "fail", None),
    ("hostPathMode", "{system: /x, bindMounts: {/mnt: {hostPathMode: @}}}", "0755", None),
    ("hostPathUser", "{system: /x, bindMounts: {/mnt: {hostPathUser: @}}}", "root", None),
    ("hostPathGroup", "{system: /x, bindMounts: {/mnt: {hostPathGroup: @}}}", "root", None),
    ("idmap", "{system: /x, bindMounts: {/mnt: {idmap: @}}}", "rootidmap", None),
    ("privateUsers", "{system: /x, privateUsers: @}", "pick", None),
    ("additionalCapabilities", "{system: /x, additionalCapabilities: [@]}", "CAP_KILL", None),
    ("dropCapabilities", "{system: /x, dropCapabilities: [@]}", "all", None),
    ("devices", "{system: /x, devices: [@]}", "/dev/", lambda v: [("ExecStart", "--bind=%s:%s" % (escape_bind(v), escape_bind(v))), ("DeviceAllow", v)]),
    ("allowedDevices", "{system: /x, allowedDevices: @}", "", None),
    ("node", "{system: /x, allowedDevices: [{modifier: r, node: @}]}", "/dev/", lambda v: [("DeviceAllow", v)]),
    ("node", "{system: /x, allowedDevices: [{node: /dev/null, modifier: r}, {modifier: r, node: @}]}", "", None),
    ("modifier", "{system: /x, allowedDevices: [{node: /dev/null, modifier: @}]}", "rw", None),
    ("tmpfs", "{system: /x, tmpfs: [@]}", "/var/", lambda v: [("ExecStart", "--tmpfs=" + v)]),
    ("tmpfs", "{system: /x, tmpfs: [@]}", "/var:mode=0700", lambda v: [("ExecStart", "--tmpfs=" + v)]),
    ("extraFlags", "{system: /x, extraFlags: [@]}", "--setenv=A=", lambda v: [("ExecStart", v)]),
    ("resolvConf", "{system: /x, resolvConf: @}", "copy-host", None),
    ("timeoutStartSec", "{system: /x, timeoutStartSec: @}", "1min", None),
    ("timeoutReloadSec", "{system: /x, timeoutReloadSec: @}", "1min", None),
    ("memoryMax", "{system: /x, memoryMax: @}", "1G", None),
    ("cpuQuota", "{system: /x, cpuQuota: @}", "150%", None),
    ("tasksMax", "{system: /x, tasksMax: @}", "100", None),
    *[(option, "{system: /x, %s: @}" % option, "true", None) for option in SWITCHES],
    ("systemCallFilter", "{system: /x, systemCallFilter: [@]}", "~@clock", None),
    ("restrictAddressFamilies", "{system: /x, restrictAddressFamilies: [@]}", "~AF_PACKET", None),
    ("credentials", "{system: /x, credentials: {? @ : {path: /run/secret}}}", "id", lambda v: [("ExecStart", "--load-credential=%s:/run/secret" % v)] if v.isascii() and not set(v) & set(":/\\") else None),
    ("path", "{system: /x, credentials: {id: {path: @}}}", "/run/", lambda v: [("ExecStart", "--load-credential=id:" + v)]),
    ("onSecretChange", "{system: /x, onSecretChange: @}", "restart", None),
    ("closure", "{system: /x, closure: @}", "/srv/", None),
    ("after", "{system: /x, after: [@]}", "database", None),
    ("requires", "{system: /x, requires: [@]}", "network-online.target", None),
    ("wants", "{system: /x, wants: [@]}", "a@b.service", None),
    ("", "{system: /x, ? @ : 1}", "", None),
    ("", "{system: /x, extraVeths: {lan: {? @ : 1}}}", "", None),
]  # fmt: skip
