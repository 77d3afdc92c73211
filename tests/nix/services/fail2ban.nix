# SPDX-License-Identifier: MIT
# A machine that keeps guessers out.
{
  services.fail2ban.enable = true;
  services.openssh.enable = true;
}
