# SPDX-License-Identifier: MIT
# From one generation of a host to the next.
let
  container = import ./container.nix;
  page = text: {
    environment.etc.page.text = text;
  };
  unprivileged = container: container // { privateUsers = "pick"; };
in
{
  first.containers = {
    wasabi = container "192.168.100.11" (page "first");
    shoyu = unprivileged (container "192.168.100.12" (page "first"));
    goma = container "192.168.100.13" (page "first");
  };

  # Two have another system, one is gone, one is new.
  second.containers = {
    wasabi = container "192.168.100.11" (page "second");
    shoyu = unprivileged (container "192.168.100.12" (page "second"));
    mirin = container "192.168.100.14" (page "second");
  };

  without = { };
}
