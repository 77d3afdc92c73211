# SPDX-License-Identifier: MIT
# Types of options. They reject nothing that the generator accepts, generator/manifest/scalars.c, which knows more and has the last word.
{ lib }:
let
  inherit (lib.types)
    either
    enum
    ints
    port
    strMatching
    ;
  form = description: pattern: strMatching pattern // { inherit description; };
  # Values that can also be numbers.
  number = either ints.unsigned;

  ipv4 = "[0-9]+(\\.[0-9]+){3}";
  ipv6 = "[0-9a-fA-F:.]*:[0-9a-fA-F:.]*";
  interface = "[a-zA-Z0-9._+=@~-]{1,15}";
in
{
  absolutePath = form "absolute path" "/.*";
  capability = form "capability" "all|[cC][aA][pP]_[a-zA-Z_]+";
  deviceModifier = form "one to three of the letters r, w and m" "[rwm]{1,3}";
  devicePath = form "path of a device below /dev" "/.*";
  deviceNode = form "device node or group of devices" "/.*|(char|block)-.*";
  hostPathMissing = enum [
    "create"
    "fail"
    "wait"
  ];
  hostPathType = enum [
    "directory"
    "file"
    "socket"
    "device"
    "any"
  ];
  interface = form "network interface" "${interface}(:${interface})?";
  interfaceName = form "network interface" interface;
  # An IPv6 address also works as the only one: see manifest.nix.
  ipAddress = form "IP address" "${ipv4}|${ipv6}";
  ipAddressWithPrefix = form "IP address, with a prefix length or without" "(${ipv4}|${ipv6})(/[0-9]+)?";
  ipv6Address = form "IPv6 address" ipv6;
  ipv6AddressWithPrefix = form "IPv6 address, with a prefix length or without" "${ipv6}(/[0-9]+)?";
  memory = number (form "amount of memory" "infinity|[0-9.]+[KMGT%]?");
  mode = number (form "octal access mode" "0?[0-7]{3,4}");
  onSecretChange = enum [
    "ignore"
    "reload"
    "restart"
  ];
  percentage = form "percentage" "[0-9.]+%";
  portRange = either port (form "range of ports" "[0-9]+-[0-9]+");
  protocol = enum [
    "tcp"
    "udp"
  ];
  resolvConf = enum (
    [
      "auto"
      "off"
      "delete"
    ]
    ++ lib.concatMap (how: map (what: "${how}-${what}") [ "host" "static" "uplink" "stub" ]) [
      "copy"
      "replace"
      "bind"
    ]
  );
  addressFamily = form "socket address family" "~?AF_[A-Z0-9_]+";
  systemCall = form "system call or group of them" "~?@?[a-z0-9_-]+";
  tasks = number (form "number of tasks" "infinity|[0-9.]+%?");
  text = form "text of one line" "[^\n]+";
  timeSpan = number (form "time span" "infinity|[ 0-9].*");
  tmpfs = form "absolute path, with mount options or without" "/.+";
  unit = form "name of a container or unit" "[a-zA-Z0-9:_.@\\\\-]+";
  user = number (form "name or number of a user or group" "[0-9]+|[a-zA-Z_][a-zA-Z0-9_.-]*");
}
