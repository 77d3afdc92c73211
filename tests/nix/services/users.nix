# SPDX-License-Identifier: MIT
# Users with passwords, who log in from elsewhere: this one's is "wasabi".
{
  services.openssh.enable = true;
  users.mutableUsers = false;
  users.users.alice = {
    isNormalUser = true;
    extraGroups = [ "wheel" ];
    hashedPassword = "$6$wasabi$OZ8uFWBGv2k0shLvx4J.undt8MqX2KW.Y8vcIYcT6WRBBpz/eH89ikD2igUluUmBLiwqqaeQVTOZDI7mHDdmy/";
  };
}
