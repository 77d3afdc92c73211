# SPDX-License-Identifier: MIT
# What is a time span and what is not.
let
  spans = {
    good1 = "90";
    good2 = "1min 30s";
    good3 = "infinity";
    good4 = "1.5 h2ms";
    good5 = "5µs";
    good6 = "0";
    good7 = "584542y";
    bad1 = "";
    bad2 = "1 fortnight";
    bad3 = "min";
    bad4 = "-1";
    bad5 = "5.";
    bad6 = "584543y";
    bad7 = "1234567890123456s";
    bad8 = "1min,30s";
  };
in
builtins.mapAttrs (_: timeoutStartSec: {
  path = "/nix/store/00000000000000000000000000000000-nixos-system-span";
  inherit timeoutStartSec;
}) spans
