# SPDX-License-Identifier: MIT
# A name is a host name.
let
  names = [
    "a"
    "web.example-1"
    "0123456789012345678901234567890123456789012345678901234567890123"
    "with_underscore"
    "-a"
    "a."
    "a..b"
    "a.-b"
    "01234567890123456789012345678901234567890123456789012345678901234"
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345"
    "ä"
    "a b"
    "a%i"
  ];
in
builtins.listToAttrs (
  map (name: {
    inherit name;
    value.path = "/nix/store/00000000000000000000000000000000-nixos-system-name";
  }) names
)
