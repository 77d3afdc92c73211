# SPDX-License-Identifier: MIT
# Containers that would wait for each other, and what no unit is
let
  after = names: {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    after = names;
  };
in
{
  alone = after [
    "a1"
    "network-online.target"
    "container@a1.service"
  ];
  a1 = after [
    "network.target"
    "a2"
  ];
  a2 = after [ "container@a3.service" ];
  a3 = after [
    "self"
    "a1"
  ];
  b1 = after [ "b2" ];
  b2 = after [ "b1" ];
  free = after [ "last" ];
  last = { inherit (after [ ]) path; };
  self = after [ "self" ];
  texts = after [
    ""
    "a b"
    "container@.service"
    "@x.service"
    "x.service\n"
    "a%i.service"
    "x.unit@"
  ];
}
// builtins.listToAttrs (
  builtins.genList (i: {
    name = "m${toString i}";
    value = after [ "m${toString (if i == 11 then 0 else i + 1)}" ];
  }) 12
)
