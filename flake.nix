# SPDX-License-Identifier: MIT
# What default.nix has, for flakes: nothing is said here that is not there. Its nixpkgs is an input, which a flake that uses this one
# sets to its own.
{
  description = "NixOS containers as generated systemd units";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      # What default.nix gives with the nixpkgs of each system.
      projects = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (
        system: import ./. { pkgs = nixpkgs.legacyPackages.${system}; }
      );
      forAllSystems = function: builtins.mapAttrs function projects;
    in
    {
      # An import of its path, so that a host that has it twice has it once.
      nixosModules.default = {
        imports = [ (import ./.).nixosModule ];
      };

      packages = forAllSystems (_: project: { default = project.package; });

      # The package has its unit tests and those of what it generates; the tutorial's machine is booted, and its manifest checked alone.
      checks = forAllSystems (
        _: project: {
          inherit (project) package;
          inherit (project.tests) wasabi;
          manifest = project.tests.wasabi.nodes.machine.system.build.containersCheck;
        }
      );

      devShells = forAllSystems (_: project: { default = project.shell; });

      # The demonstration of the README. As it builds in the tree, that is a copy of this one.
      apps = forAllSystems (
        system: _: {
          demo = {
            type = "app";
            meta.description = "boots a throw-away host with a container";
            program = toString (
              nixpkgs.legacyPackages.${system}.writeShellScript "nixos-containers-demo" ''
                set -eu
                tree=$(mktemp -d)
                trap 'rm -rf "$tree"' EXIT
                cp -rT ${self} "$tree"
                chmod -R u+w "$tree"
                cd "$tree"
                NIX_PATH=nixpkgs=${nixpkgs} nix-shell --run "make demo"
              ''
            );
          };
        }
      );
    };
}
