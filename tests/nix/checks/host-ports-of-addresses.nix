# One host port at two addresses of the host, and at one.
{
  a = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-a";
    privateNetwork = true;
    localAddress = "192.168.100.11";
    forwardPorts = [
      {
        hostPort = 80;
        hostIP = "192.0.2.1";
      }
    ];
  };
  b = {
    path = "/nix/store/00000000000000000000000000000000-nixos-system-b";
    privateNetwork = true;
    localAddress = "192.168.100.12";
    forwardPorts = [
      {
        hostPort = 80;
        hostIP = "192.0.2.2";
      }
      {
        hostPort = "79-80";
        hostIP = "192.0.2.1";
      }
    ];
  };
}
