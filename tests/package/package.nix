# SPDX-License-Identifier: MIT
# package.nix without a Nixpkgs: what it is built from, and how, with dependencies that are only paths below store.
{ store }:
let
  function = import ../../nixos-module/package.nix;
  package = function (
    builtins.mapAttrs (name: _: "${store}/22222222222222222222222222222222-${name}") (builtins.functionArgs function)
    // {
      lib = {
        inherit (builtins) any;
        cleanSourceWith = source: source;
        hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
        removePrefix = prefix: text: builtins.substring (builtins.stringLength prefix) (-1) text;
        platforms.linux = [ ];
      };
      stdenv.mkDerivation = package: package;
      glibc.static = "";
    }
  );
  # The files below a directory that go into the source.
  files =
    directory:
    let
      entries = builtins.readDir directory;
    in
    builtins.concatMap (
      name:
      let
        path = directory + "/${name}";
      in
      if !package.src.filter (toString path) entries.${name} then
        [ ]
      else if entries.${name} == "directory" then
        files path
      else
        [ (toString path) ]
    ) (builtins.attrNames entries);
in
{
  inherit (package) makeFlags checkTarget;
  files = files package.src.src;
}
