# SPDX-License-Identifier: MIT
# The generator, the command and the manual pages, for pkgs.callPackage.
{
  lib,
  stdenv,
  coreutils,
  cmocka,
  glibc,
  libcap,
  libyaml,
  nftables,
  nix,
  pkg-config,
  python3,
  scdoc,
  systemd,
  util-linux,
}:

stdenv.mkDerivation {
  pname = "nixos-container-generator";
  version = lib.fileContents ../generator/VERSION;

  # What it is built from, so that changes of anything else do not rebuild it.
  src = lib.cleanSourceWith {
    name = "nixos-container-generator";
    src = ./..;
    filter =
      path: type:
      let
        relative = lib.removePrefix "${toString ./..}/" (toString path);
      in
      lib.any (part: relative == part || lib.hasPrefix "${part}/" relative) [
        "Makefile"
        "generator"
        "templates"
        "tests/golden"
        "tests/unit"
      ]
      || relative == "tests";
  };

  nativeBuildInputs = [
    pkg-config
    scdoc
  ];
  buildInputs = [
    libcap
    libyaml
    systemd # libsystemd
    util-linux # libmount
    # container-init runs before any dynamically linked program can.
    glibc.static
  ];
  nativeCheckInputs = [ python3 ];
  checkInputs = [ cmocka ];

  postPatch = "patchShebangs tests";

  makeFlags = [
    "prefix=$(out)"
    "ECHO=${coreutils}/bin/echo"
    "FALSE=${coreutils}/bin/false"
    "JOURNALCTL=${systemd}/bin/journalctl"
    "MACHINECTL=${systemd}/bin/machinectl"
    "NFT=${nftables}/bin/nft"
    "NIX=${nix}/bin/nix"
    "NIX_ENV=${nix}/bin/nix-env"
    "SYSTEMD_NSPAWN=${systemd}/bin/systemd-nspawn"
    "SYSTEMD_RUN=${systemd}/bin/systemd-run"
    "SYSTEMD_SOCKET_PROXYD=${systemd}/lib/systemd/systemd-socket-proxyd"
    "SYSTEMD_TMPFILES=${systemd}/bin/systemd-tmpfiles"
  ];

  # The tests that need no host: the others boot one, see the README.
  doCheck = true;
  checkTarget = "check-unit check-golden";

  meta = {
    description = "NixOS containers as generated systemd units";
    longDescription = ''
      Turns a manifest, such as the NixOS option `containers` amounts to, into a systemd unit for each container at
      boot and at each `systemctl daemon-reload`.
    '';
    license = lib.licenses.mit;
    platforms = lib.platforms.linux;
    mainProgram = "nixos-container";
  };
}
