# SPDX-License-Identifier: MIT
# Stands for Nixpkgs' lib where there is none, as far as nixos-module/options.nix needs it: options are what is said of them, and types have
# what they accept and the options below them.
let
  inherit (builtins)
    any
    elem
    isInt
    isString
    match
    ;
  type = check: {
    inherit check;
    getSubOptions = _: { };
  };
  between = least: most: type (value: isInt value && value >= least && value <= most);
  # Of a type that has others inside.
  around = inner: check: inner // { inherit check; };
in
{
  inherit (builtins) concatMap;
  mkOption = option: option;
  literalExpression = text: text;
  mkIf = _: content: content;
  mkOverride = _: content: content;

  types = rec {
    bool = type builtins.isBool;
    str = type isString;
    path = type (value: match "/.*" "${toString value}" != null);
    port = between 0 65535;
    ints.u32 = between 0 4294967295;
    ints.unsigned = between 0 9223372036854775807;
    enum = values: type (value: elem value values);
    strMatching = pattern: type (value: isString value && match pattern value != null);
    either = a: b: type (value: a.check value || b.check value);
    nullOr = inner: around inner (value: value == null || inner.check value);
    listOf = inner: around inner (builtins.all inner.check);
    attrsOf = inner: around inner (values: builtins.all inner.check (builtins.attrValues values));
    submodule = module: {
      check = _: true;
      getSubOptions = _: (if builtins.isFunction module then module { name = "<name>"; } else module).options;
    };
  };
}
