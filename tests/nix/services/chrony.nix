# SPDX-License-Identifier: MIT
# A clock.
{
  services.chrony.enable = true;
}
