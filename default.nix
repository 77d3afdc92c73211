# nix-build gives the package; nix-shell gives what building and testing need.
{
  pkgs ? import <nixpkgs> { },
}:

let
  inherit (pkgs) lib;
in
pkgs.stdenv.mkDerivation {
  pname = "nixos-container-generator";
  version = "0.1.0";

  src = lib.cleanSourceWith {
    src = ./.;
    filter = path: type: lib.cleanSourceFilter path type && baseNameOf path != "build";
  };

  nativeBuildInputs = [
    pkgs.pkg-config
    pkgs.scdoc
  ]
  # What make check, make demo and make lint need beside.
  ++ lib.optionals lib.inNixShell [
    pkgs.clang-tools
    pkgs.debootstrap
    pkgs.nftables
    pkgs.qemu
    pkgs.shellcheck
  ];
  buildInputs = [
    pkgs.libcap
    pkgs.libyaml
    pkgs.util-linux # libmount
    # container-init runs before anything dynamic can.
    pkgs.glibc.static
  ];
  checkInputs = [ pkgs.cmocka ];

  postPatch = "patchShebangs tests";

  makeFlags = [
    "prefix=$(out)"
    "BUSCTL=${pkgs.systemd}/bin/busctl"
    "ECHO=${pkgs.coreutils}/bin/echo"
    "FALSE=${pkgs.coreutils}/bin/false"
    "IP=${pkgs.iproute2}/bin/ip"
    "NFT=${pkgs.nftables}/bin/nft"
    "SYSTEMD_NSPAWN=${pkgs.systemd}/bin/systemd-nspawn"
    "SYSTEMD_RUN=${pkgs.systemd}/bin/systemd-run"
    "SYSTEMD_TMPFILES=${pkgs.systemd}/bin/systemd-tmpfiles"
    "UDEVADM=${pkgs.systemd}/bin/udevadm"
  ];

  # The tests that need no host: the others boot one, see the README.
  doCheck = true;
  checkTarget = "check-unit check-golden";

  meta = {
    description = "systemd generator for declarative NixOS containers";
    platforms = lib.platforms.linux;
    mainProgram = "nixos-container-generator";
  };
}
