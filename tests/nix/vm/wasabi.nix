# SPDX-License-Identifier: MIT
# The tutorial's host, as it is in the README.
{ nixosModule }:
{
  name = "nixos-containers-wasabi";

  nodes = {
    machine = {
      imports = [
        nixosModule
        ../tutorial.nix
      ];
      virtualisation.memorySize = 2048;
      boot.kernel.sysctl."net.ipv4.ip_forward" = 1;
    };
    visitor = { };
  };

  testScript = ''
    start_all()
    machine.wait_for_unit("multi-user.target")
    visitor.wait_for_unit("network.target")

    with subtest("the container is up at boot, in a unit that says where it comes from"):
        machine.wait_for_unit("container@wasabi.service")
        machine.succeed("systemctl cat container@wasabi | grep -F 'SourcePath=/etc/nixos-containers/containers.yaml'")
        machine.succeed("machinectl list | grep wasabi")

    with subtest("the host reaches it by its name and by the forwarded port"):
        machine.wait_until_succeeds("curl -fs http://wasabi.containers/ | grep -F 'It works!'")
        machine.succeed("curl -fs http://192.168.100.10:8080/ | grep -F 'It works!'")

    with subtest("another machine reaches the forwarded port"):
        visitor.succeed("curl -fs http://machine:8080/ | grep -F 'It works!'")

    with subtest("its host name is its own"):
        machine.succeed("systemd-run --wait --pipe --machine=wasabi /run/current-system/sw/bin/hostname | grep -Fx wasabi")

    with subtest("its root is not the host's"):
        machine.succeed("test $(stat -c %u /proc/$(machinectl show -p Leader --value wasabi)) -ge 65536")

    with subtest("its log is on the host"):
        machine.succeed("ls /srv/wasabi-logs | grep .")

    with subtest("nothing is left of it but what was mounted"):
        machine.succeed("systemctl stop container@wasabi")
        machine.fail("ip link show ve-wasabi")
        machine.fail("test -e /run/nixos-containers/wasabi")
        machine.fail("test -e /var/lib/nixos-containers/wasabi")
        machine.succeed("ls /srv/wasabi-logs | grep .")

    with subtest("it starts again"):
        machine.succeed("systemctl start container@wasabi")
        machine.wait_until_succeeds("curl -fs http://192.168.100.10:8080/ | grep -F 'It works!'")
  '';
}
