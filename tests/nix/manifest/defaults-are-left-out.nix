# SPDX-License-Identifier: MIT
# All options with their defaults.
{
  wasabi = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-wasabi";
    autoStart = false;
    ephemeral = false;
    privateNetwork = false;
    enableTun = false;
    restartIfChanged = true;
    hostBridge = null;
    hostAddress = null;
    hostAddress6 = null;
    localAddress = null;
    localAddress6 = null;
    localMacAddress = null;
    forwardPorts = [ ];
    interfaces = [ ];
    macvlans = [ ];
    extraVeths = { };
    networkNamespace = null;
    resolvConf = null;
    bindMounts."/a" = {
      mountPoint = "/a";
      hostPath = null;
      isReadOnly = true;
      hostPathType = "any";
      hostPathMissing = null;
      hostPathMode = "0755";
      hostPathUser = "root";
      hostPathGroup = "root";
    };
    privateUsers = "no";
    additionalCapabilities = [ ];
    dropCapabilities = [ ];
    devices = [ ];
    allowedDevices = [ ];
    tmpfs = [ ];
    extraFlags = [ ];
    timeoutStartSec = "1min";
    timeoutReloadSec = "10min";
    memoryMax = null;
    cpuQuota = null;
    tasksMax = null;
    noNewPrivileges = false;
    systemCallFilter = [ ];
    restrictAddressFamilies = [ ];
    onSecretChange = "ignore";
    credentials = { };
    isolateStore = false;
    closure = throw "not asked for";
    flake = null;
    nixpkgs = "/nixpkgs";
    specialArgs = { };
  };
}
