# SPDX-License-Identifier: MIT
# In the container its own profiles are all that there are.
{
  "wasabi.green" = {
    path = "/nix/var/nix/profiles/per-container/wasabi.green/system";
  };
  other = {
    path = "/nix/var/nix/profiles/per-container/wasabi.green/system";
  };
}
