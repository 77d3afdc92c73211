# SPDX-License-Identifier: MIT
# What the module makes of each case, with nothing but builtins: texts for ./run, each behind a line with "@@ " and the name of its file.
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    concatStringsSep
    elemAt
    filter
    genList
    head
    isAttrs
    isList
    length
    listToAttrs
    mapAttrs
    match
    readDir
    toJSON
    ;
  declared = import ../../nixos-module/options.nix {
    lib = import ./lib.nix;
    openFirewall = false;
  };
  manifestOf = import ../../nixos-module/manifest.nix declared;
  check = import ../../nixos-module/checks.nix;

  # What Nixpkgs' lib makes of options by their "apply".
  applied =
    declared: options:
    mapAttrs (
      name: value:
      let
        option = declared.${name} or { };
        below = (option.type.getSubOptions or (_: { })) [ ];
      in
      if below == { } then
        (option.apply or (value: value)) value
      else if isList value then
        map (applied below) value
      else
        mapAttrs (_: applied below) value
    ) options;

  # As nixos-module/containers.nix has it.
  optionsOf =
    options:
    (if options.unprivileged or false then { privateUsers = "pick"; } else { }) // applied declared options;

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
      options = mapAttrs (_: optionsOf) (import (./. + "/${kind}/${name}.nix"));
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

  # Each value in values.nix as it stands in a container by itself, with the options that it takes beside it.
  values = import ./values.nix;
  beside = {
    allowedDevices = {
      node = "/dev/null";
      modifier = "r";
    };
    forwardPorts.hostPort = 80;
  };
  valuesOf =
    name:
    let
      option = declared.${name};
      isListed = option ? default && option.default == [ ];
      below = option.type.getSubOptions [ ];
      # Of options that are on or off, nobody has to say the values.
      isFlag = option.type.check true && option.type.check false;
      valueBelow =
        inner: value:
        if isListed then
          [ (beside.${name} // { ${inner} = value; }) ]
        else
          { ${if name == "bindMounts" then "/a" else "a"}.${inner} = value; };
      try = path: type: inContainer: value: {
        inherit path value;
        isAccepted = type.check value;
        options.${name} = inContainer value;
      };
    in
    if below != { } then
      concatMap (
        inner: map (try "${name}.${inner}" below.${inner}.type (valueBelow inner)) values.${name}.${inner}
      ) (attrNames (removeAttrs below [ "mountPoint" ]))
    else if isListed then
      map (value: try name option.type (value: [ value ]) value // { isAccepted = option.type.check [ value ]; }) values.${name}
    else
      map (try name option.type (value: value)) (
        values.${name} or (
          if isFlag then
            [
              true
              false
              "true"
              1
            ]
          else
            throw "tests/nix/values.nix has no ${name}"
        )
      );
  # By the names of their containers. The options of an extra link are those of the main one.
  tried = listToAttrs (
    genList (i: {
      name = "v${toString i}";
      value = elemAt all i;
    }) (length all)
  );
  all = concatMap valuesOf (attrNames (removeAttrs declared [ "extraVeths" ]));

  # A container that says no more than it has to, and one that says all defaults.
  short = {
    system = "/system";
    bindMounts."/a" = { };
    extraVeths.v = { };
    forwardPorts = [ { hostPort = 80; } ];
    localAddress = "192.168.100.11";
    privateNetwork = true;
  };
  withDefaults =
    declared: options:
    let
      below = mapAttrs (_: option: option.type.getSubOptions [ ]) declared;
      isDefault = name: declared.${name}.default or null != null && name != "mountPoint";
    in
    listToAttrs (
      map (name: {
        inherit name;
        value = declared.${name}.default;
      }) (filter isDefault (attrNames declared))
    )
    // mapAttrs (
      name: value:
      if below.${name} or { } == { } then
        value
      else if isList value then
        map (withDefaults below.${name}) value
      else
        mapAttrs (_: withDefaults below.${name}) value
    ) options;
  manifestOfOne = container: toJSON {
    version = 1;
    containers.v = container;
  };
in
concatStringsSep "" (
  concatMap (kind: map (outputOf kind) (casesIn (./. + "/${kind}"))) [
    "manifest"
    "checks"
    "lost"
  ]
)
+ ''
  @@ short/defaults.json
  ${manifestOfOne short}
  @@ long/defaults.json
  ${manifestOfOne (withDefaults declared short)}
  @@ values.json
  ${toJSON {
    version = 1;
    containers = mapAttrs (name: value: manifestOf name (value.options // { path = "/system"; })) tried;
  }}
  @@ values.types
  ${concatStringsSep "\n" (
    attrValues (
      mapAttrs (
        name: value: "${name} ${if value.isAccepted then "accepted" else "refused"} ${value.path} ${toJSON value.value}"
      ) tried
    )
  )}
''
