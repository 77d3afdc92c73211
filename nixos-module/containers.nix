# SPDX-License-Identifier: MIT
# The options that only Nix knows: those that a container's NixOS is evaluated from, and those of the host. The others are in options.nix.
{
  config,
  options,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) literalExpression mkOption types;

  evaluate = import ./system.nix {
    inherit lib pkgs;
    packages =
      if config.boot.containerGenerator.sharePackages then
        import ./packages.nix {
          inherit
            config
            options
            lib
            pkgs
            ;
        }
      else
        null;
  };

  inherit (config.boot.containerGenerator) openFirewall unprivileged;

  containerModule =
    {
      config,
      options,
      name,
      ...
    }:
    {
      options = {
        config = mkOption {
          description = ''
            NixOS configuration of the container, as a module like {file}`configuration.nix`.

            The evaluated configuration is available under the same name in the host's:
            `config.containers.wasabi.config.networking.hostName`.
          '';
          example = literalExpression ''
            { pkgs, ... }:
            {
              services.nginx.enable = true;
              networking.firewall.allowedTCPPorts = [ 80 ];
              system.stateVersion = "${lib.trivial.release}";
            }
          '';
          type = lib.mkOptionType {
            name = "Toplevel NixOS config";
            description = "NixOS configuration";
            merge = _: definitions: evaluate name config (map (definition: definition.value) definitions);
          };
        };

        path = mkOption {
          type = types.path;
          example = literalExpression "config.containers.web1.path";
          description = ''
            Evaluated system to run, instead of {option}`config`: that of another container, so that many share one
            evaluation, or one built elsewhere. If {option}`config` is set, it is the system built from it.
          '';
        };

        flake = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "github:example/containers#wasabi";
          description = ''
            Flake to build the container's system from, instead of {option}`config` and {option}`path`.

            The part after `#` is the name of one of its `nixosConfigurations`; the default is `container`. The
            configuration must set `boot.isNspawnContainer = true`.

            The unit `container-flake@NAME.service` builds it on the host before the container first starts, which waits
            for that without a time limit; its journal shows the progress.
            {command}`systemctl start container-flake-update@NAME` rebuilds it from the current flake and activates it
            in a running container.
          '';
        };

        deploySeparately = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = ''
            Whether the container's system is deployed separately from the host's configuration, instead of {option}`config`,
            {option}`path` and {option}`flake`: with {command}`nixos-container update NAME --system-path PATH` on the host.

            Until the first deployment, the container is not started. What is deployed is kept by switches and reboots of
            the host; {command}`nixos-container rollback NAME` returns to an earlier system. The systems' configuration must
            set `boot.isNspawnContainer = true`. Cannot be combined with {option}`isolateStore`.
          '';
        };

        nixpkgs = mkOption {
          type = types.path;
          default = pkgs.path;
          defaultText = literalExpression "pkgs.path";
          example = literalExpression "inputs.nixpkgs-unstable";
          description = ''
            Nixpkgs to evaluate {option}`config` with, of NixOS 20.09 or newer.

            To change only the packages, set `nixpkgs.*` in {option}`config`, see
            {option}`boot.containerGenerator.sharePackages`. `nixpkgs.pkgs = pkgs` there uses the host's packages, including
            its overlays; `nixpkgs.config` then has no effect.

            In containers of NixOS releases before 24.11, whose systemd is too old for this module, nested containers are
            run by that NixOS's own module.
          '';
        };

        specialArgs = mkOption {
          type = types.attrsOf types.unspecified;
          default = { };
          example = literalExpression "{ inherit inputs; }";
          description = "Additional arguments for the modules in {option}`config`, which can also be used in their `imports`.";
        };

        # Removed long ago; setting it is an error, see below.
        pkgs = mkOption { visible = false; };

        unprivileged = mkOption {
          type = types.nullOr types.bool;
          default = null;
          example = true;
          description = ''
            Whether root in the container is an unprivileged user on the host: `true` is short for
            {option}`privateUsers` `"pick"`, and `false` for `"no"`. If this is `null` and {option}`privateUsers` is not
            set, {option}`boot.containerGenerator.unprivileged` decides.

            A container can be switched in both directions: it keeps its files and their owners. Ports below 1024 can be
            used, with {option}`privateNetwork` or without.
          '';
        };

        isolateStore = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = ''
            Whether to expose only the store paths that the container's system needs, and neither the host's Nix daemon
            nor its database.

            {option}`nix.enable` in the container then defaults to `false`, and a change of the system restarts the
            container. Cannot be combined with {option}`flake`.
          '';
        };

        closure = mkOption {
          type = types.str;
          internal = true;
          readOnly = true;
          default =
            if config.flake != null then
              throw "containers.${name}.isolateStore and containers.${name}.flake cannot both be given."
            else if config.deploySeparately then
              throw "containers.${name}.isolateStore and containers.${name}.deploySeparately cannot both be set."
            else
              "${pkgs.closureInfo { rootPaths = [ config.path ]; }}/store-paths";
          defaultText = literalExpression "closureInfo of path";
          example = "/nix/store/…-closure-info/store-paths";
          description = "File that lists the store paths exposed with {option}`isolateStore`.";
        };
      }
      // import ./options.nix { inherit lib openFirewall; };

      # Weaker than any definition, and stronger than the default.
      config.privateUsers = lib.mkIf (if config.unprivileged == null then unprivileged else config.unprivileged) (
        lib.mkOverride 1400 "pick"
      );

      config.path =
        let
          given =
            if options.pkgs.isDefined then
              throw ''
                containers.${name}.pkgs, which is set in ${lib.showFiles options.pkgs.files}, is no longer an option. Please remove it there. Instead:

                - containers.${name}.nixpkgs
                  is the Nixpkgs whose modules, packages and library the container is evaluated with.

                - containers.${name}.config.nixpkgs.pkgs
                  is the packages only.
              ''
            else if options.config.isDefined && config.flake != null then
              throw "containers.${name}.config and containers.${name}.flake cannot both be given."
            else if config.deploySeparately && options.config.isDefined then
              throw "containers.${name}.config and containers.${name}.deploySeparately cannot both be set."
            else if config.deploySeparately && config.flake != null then
              throw "containers.${name}.flake and containers.${name}.deploySeparately cannot both be set."
            else
              null;
        in
        builtins.seq given (
          lib.mkMerge [
            (lib.mkIf options.config.isDefined config.config.system.build.toplevel)
            (lib.mkIf (config.flake != null) "/nix/var/nix/profiles/per-container/${name}")
            (lib.mkIf config.deploySeparately "/nix/var/nix/profiles/per-container/${name}/system")
          ]
        );
    };
in
{
  options = {
    containers = mkOption {
      type = types.attrsOf (types.submodule containerModule);
      default = { };
      example = literalExpression ''
        {
          wasabi = {
            autoStart = true;
            ephemeral = true;
            privateNetwork = true;
            hostAddress = "192.168.100.10";
            localAddress = "192.168.100.11";
            config = {
              services.httpd.enable = true;
              networking.firewall.allowedTCPPorts = [ 80 ];
              system.stateVersion = "${lib.trivial.release}";
            };
          };
        }
      '';
      description = ''
        Lightweight machines with their own NixOS. Each is a unit `container@NAME.service`, which
        {command}`systemctl` can start, stop and show.

        The name is also the machine name and the host name: up to 64 letters, digits, `-` and `.`.
      '';
    };

    boot.enableContainers = mkOption {
      type = types.bool;
      default = config.containers != { };
      defaultText = literalExpression "config.containers != { }";
      example = true;
      description = ''
        Whether to enable support for {option}`containers`. Set it to run only containers created with
        {command}`nixos-container create`.
      '';
    };

    boot.isNspawnContainer = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = ''
        Whether this machine is run by {manpage}`systemd-nspawn(1)`. It is set in {option}`containers.<name>.config`;
        configurations for {option}`containers.<name>.path` and {option}`containers.<name>.flake` must set it
        themselves.
      '';
    };

    boot.isContainer = mkOption {
      type = types.bool;
      default = config.boot.isNspawnContainer;
      defaultText = literalExpression "config.boot.isNspawnContainer";
      example = true;
      description = "Whether this machine is a container of any kind, without its own kernel.";
    };

    boot.containerGenerator = {
      package = mkOption {
        type = types.package;
        default = pkgs.callPackage ./package.nix {
          nix = config.nix.package;
          systemd = config.systemd.package;
        };
        defaultText = lib.literalMD "this project's package, with the host's Nix and systemd";
        example = literalExpression "(import ./nixos-container-generator) { inherit pkgs; }";
        description = "Package with the generator and the {command}`nixos-container` command.";
      };

      openFirewall = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = ''
          Whether to open all ports in {option}`containers.<name>.forwardPorts` to other machines, regardless of the
          firewall, like NixOS's own containers.
        '';
      };

      checkManifest = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = ''
          Whether to check {option}`containers` when the host's system is built, before the systems of containers.
          Errors then fail the build; otherwise, they only prevent the invalid containers from starting. Warnings are
          not checked.

          The check alone is {option}`system.build.containersCheck`.
        '';
      };

      unprivileged = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = "Default of {option}`containers.<name>.unprivileged`.";
      };

      sharePackages = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = ''
          Whether containers share one instance of Nixpkgs, instead of each evaluating its own: the resulting systems are the
          same, and evaluating several containers takes about half the time and memory.

          This applies to containers that set nothing in `nixpkgs.*`, or only `nixpkgs.config.allowUnfree = true`. Others
          evaluate their own instance; to share one of those, evaluate it once and set it as `nixpkgs.pkgs` in each
          container. The host's overlays and `nixpkgs.config` never apply to containers.
        '';
      };

      manifest = mkOption {
        type = types.attrs;
        readOnly = true;
        example = literalExpression ''
          {
            version = 1;
            containers.wasabi = {
              system = "/nix/store/…-nixos-system-wasabi";
              autoStart = true;
            };
          }
        '';
        description = ''
          Manifest that {option}`containers` result in: the content of
          {file}`/etc/nixos-containers/containers.yaml`, from which the units are generated. See
          {manpage}`nixos-containers.yaml(5)`.
        '';
      };
    };
  };
}
