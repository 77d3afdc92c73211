# SPDX-License-Identifier: MIT
# A host with a container of each of @kinds: by its name, what is other about it than about those of container.nix.
kinds:
let
  container = import ./container.nix;
  withoutAddresses = {
    hostAddress = null;
    localAddress = null;
  };

  # With an address of its own, if it has a network of its own.
  make =
    index: kind:
    container "192.168.100.${toString (20 + index)}" {
      imports = [ (kind.config or { }) ];
      # For who waits for the network.
      systemd.targets.multi-user.wants = [ "network-online.target" ];
    }
    // (if kind.privateNetwork or true then { } else withoutAddresses)
    // removeAttrs kind [ "config" ];
in
{
  first =
    { lib, ... }:
    {
      containers = lib.listToAttrs (
        lib.imap0 (index: name: lib.nameValuePair name (make index kinds.${name})) (builtins.attrNames kinds)
      );
    };
}
