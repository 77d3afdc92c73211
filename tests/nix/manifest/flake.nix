# SPDX-License-Identifier: MIT
# The system is the profile that the flake is built into, as it is called in the container.
{
  wasabi = {
    path = "/nix/var/nix/profiles/per-container/wasabi";
    flake = "github:example/containers#wasabi";
  };
}
