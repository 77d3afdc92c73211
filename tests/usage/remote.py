# SPDX-License-Identifier: MIT
"""What nixos-container sends to other hosts and does with what comes back, with an ssh that runs it here."""

import json
import os
import pty
import shutil
import signal
import stat
import subprocess
import tempfile
import time

# The ssh: it notes its arguments, and has a shell run what is the last of them, as sshd(8) does.
SSH = r"""#!/bin/sh
{ printf '%s\037' "$@"; echo; } >>"$NOTES"
for command; do host=$destination destination=$command; done
case $host in
  down) echo "ssh: connect to host down port 22: Connection refused" >&2; exit 255 ;;
  bare) PATH=/nowhere ;;
esac
export HOST="$host"
exec "$LOGIN_SHELL" -c "exec $command"
"""
# The nixos-container of the other host: it notes its arguments, and does what its host is known for.
THERE = r"""#!/bin/sh
printf '%s\0' "$@" >"$ARGUMENTS"
case $HOST in
  exit*) exit "${HOST#exit}" ;;
  waits) echo ready; exec sleep 60 ;;
  echo) cat; echo error >&2 ;;
  host*)
    case "$*" in *--json*) cat "$ANSWERS/$HOST-json" ;; *) cat "$ANSWERS/$HOST" ;; esac
    echo note >&2
    exit "$(cat "$ANSWERS/$HOST-status")"
    ;;
esac
"""
TABLE_ROW = {"name": "web", "state": "up", "addresses": ["10.0.0.2", "fd00::2"], "system": "/nix/store/" + 32 * "0" + "-nixos-web",
             "upSince": 0, "declared": True, "broken": False, "file": "/etc/nixos-containers/web.yaml"}  # fmt: skip


class Remote:
    def __init__(self, build, check):
        self.program, self.check = build + "/nixos-container", check
        self.directory = tempfile.mkdtemp(prefix="nixos-containers-remote.")
        for name, text in (("ssh", SSH), ("nixos-container", THERE)):
            path = os.path.join(self.directory, name)
            with open(path, "w") as file:
                file.write(text)
            os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
        self.environment = dict(os.environ, PATH=self.directory + ":" + os.environ["PATH"], LOGIN_SHELL="/bin/sh", ANSWERS=self.directory,
                                NOTES=self.directory + "/notes", ARGUMENTS=self.directory + "/arguments")  # fmt: skip

    def run(self, *arguments, **options):
        if os.path.exists(self.environment["NOTES"]):
            os.remove(self.environment["NOTES"])
        options = {"stdin": subprocess.DEVNULL, "env": self.environment, "text": True} | options
        return subprocess.run([self.program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def notes(self):
        """What ssh was called with, each time."""
        try:
            with open(self.environment["NOTES"]) as file:
                return [line.split("\037")[:-1] for line in file]
        except FileNotFoundError:
            return []

    def arguments(self):
        with open(self.environment["ARGUMENTS"], "rb") as file:
            return file.read().split(b"\0")[:-1]

    def answer(self, host, text, status=0):
        for name, content in ((host, text if isinstance(text, str) else ""), (host + "-status", str(status)),
                              (host + "-json", text if isinstance(text, str) else json.dumps(text))):  # fmt: skip
            with open(os.path.join(self.directory, name), "w") as file:
                file.write(content)

    def end(self):
        shutil.rmtree(self.directory)

    def hosts(self):
        """How hosts are spelled, and where the option is."""
        for host, expected in (
            ("a", ["-T", "--", "a"]),
            ("root@a", ["-T", "--", "root@a"]),
            ("root@a:2222", ["-T", "-p", "2222", "--", "root@a"]),
            ("[fd00::1]", ["-T", "--", "fd00::1"]),
            ("root@[fe80::1%eth0]:22", ["-T", "-p", "22", "--", "root@fe80::1%eth0"]),
        ):
            for arguments in (["-H", host, "status", "web"], ["-H" + host, "status", "web"], ["--host", host, "status", "web"],
                              ["--host=" + host, "status", "web"], ["status", "-H", host, "web"], ["status", "web", "--host=" + host],
                              ["-H", "other", "status", "web", "-H", host]):  # fmt: skip
                process = self.run(*arguments)
                self.check(self.notes() == [[*expected, "nixos-container --remote status web"]], " ".join(arguments), process)
        for host in ("", "@", "a@", "@a", "a@b@c", "a:", "a:0", "a:65536", "a:22:33", "a:b", "[a]", "[::1", "[::1]x", "[::1]:", "::1", "a/b",
                     "-oProxyCommand=x", "root@-x", "a b", "a\n", ",", "a,", ",a", "a,,b"):  # fmt: skip
            process = self.run("list", "--host=" + host)
            self.check(process.returncode == 1 and "[USER@]HOST[:PORT]" in process.stderr and not self.notes(), "host %r" % host, process)
        for arguments in (["-H"], ["list", "-H"], ["--host"]):
            process = self.run(*arguments)
            self.check(process.returncode == 1 and "requires a host" in process.stderr, " ".join(arguments), process)
        process = self.run("-H", "a,b", "start", "web")
        self.check(process.returncode == 1 and "several hosts" in process.stderr and not self.notes(), "several hosts to start on", process)

    def words(self):
        """Every byte arrives, whatever shell is there; an option of another program, or the value of one, is no host."""
        every = bytes(range(1, 256))
        words = [every, b"", b"'", b"\\", b"\\'", b"a\nb\n", b"$(true)`true`!!", b"-x", b"=ls", b"~", b"*", b"{a,b}", b"#", b"!"]
        words += [bytes([byte]) for byte in every] + [b"x" + bytes([byte]) + b"'\\" for byte in every]
        for shell in ("sh", "dash", "bash", "ksh", "mksh", "zsh", "fish"):
            path = shutil.which(shell)
            if not path:
                continue
            # fish reads its command line as text.
            some = [word for word in words if shell != "fish" or all(byte < 0x80 for byte in word)] + ["täßt €".encode()]
            process = self.run("-H", "a", "run", "web", "--", *some, env=self.environment | {"LOGIN_SHELL": path})
            self.check(self.arguments() == [b"--remote", b"run", b"web", b"--", *some], "every byte through " + shell, process)
        for arguments, expected in (
            ("-H a run web -- ls -H b", "run web -- ls -H b"),
            ("run -H a web ls -H b", "run web ls -H b"),
            ("-H a logs web -H b", "logs web -H b"),
            ("-H a create web --config -Hb", "create web --config -Hb"),
            ("-H a create --conf -Hb web", "create --conf -Hb web"),
            ("-H a create web -- -H b", "create web -- -H b"),
        ):
            process = self.run(*arguments.split())
            self.check(b" ".join(self.arguments()) == ("--remote " + expected).encode(), arguments, process)

    def statuses(self):
        """Exit statuses, what is read and printed, and what is said if there is no answer."""
        for status in (0, 1, 2, 77, 254):
            process = self.run("-H", "exit%i" % status, "run", "web", "--", "true")
            self.check(process.returncode == status and not process.stderr, "exit status %i" % status, process)
        process = self.run("-H", "echo", "run", "web", "--", "true", stdin=None, input=b"a\r\nb\x04\x03", text=False)
        self.check((process.stdout, process.stderr) == (b"a\r\nb\x04\x03", b"error\n"), "streams", process)
        process = self.run("-H", "down", "start", "web")
        self.check(process.returncode == 1 and "on down: ssh failed" in process.stderr, "a host that does not answer", process)
        process = self.run("-H", "bare", "start", "web")
        self.check(process.returncode == 1 and "on bare: not found" in process.stderr, "a host without nixos-container", process)
        process = self.run("-H", "bare", "run", "web", "--", "true")
        self.check(process.returncode == 127, "run on a host without nixos-container", process)
        process = self.run("-H", "a", "status", "web", env=self.environment | {"PATH": "/nowhere"})
        self.check(process.returncode == 1 and "requires ssh" in process.stderr, "no ssh", process)
        process = self.run("-H", "down", "list", "--help")
        self.check(process.returncode == 0 and not self.notes(), "help of a verb", process)

    def signals(self):
        """Signals reach ssh, and end nixos-container as they have ended that."""
        for verb in (["run", "web", "--", "x"], ["plan", "-H", "waits,waits"]):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
                # Whoever runs the tests may have it ignored.
                process = subprocess.Popen([self.program, "-H", "waits", *verb], env=self.environment, stdin=subprocess.DEVNULL, text=True,
                                           stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                           preexec_fn=lambda number=number: signal.signal(number, signal.SIG_DFL))  # fmt: skip
                if "run" in verb:
                    process.stdout.readline()
                else:
                    for _ in range(600):
                        if len(self.children(process.pid)) == 2:
                            break
                        time.sleep(0.05)
                children = self.children(process.pid)
                process.send_signal(number)
                _, process.stderr = process.communicate()
                left = [child for child in children if os.path.exists("/proc/%i" % child)]
                self.check(process.returncode == -number and children and not left, "%s of %s" % (number.name, verb[0]), process)

    @staticmethod
    def children(pid):
        with open("/proc/%i/task/%i/children" % (pid, pid)) as file:
            return [int(child) for child in file.read().split()]

    def at_terminal(self, *arguments, stderr=None):
        """Runs it with a terminal, which is read to its end."""
        master, slave = pty.openpty()
        environment = self.environment | {"TERM": "dumb"}
        process = subprocess.Popen([self.program, *arguments], env=environment, stdin=slave, stdout=slave, stderr=stderr or slave)
        os.close(slave)
        text = b""
        try:
            while chunk := os.read(master, 4096):
                text += chunk
        except OSError:
            pass
        os.close(master)
        process.wait()
        process.stderr = text.decode()
        return process

    def terminals(self):
        """Who gets a terminal there, and who does not."""
        for verb, expected in (("login", "-t"), ("root-login", "-t"), ("run", "-t"), ("logs", "-t"), ("destroy", "-t"), ("plan", "-t"),
                               ("apply", "-t"), ("edit", "-t"), ("list", "-T"), ("status", "-T"), ("start", "-T"), ("show-ip", "-T")):  # fmt: skip
            self.run()
            process = self.at_terminal("-H", "exit0", verb, *([] if verb in ("plan", "apply", "list") else ["web"]))
            self.check([note[0] for note in self.notes()] == [expected], "terminal of " + verb, process)
            self.run("-H", "exit0", verb, *([] if verb in ("plan", "apply", "list") else ["web"]))
            self.check([note[0] for note in self.notes()] == ["-T"], "no terminal of " + verb, process)
        self.run()
        process = self.at_terminal("-H", "exit0", "run", "web", "--", "x", stderr=subprocess.DEVNULL)
        self.check([note[0] for note in self.notes()] == ["-T"], "no terminal with standard error elsewhere", process)

    def several(self):
        """list and plan of several hosts."""
        self.answer("host1", "web\nmail\n")
        self.answer("host2", "db\n", 1)
        process = self.run("-H", "host1,down,host2", "list")
        self.check(process.stdout == "host1 web\nhost1 mail\nhost2 db\n" and process.returncode == 1, "names of several hosts", process)
        named = "down: ssh: connect" in process.stderr and "on down: ssh failed" in process.stderr
        self.check(named, "the host that does not answer", process)
        self.check("host2: note" in process.stderr, "what a host has to say", process)
        process = self.run("-H", "host1,host1", "list")
        self.check(process.returncode == 0, "all hosts answer", process)

        since = int(time.time()) - 7200
        self.answer("host1", [TABLE_ROW | {"upSince": since}])
        self.answer("host2", [TABLE_ROW | {"name": "db", "state": "failed", "addresses": [], "broken": True, "declared": False}])
        process = self.run("-H", "host1,down,host2", "list", "--json")
        rows = json.loads(process.stdout)
        good = rows[0] == {"host": "host1"} | TABLE_ROW | {"upSince": since} and [row["host"] for row in rows] == ["host1", "host2"]
        self.check(good, "JSON", process)
        process = self.at_terminal("-H", "host1,down,host2", "list")
        lines = [line.split() for line in process.stderr.splitlines() if "note" not in line and "down" not in line]
        expected = ["HOST NAME STATE ADDRESSES UPTIME SYSTEM", "host1 web up 10.0.0.2 fd00::2 2h 0min nixos-web"]
        self.check(lines[:2] == [line.split() for line in expected], "table", process)
        self.check(lines[2][:4] == ["host2", "db", "failed", "nixos-web"] and process.returncode == 1, "table of the second host", process)
        process = self.at_terminal("-H", "host1", "list")
        lines = [line.split() for line in process.stderr.splitlines() if "note" not in line]
        self.check(lines[0][0] == "NAME" and lines[1][0] == "web" and process.returncode == 0, "table of one host", process)

        changes = [{"name": "a\"\\\n\u009b\u2028é", "action": "restart", "reason": None, "more": [1, True, {}, []],
                    "changes": [{"option": "x", "old": "1", "new": "null"}]}]  # fmt: skip
        self.answer("host1", changes, 2)
        self.answer("host2", [])
        process = self.run("-H", "host1,host2", "plan", "--json")
        self.check(json.loads(process.stdout) == [{"host": "host1"} | changes[0]] and process.returncode == 2, "JSON of plans", process)
        for text in ("", "[", "{}", "x", '[{"a": &a [*a]}]', '[["a"]]', "[" + 100 * "[" + 100 * "]" + "]", '[{"a": &x [1, 1], "b": [*x, *x, *x]}]'):
            self.answer("host2", text)
            process = self.run("-H", "host1,host2", "plan", "--json")
            good = process.returncode == 1 and "host2: Failed to read" in process.stderr
            self.check(good and json.loads(process.stdout)[0]["host"] == "host1", "no JSON: " + text, process)
        for statuses, expected in (((0, 0), 0), ((0, 2), 2), ((2, 0), 2), ((1, 2), 1), ((2, 1), 1), ((3, 0), 1)):
            self.answer("host1", "plan 1\n", statuses[0])
            self.answer("host2", "plan 2\n", statuses[1])
            process = self.run("plan", "-H", "host1,host2")
            good = process.returncode == expected and process.stdout == "host1:\nplan 1\n\nhost2:\nplan 2\n"
            self.check(good, "plans %i, %i" % statuses, process)
        process = self.run("plan", "-H", "down,host2")
        self.check(process.returncode == 1 and "host2:\nplan 2\n" in process.stdout, "plan of a host that does not answer", process)


def check_all(build, check):
    """Has @check called with whether each is good, what it is, and the process."""
    remote = Remote(build, check)
    try:
        for part in (remote.hosts, remote.words, remote.statuses, remote.signals, remote.terminals, remote.several):
            part()
    finally:
        remote.end()


