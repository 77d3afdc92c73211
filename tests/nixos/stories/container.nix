# SPDX-License-Identifier: MIT
# A container of the stories that is told apart by its address, with @config in it.
address: config: {
  autoStart = true;
  privateNetwork = true;
  hostAddress = "192.168.100.10";
  localAddress = address;
  config = {
    imports = [
      ../debian/module.nix
      config
    ];
    documentation.enable = false;
    system.stateVersion = "26.05";
  };
}
