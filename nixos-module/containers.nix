# SPDX-License-Identifier: MIT
# The options that Nix alone knows: of a container, what its NixOS is evaluated from, and of the host. The others are in options.nix.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) literalExpression mkOption types;

  evaluate = import ./system.nix { inherit lib pkgs; };

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
            The NixOS configuration of the container, as a module like {file}`configuration.nix`. What came
            of it can be read from the host's configuration at the same place:
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
            The evaluated system that the container runs, in place of {option}`config`: that of another
            container, so that many share one evaluation, or one from elsewhere. If {option}`config` is given,
            it is set to the system that came of it.
          '';
        };

        flake = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "github:example/containers#wasabi";
          description = ''
            A flake that the container's system is taken from, in place of {option}`config` and {option}`path`.
            The name behind `#` is that of one of its `nixosConfigurations`; without it, that is `container`.
            The configuration has to set `boot.isNspawnContainer = true`.

            The host builds it before the container starts for the first time, in the unit
            `container-flake@NAME.service`, whose journal shows how far it has got. Starting the container waits
            for that, however long it takes. {command}`systemctl start container-flake-update@NAME` builds it
            anew, from what the flake is by then, and has a container that runs switch to it.
          '';
        };

        nixpkgs = mkOption {
          type = types.path;
          default = pkgs.path;
          defaultText = literalExpression "pkgs.path";
          example = literalExpression "inputs.nixpkgs-unstable";
          description = ''
            The Nixpkgs whose modules and packages {option}`config` is evaluated with, of NixOS 20.09 or newer. Containers in a container
            of one before 24.11, whose systemd is too old for this module, are run as that NixOS runs them.

            To change the packages only, set `nixpkgs.*` in {option}`config`. `nixpkgs.pkgs = pkgs` there takes
            the host's packages, which makes evaluation quicker; `nixpkgs.config` and `nixpkgs.overlays` then
            have no effect there.
          '';
        };

        specialArgs = mkOption {
          type = types.attrsOf types.unspecified;
          default = { };
          example = literalExpression "{ inherit inputs; }";
          description = "More arguments for the modules in {option}`config`, which can be used in their `imports` too.";
        };

        # It was removed long ago; says so where it is set. See below.
        pkgs = mkOption { visible = false; };

        unprivileged = mkOption {
          type = types.nullOr types.bool;
          default = null;
          example = true;
          description = ''
            Whether root in the container is nobody on the host: `true` is short for {option}`privateUsers` `"pick"`,
            and `false` for `"no"`. If it is `null` and {option}`privateUsers` is not set,
            {option}`boot.containerGenerator.unprivileged` decides.

            A container can change from one to the other and back: it keeps all its files, and they their owners.
            Ports below 1024 can be used, with {option}`privateNetwork` or without.
          '';
        };

        isolateStore = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = ''
            Whether the container sees only those paths of the store that its system needs, and neither the host's
            Nix daemon nor its database: {option}`nix.enable` is false in it, unless it is set. A change of the system
            then restarts the container. It cannot be given together with {option}`flake`.
          '';
        };

        closure = mkOption {
          type = types.str;
          internal = true;
          readOnly = true;
          default =
            if config.flake != null then
              throw "containers.${name}.isolateStore and containers.${name}.flake cannot both be given."
            else
              "${pkgs.closureInfo { rootPaths = [ config.path ]; }}/store-paths";
          defaultText = literalExpression "closureInfo of path";
          example = "/nix/store/…-closure-info/store-paths";
          description = "The file that lists what {option}`isolateStore` leaves of the store.";
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
            else
              null;
        in
        builtins.seq given (
          lib.mkMerge [
            (lib.mkIf options.config.isDefined config.config.system.build.toplevel)
            (lib.mkIf (config.flake != null) "/nix/var/nix/profiles/per-container/${name}")
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
        Lightweight machines with a NixOS of their own. Each is a unit `container@NAME.service`, which
        {command}`systemctl` can start, stop and show.

        The name is that of the machine and its host name: up to 64 letters, digits, `-` and `.`.
      '';
    };

    boot.enableContainers = mkOption {
      type = types.bool;
      default = config.containers != { };
      defaultText = literalExpression "config.containers != { }";
      example = true;
      description = "Whether the host is made ready to run {option}`containers`.";
    };

    boot.isNspawnContainer = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = ''
        Whether this machine is run by {manpage}`systemd-nspawn(1)`. In {option}`containers.<name>.config` it is
        set; the configurations behind {option}`containers.<name>.path` and {option}`containers.<name>.flake` have
        to set it themselves.
      '';
    };

    boot.isContainer = mkOption {
      type = types.bool;
      default = config.boot.isNspawnContainer;
      defaultText = literalExpression "config.boot.isNspawnContainer";
      example = true;
      description = "Whether this machine is a container of any kind, with no kernel of its own.";
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
        description = "The package with the generator and the {command}`nixos-container` command.";
      };

      openFirewall = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = ''
          Whether other machines can use the ports in {option}`containers.<name>.forwardPorts` whatever the
          firewall says, as with NixOS's own containers.
        '';
      };

      checkManifest = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = ''
          Whether the generator checks {option}`containers` when the host's system is built, before any system of a container is. Mistakes that
          it finds are errors of that build; otherwise they only keep the containers from starting that have them. Warnings are none.

          The check alone is {option}`system.build.containersCheck`.
        '';
      };

      unprivileged = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = ''
          Whether containers that do not say so themselves are {option}`containers.<name>.unprivileged`.
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
          What {option}`containers` amount to: the content of {file}`/etc/nixos-containers/containers.yaml`, from
          which the units are generated. See {manpage}`nixos-containers.yaml(5)`.
        '';
      };
    };
  };
}
