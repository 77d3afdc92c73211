# SPDX-License-Identifier: MIT
# A test of nixpkgs, nixos/tests/TEST.nix, as it is, evaluated by nixpkgs' own framework for tests, with machines that boot as our hosts do:
# one derivation with script, its test script, and for each machine nodes/NAME/first, its system, nodes/NAME/closure, what store paths it and
# the script are made of, and nodes/NAME/interfaces: a line with its name, its VLAN and its hardware address for each interface.
{ test }:
let
  pkgs = import <nixpkgs> { };
  inherit (pkgs) lib;
  inherit (import <nixpkgs/nixos/lib/qemu-common.nix> { inherit (pkgs) lib stdenv; }) qemuNicMac;

  machine = {
    imports = [
      ./host.nix
      ./module.nix
    ];
    # How the framework reaches into a virtual machine. What it sets beside that tests rely on follows.
    disabledModules = [ "testing/test-instrumentation.nix" ];

    # Containers of containers have the package as it is here, too.
    options.containers = lib.mkOption {
      type = lib.types.attrsOf (lib.types.submodule { config.config = ./module.nix; });
    };

    config = {
      networking = {
        usePredictableInterfaceNames = false;
        defaultGateway = lib.mkOverride 150 null;
        nameservers = lib.mkOverride 150 [ ];
      };
      services.logrotate.enable = lib.mkOverride 150 false;

      # Neither disks nor directories are shared with a virtual machine: there is none.
      virtualisation = {
        diskImage = null;
        qemu.guestAgent.enable = false;
        mountHostNixStore = false;
        sharedDirectories = lib.mkForce { };
      };
    };
  };

  inherit
    ((import <nixpkgs/nixos/lib/testing-python.nix> {
      system = "x86_64-linux";
      inherit pkgs;
    }).evalTest
      {
        imports = [
          (<nixpkgs/nixos/tests> + "/${test}.nix")
          <nixpkgs/nixos/tests/read-only-pkgs.nix>
        ];
        extraBaseNodeModules = machine;
      }
    )
    config
    ;

  script = pkgs.writeText "script" config.testScriptString;

  interfaces =
    node:
    pkgs.writeText "interfaces" (
      lib.concatMapStrings (
        interface:
        "${interface.name} ${toString interface.vlan} ${qemuNicMac interface.vlan node.virtualisation.test.nodeNumber}\n"
      ) (lib.attrValues node.virtualisation.allInterfaces)
    );

  link = name: node: ''
    mkdir -p $out/nodes/${name}
    ln -s ${node.system.build.toplevel} $out/nodes/${name}/first
    ln -s ${interfaces node} $out/nodes/${name}/interfaces
    ln -s ${
      pkgs.closureInfo {
        rootPaths =
          node.virtualisation.additionalPaths
          ++ [ script ]
          # For Nix in there.
          ++ lib.optionals (node.system.installer.channel.enable or false) (pkgs.debianSources or [ ]);
      }
    } $out/nodes/${name}/closure
  '';
in
pkgs.runCommand "upstream-${test}" { } ''
  mkdir -p $out/nodes
  ln -s ${script} $out/script
  ${lib.concatStrings (lib.mapAttrsToList link config.nodes)}
''
