# SPDX-License-Identifier: MIT
# Converts the options of a container to its entry in the manifest, which is described in nixos-containers.yaml(5): everything in
# options.nix has the same name there. Defaults are left out, as the generator knows them, and a short manifest is quick to read.
#
# @declared are these options. Needs nothing but builtins.
declared:
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    head
    intersectAttrs
    isList
    listToAttrs
    mapAttrs
    match
    removeAttrs
    replaceStrings
    ;
  flags = import ./flags.nix;

  # Returns a function from options that are @declared to those of them that are set.
  fieldsOf =
    declared:
    let
      # For options that contain options themselves.
      below = mapAttrs (
        _: option:
        let
          options = option.type.getSubOptions [ ];
        in
        if options == { } then null else fieldsOf options
      ) declared;
      field =
        name: value:
        if below.${name} == null then
          value
        else if isList value then
          map below.${name} value
        else
          mapAttrs (_: below.${name}) value;
      hasDefault =
        options: name: declared.${name} ? default && options.${name} == declared.${name}.default;
    in
    options:
    let
      given = intersectAttrs declared options;
    in
    mapAttrs field (removeAttrs given (filter (hasDefault given) (attrNames given)));

  fields = fieldsOf declared;

  # An IPv6 address also works as the only one.
  ipv6Address =
    name: link:
    if link ? ${name} && !(link ? "${name}6") && match ".*:.*" link.${name} != null then
      removeAttrs link [ name ] // { "${name}6" = link.${name}; }
    else
      link;
  withIPv6 = link: ipv6Address "hostAddress" (ipv6Address "localAddress" link);

  bindMount =
    key: fields:
    let
      inherit (flags.mountPoint (fields.mountPoint or key)) path idmap;
    in
    {
      name = path;
      value = (if idmap == null then { } else { inherit idmap; }) // removeAttrs fields [ "mountPoint" ];
    };

  # Options whose form differs from the generator's.
  rewritten = {
    bindMounts = mounts: listToAttrs (map (key: bindMount key mounts.${key}) (attrNames mounts));
    extraFlags = concatMap flags.words;
    extraVeths = mapAttrs (_: withIPv6);
  };

  # The path of the system in the container, where the profiles of NAME are all the profiles there are.
  systemIn =
    name: path:
    let
      below = match "/nix/var/nix/profiles/per-container/${replaceStrings [ "." ] [ "\\." ] name}/(.+)" path;
    in
    if below == null then path else "/nix/var/nix/profiles/${head below}";
in
name: options:
withIPv6 (
  mapAttrs (option: value: (rewritten.${option} or (value: value)) value) (fields options)
)
// {
  system =
    if options.flake or null != null then
      "/nix/var/nix/profiles/system"
    else
      systemIn name "${options.path}";
}
// (if options.isolateStore or false then { inherit (options) closure; } else { })
