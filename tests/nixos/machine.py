# SPDX-License-Identifier: MIT
"""Runs the test script of a test of nixpkgs (upstream.nix) with machines that are hosts of ours: namespaces that boot NixOS (boot).

    machine.py TOOLS BUILD STORE TEST

TOOLS is tests/nixos, TEST what upstream.nix has built, in the Nix store below STORE. Ends with 0 if the script came to its end, with 1 if it
failed, and with 2 if it called for what there is not here; then the last line of the output says what.

What the names in a script mean is the manual's, "NixOS Tests". Other than there, a machine that was shut down cannot be started again, as
its files were in memory.
"""
import contextlib
import os
import queue
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import unittest

TIMEOUT = 900
# No test takes so long. It is what ends one that waits for ever.
LIMIT = 1500
SHELL = "/run/current-system/sw/bin/bash"
# The shell of the framework has these, and each command is one of its own.
SHELL_SETUP = "set +u; export USER=root HOME=/root; . /etc/profile; export PAGER=; cd /tmp; exec "


class Cannot(BaseException):
    """The script calls for what there is not here. No "except Exception" of a script may catch it."""


class RequestedAssertionFailed(Exception):
    """What the script has asked for is not so."""


class MachineError(Exception):
    """The machine does not do what any machine does."""


def log(text):
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def doing(text):
    start = time.monotonic()
    log(text)
    try:
        yield
    finally:
        log(f"({time.monotonic() - start:.1f} s)")


def retry(check, timeout_seconds=TIMEOUT):
    """Calls @check each second until it gives something true, and a last time, with True, when the time is over."""
    end = time.monotonic() + timeout_seconds
    while time.monotonic() < end:
        if check(False):
            return
        time.sleep(1)
    if not check(True):
        raise RequestedAssertionFailed(f"not so within {timeout_seconds} seconds")


class Machine:
    def __init__(self, switch, directory, name):
        self.name = name
        self.switch = switch
        self.directory = directory
        self.run = None
        self.console = None
        self.starting = threading.Lock()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise Cannot(f"there is no machine.{name}")

    def log(self, msg):
        log(f"{self.name}: {msg}")

    def nested(self, msg, attrs=None):
        return doing(f"{self.name}: {msg}")

    # Its life.

    def start(self, allow_reboot=False):
        with self.starting:
            if self.run == "":
                raise Cannot("a machine is started again, and its files were in memory")
            if self.run is None:
                with self.nested("boot"):
                    self.run = self.switch.boot(self)

    def is_up(self):
        return bool(self.run)

    def shutdown(self):
        if self.run:
            self.execute("systemctl poweroff --no-block")
            self.wait_for_shutdown()

    def wait_for_shutdown(self):
        if not self.run:
            return
        with open(os.path.join(self.run, "outer")) as outer:
            process = f"/proc/{outer.read().strip()}"
        retry(lambda _: not os.path.exists(process))
        self.release()

    def crash(self):
        self.release()

    def release(self):
        if self.console:
            self.console.terminate()
            self.console = None
        if self.run:
            self.switch.halt(self.run)
            self.run = ""

    # Commands.

    def enter(self, *command):
        return [os.path.join(self.switch.tools, "../host/enter"), self.run, *command]

    def execute(self, command, check_return=True, check_output=True, timeout=TIMEOUT):
        self.start()
        limit = ["timeout", str(timeout)] if timeout is not None else []
        inside = SHELL_SETUP + shlex.join(limit + [SHELL, "-c", f"set -euo pipefail; {command}"])
        done = subprocess.run(
            self.enter("/usr/bin/env", "-i", "PATH=/run/current-system/sw/bin", SHELL, "-c", inside),
            env=os.environ | {"T": str(LIMIT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if check_output else subprocess.DEVNULL,
            check=False,
        )
        output = (done.stdout or b"").decode(errors="replace")
        return (done.returncode if check_return else -1, output)

    def succeed(self, *commands, timeout=None):
        output = ""
        for command in commands:
            with self.nested(f"must succeed: {command}"):
                status, out = self.execute(command, timeout=timeout)
                if status != 0:
                    self.log(f"output: {out}")
                    raise RequestedAssertionFailed(f"command `{command}` failed (exit code {status})")
                output += out
        return output

    def fail(self, *commands, timeout=None):
        output = ""
        for command in commands:
            with self.nested(f"must fail: {command}"):
                status, out = self.execute(command, timeout=timeout)
                if status == 0:
                    raise RequestedAssertionFailed(f"command `{command}` unexpectedly succeeded")
                output += out
        return output

    def _wait_until(self, wanted, command, timeout):
        output = ""

        def check(_last):
            nonlocal output
            status, output = self.execute(command, timeout=timeout)
            return wanted(status)

        retry(check, timeout)
        return output

    def wait_until_succeeds(self, command, timeout=TIMEOUT):
        with self.nested(f"until it succeeds: {command}"):
            return self._wait_until(lambda status: status == 0, command, timeout)

    def wait_until_fails(self, command, timeout=TIMEOUT):
        with self.nested(f"until it fails: {command}"):
            return self._wait_until(lambda status: status != 0, command, timeout)

    def sleep(self, secs):
        self.succeed(f"sleep {secs}")

    def wait_for_file(self, filename, timeout=TIMEOUT):
        self.wait_until_succeeds(f"test -e {filename}", timeout)

    def wait_for_open_port(self, port, addr="localhost", timeout=TIMEOUT):
        self.wait_until_succeeds(f"nc -z {addr} {port}", timeout)

    def wait_for_closed_port(self, port, addr="localhost", timeout=TIMEOUT):
        self.wait_until_fails(f"nc -z {addr} {port}", timeout)

    def wait_for_open_unix_socket(self, addr, is_datagram=False, timeout=TIMEOUT):
        self.wait_until_succeeds(f"nc -z {'-uU' if is_datagram else '-U'} {addr}", timeout)

    # Units.

    def systemctl(self, q, user=None):
        if user is not None:
            raise Cannot("there are no systemd managers of users")
        return self.execute(f"systemctl {q}")

    def get_unit_info(self, unit, user=None):
        status, lines = self.systemctl(f'--no-pager show "{unit}"', user)
        if status != 0:
            raise RequestedAssertionFailed(f'systemctl show "{unit}" failed with exit code {status}')
        return dict(line.split("=", 1) for line in lines.splitlines() if re.match("[^=]+=", line))

    def get_unit_property(self, unit, property, user=None):
        return self.get_unit_info(unit, user)[property]

    def require_unit_state(self, unit, require_state="active"):
        state = self.get_unit_property(unit, "ActiveState")
        if state != require_state:
            raise RequestedAssertionFailed(f'unit "{unit}" is {state}, not {require_state}')

    def wait_for_unit(self, unit, user=None, timeout=TIMEOUT):
        def check(_last):
            state = self.get_unit_property(unit, "ActiveState", user)
            if state == "failed":
                raise RequestedAssertionFailed(f'unit "{unit}" has failed')
            if state == "inactive":
                _, jobs = self.systemctl("list-jobs --full 2>&1", user)
                if "No jobs" in jobs and self.get_unit_property(unit, "ActiveState", user) == state:
                    raise RequestedAssertionFailed(f'unit "{unit}" is inactive, and no job is pending')
            return state == "active"

        with self.nested(f"unit {unit}"):
            retry(check, timeout)

    # The console. That of the framework has what the kernel, systemd and the journal say.

    def _read_console(self):
        self.lines, self.all_lines = queue.Queue(), []
        self.console = subprocess.Popen(
            self.enter("/run/current-system/sw/bin/journalctl", "--follow", "--lines=all", "--output=short-monotonic"),
            env=os.environ | {"T": str(LIMIT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
        )

        def read(lines):
            for line in lines:
                self.all_lines.append(line.rstrip())
                self.lines.put(line.rstrip())

        threading.Thread(target=read, args=(self.console.stdout,), daemon=True).start()

    def wait_for_console_text(self, regex, timeout=None):
        seen = ""
        end = time.monotonic() + (timeout or TIMEOUT)
        with self.nested(f"/{regex}/ on the console"):
            while not re.search(regex, seen):
                try:
                    seen += self.lines.get(timeout=max(0, end - time.monotonic()))
                except queue.Empty:
                    raise RequestedAssertionFailed(f"/{regex}/ is not on the console") from None

    def get_console_log(self):
        return "\n".join(self.all_lines)


class Switch:
    """Where the machines are plugged in: a network namespace with a bridge for each VLAN."""

    def __init__(self, tools, build, store, test):
        self.tools, self.build, self.store, self.test = tools, build, store, test
        self.vlans = set()
        self.lock = threading.Lock()
        # It ends with this process.
        self.holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE)
        own = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == own:
            time.sleep(0.01)

    def machines(self):
        nodes = os.path.join(self.store + self.test, "nodes")
        return [Machine(self, f"{self.test}/nodes/{name}", name) for name in sorted(os.listdir(nodes))]

    def _read(self, path):
        # A link in the store leads to where the store is for those that live on it.
        with open(self.store + os.readlink(self.store + path)) as file:
            return file.read()

    def script(self):
        return self._read(f"{self.test}/script")

    def _ip(self, *arguments):
        subprocess.run(["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "ip", *arguments], check=True)

    def _plug(self, vlan, end):
        bridge = f"vlan{vlan}"
        if vlan not in self.vlans:
            self.vlans.add(vlan)
            self._ip("link", "add", bridge, "type", "bridge", "mcast_snooping", "0")
            self._ip("link", "set", bridge, "up")
        self._ip("link", "set", end, "master", bridge, "up")

    def boot(self, machine):
        run = tempfile.mkdtemp(prefix="nixos-containers-nixos.", dir="/tmp")
        interfaces = [line.split() for line in self._read(f"{machine.directory}/interfaces").splitlines()]
        # The end that is plugged in has a name of its own before it is known where.
        links = [(name, vlan, address, f"{os.path.basename(run)[-6:]}-{number}") for number, (name, vlan, address) in enumerate(interfaces)]
        with open(os.path.join(run, "before"), "w") as before:
            before.write("#!/bin/bash\nset -eu\n")
            for name, _, address, end in links:
                before.write(
                    f"ip link add {name} address {address} type veth peer name {end} netns /proc/{self.holder.pid}/ns/net\n"
                )
            before.write(f"touch {run}/plugged\n")
        os.chmod(before.name, 0o755)
        booting = subprocess.Popen(
            [os.path.join(self.tools, "boot"), self.build, self.store, machine.directory, run], stdout=subprocess.DEVNULL
        )
        while not os.path.exists(f"{run}/plugged") and booting.poll() is None:
            time.sleep(0.05)
        with self.lock:
            for _, vlan, _, end in links:
                self._plug(vlan, end)
        if booting.wait() != 0:
            raise MachineError(f"{machine.name} has not booted")
        machine.run = run
        machine._read_console()
        return run

    def halt(self, run):
        subprocess.run([os.path.join(self.tools, "../host/halt"), run], check=False)
        subprocess.run(["rm", "-rf", run], check=True)

    def end(self, machines):
        for machine in machines:
            machine.release()
        self.holder.kill()
        self.holder.wait()


class Assertions(unittest.TestCase):
    """t.assertEqual and the others."""

    failureException = RequestedAssertionFailed


@contextlib.contextmanager
def subtest(name):
    with doing(f"subtest: {name}"):
        yield


def lacking(name):
    def call(*_arguments, **_named):
        raise Cannot(f"there is no {name}")

    return call


def names_of_script(machines):
    def in_all(do):
        threads = [threading.Thread(target=do, args=(machine,)) for machine in machines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def start_all():
        in_all(Machine.start)
        for machine in machines:
            if not machine.is_up():
                raise MachineError(f"{machine.name} has not booted")

    def join_all():
        for machine in machines:
            machine.wait_for_shutdown()

    names = {name: lacking(name) for name in ("create_machine", "polling_condition", "dump_machine_ssh")}
    names |= {re.sub(r"[^A-Za-z0-9_]", "_", machine.name): machine for machine in machines}
    if len(machines) == 1:
        names.setdefault("machine", machines[0])
    return names | {
        "machines": machines,
        "start_all": start_all,
        "join_all": join_all,
        "subtest": subtest,
        "retry": retry,
        "os": os,
        "t": Assertions(),
        "serial_stdout_on": lambda: None,
        "serial_stdout_off": lambda: None,
    }


def main():
    def out_of_time(_signal, _frame):
        raise TimeoutError(f"{LIMIT} seconds are over")

    switch = Switch(*sys.argv[1:])
    machines = switch.machines()
    signal.signal(signal.SIGALRM, out_of_time)
    # No machine outlives this, whoever ends it.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(1))
    signal.alarm(LIMIT)
    script = switch.script()
    try:
        exec(compile(script, "script", "exec"), names_of_script(machines), None)
        return 0
    except Cannot as cannot:
        log(str(cannot))
        return 2
    except BaseException:
        lines = script.splitlines()
        log(traceback.format_exc())
        for frame in traceback.extract_tb(sys.exc_info()[2]):
            if frame.filename == "script":
                log(f"script:{frame.lineno}: {lines[frame.lineno - 1].strip()}")
        return 1
    finally:
        switch.end(machines)


sys.exit(main())
