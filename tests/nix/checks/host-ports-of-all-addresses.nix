# SPDX-License-Identifier: MIT
# A host port at all addresses is one in each family, and that of localhost.
let
  container = number: forward: {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-web";
    privateNetwork = true;
    localAddress = "192.168.100.${toString number}";
    localAddress6 = "fc00::${toString number}";
    forwardPorts = [ ({ hostPort = 80; } // forward) ];
  };
in
{
  any = container 11 { };
  any-too = container 12 { };
  ipv4 = container 13 { hostIP = "0.0.0.0"; };
  ipv6 = container 14 { hostIP = "::"; };
  localhost = container 15 { hostIP = "127.0.0.1"; };
  localhost6 = container 16 { hostIP = "::1"; };
  other-loopback = container 17 { hostIP = "127.0.0.2"; };
  one-address = container 18 { hostIP = "192.0.2.1"; };
  udp = builtins.removeAttrs (container 19 { protocol = "udp"; }) [ "localAddress6" ];
  udp-ipv4 = container 20 {
    protocol = "udp";
    hostIP = "0.0.0.0";
  };
  udp-ipv6 = container 21 {
    protocol = "udp";
    hostIP = "::";
  };
}
