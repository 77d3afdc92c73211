# SPDX-License-Identifier: MIT
# A machine to log in at.
{
  services.openssh.enable = true;
  users.users.alice = {
    isNormalUser = true;
    openssh.authorizedKeys.keys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA alice"
    ];
  };
}
