# SPDX-License-Identifier: MIT
# What the module makes of each case, with nothing but builtins: texts for ./run, each behind a line with "@@ " and the name of its file.
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    filter
    head
    isAttrs
    isList
    mapAttrs
    match
    readDir
    toJSON
    ;
  manifestOf = import ../../nixos-module/manifest.nix;
  check = import ../../nixos-module/checks.nix;

  # JSON as people write it.
  pretty =
    indent: value:
    let
      block =
        open: close: lines:
        "${open}\n${concatStringsSep ",\n" (map (line: "${indent}  ${line}") lines)}\n${indent}${close}";
      deeper = pretty "${indent}  ";
    in
    if isList value && value != [ ] then
      block "[" "]" (map deeper value)
    else if isAttrs value && value != { } then
      block "{" "}" (map (name: "${toJSON name}: ${deeper value.${name}}") (attrNames value))
    else
      toJSON value;

  casesIn =
    directory:
    filter (name: name != null) (
      map (
        file:
        let
          name = match "(.*)\\.nix" file;
        in
        if name == null then null else head name
      ) (attrNames (readDir directory))
    );

  outputOf =
    kind: name:
    let
      options = import (./. + "/${kind}/${name}.nix");
      containers = mapAttrs manifestOf options;
      result = check options containers;
    in
    ''
      @@ ${kind}/${name}.json
      ${pretty "" {
        version = 1;
        inherit containers;
      }}
      @@ ${kind}/${name}.messages
    ''
    + concatStringsSep "" (
      map (text: "${text}\n") result.errors ++ map (text: "${text} (warning)\n") result.warnings
    );
in
concatStringsSep "" (
  concatMap (kind: map (outputOf kind) (casesIn (./. + "/${kind}"))) [
    "manifest"
    "checks"
  ]
)
