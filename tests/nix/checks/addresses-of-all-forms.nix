# SPDX-License-Identifier: MIT
# What is an address, though not as people write it.
let
  links = addresses: {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-good";
    extraVeths = builtins.listToAttrs (
      builtins.genList (i: {
        name = "a${toString i}";
        value.localAddress6 = builtins.elemAt addresses i;
      }) (builtins.length addresses)
    );
  };
in
{
  good = links [
    "::"
    "::1"
    "1::"
    "1:2:3:4:5:6:7:8/128"
    "1:2:3:4:5:6::8/0"
    "FC00::AbCd"
    "::ffff:10.0.0.1"
    "1:2:3:4:5:6:10.0.0.1"
    "0001:0002::10.0.0.1"
  ];
}
