# SPDX-License-Identifier: MIT
# The package sets that containers share: what is instantiated once need not be for each container. Returns a function from the path of a
# Nixpkgs and a container's nixpkgs.config to the set, or null if the container gets one of its own.
#
# @config and @options are the host's. Containers have none of its overlays and nothing of its nixpkgs.config.
{
  config,
  options,
  lib,
  pkgs,
}:
let
  platform = pkgs.stdenv.hostPlatform;

  # Whether the host's packages are those that a container would instantiate.
  isPlain =
    let
      inherit (config.nixpkgs) buildPlatform hostPlatform;
    in
    options.nixpkgs.hostPlatform.isDefined or false
    && !options.nixpkgs.pkgs.isDefined
    && config.nixpkgs.config == { }
    && config.nixpkgs.overlays == [ ]
    && buildPlatform == hostPlatform
    && lib.systems.equals hostPlatform platform;

  # What NixOS does with each container's kernel, to which it adds nothing if the container sets no option of it. A container only has it to read
  # its configuration.
  withKernel =
    pkgs:
    let
      kernelPackages = pkgs.linuxPackages;
      unchanged = {
        features = { };
        kernelPatches = [ ];
        randstructSeed = "";
      };
      overridden = kernelPackages.extend (
        _: super: {
          kernel = super.kernel.override (arguments: {
            inherit (unchanged) randstructSeed;
            kernelPatches = arguments.kernelPatches or [ ];
            features = super.kernel.features;
          });
        }
      );
      # The arguments that an overlay overrides a kernel with.
      argumentsOf =
        overlay:
        (overlay { } {
          kernel = {
            features = { };
            override = arguments: if lib.isFunction arguments then arguments { } else arguments;
          };
        }).kernel;
    in
    {
      inherit pkgs;
      kernelPackages = kernelPackages // {
        extend =
          overlay:
          if argumentsOf overlay == unchanged then overridden else kernelPackages.extend overlay;
      };
    };

  setsOf =
    path: own:
    let
      instantiate =
        config:
        import path {
          inherit config;
          localSystem = platform;
          overlays = [ ];
        };
    in
    {
      plain = withKernel (if own then config._module.args.pkgs else instantiate { });
      unfree = withKernel (instantiate {
        allowUnfree = true;
      });
    };

  hostSets = setsOf pkgs.path isPlain;

  # By path, in which a name cannot have a context.
  keyOf = path: builtins.unsafeDiscardStringContext (toString path);
  otherSets = lib.listToAttrs (
    lib.mapAttrsToList (
      _: { nixpkgs, ... }: lib.nameValuePair (keyOf nixpkgs) (setsOf nixpkgs false)
    ) config.containers
  );
in
path: nixpkgsConfig:
let
  set = if keyOf path == keyOf pkgs.path then hostSets else otherSets.${keyOf path};
in
if nixpkgsConfig == { } then
  set.plain
else if nixpkgsConfig == { allowUnfree = true; } then
  set.unfree
else
  null
