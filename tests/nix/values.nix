# SPDX-License-Identifier: MIT
# Values of options, good and bad ones: whatever the generator accepts, the option's type has to accept, too.
let
  addresses4 = [
    "10.0.0.1"
    "255.255.255.255"
    "192.168.100"
    "192.168.100.256"
    "10.0.0.01"
    "example.org"
    ""
  ];
  addresses6 = [
    "::"
    "::1"
    "1::"
    "1:2:3:4:5:6::8"
    "FC00::AbCd"
    "::ffff:10.0.0.1"
    "1:2:3:4:5:6:10.0.0.1"
    "0001:0002::10.0.0.1"
    "fc00:::2"
    "1:2:3:4:5:6:7::8:9"
    "1::2::3"
    "::ffff:10.0.0.256"
    "12345::"
    "10.0.0.1::"
    ":1:2:3:4:5:6:7"
    "fe80::1%eth0"
  ];
  withPrefixes =
    addresses:
    addresses ++ builtins.concatMap (address: map (prefix: address + prefix) prefixes) addresses;
  prefixes = [
    "/0"
    "/24"
    "/33"
    "/128"
    "/129"
    "/024"
    "/"
    "/255.255.255.0"
  ];
  paths = [
    "/"
    "/a"
    "/a b/\"c\"\\"
    "//a/./b/"
    "/a:b"
    "/a/../b"
    "relative"
    ""
    "/a\n"
  ];
  times = [
    "90"
    90
    "1min 30s"
    "infinity"
    "1.5 h2ms"
    "5µs"
    "0"
    0
    "584542y"
    " 5"
    ""
    "1 fortnight"
    "min"
    (-1)
    "-1"
    "5."
    "584543y"
    "1234567890123456s"
    "1min,30s"
  ];
  units = [
    "web"
    "web.example-1"
    "network-online.target"
    "container@a1.service"
    "dev-disk-by\\x2dlabel-a.device"
    "getty@tty1.service"
    ""
    "a b"
    "container@.service"
    "@x.service"
    "x.service\n"
    "a%i.service"
    "x.unit@"
    "ä"
  ];
  users = [
    "root"
    "_a.b-c"
    "0"
    0
    1000
    "4294967294"
    "65535"
    "6-6"
    "-1"
    (-1)
    ""
    "a b"
    "0123456789012345678901234567890a"
  ];
  interfaces = [
    "eth0"
    "br.lan+1"
    "a@b"
    "fifteencharacte"
    "sixteencharacter"
    "a b"
    "a/b"
    "0123"
    "."
    "-a"
    ""
  ];
  pairs = interfaces ++ [
    "eth0:lan"
    "a:b:c"
    "a:"
    ":a"
  ];
  capabilities = [
    "CAP_NET_ADMIN"
    "cap_net_admin"
    "Cap_Sys_Chroot"
    "all"
    "ALL"
    "NET_ADMIN"
    "CAP_SYS_CHROOTS"
    "CAP_NET ADMIN"
    ""
  ];
  flags = [
    true
    false
    "true"
    1
  ];
in
{
  timeoutStartSec = times;
  timeoutReloadSec = times;
  after = units;
  requires = units;
  wants = units;
  bindMounts = {
    hostPath = paths;
    isReadOnly = flags;
    hostPathType = [
      "directory"
      "file"
      "socket"
      "device"
      "any"
      "dir"
    ];
    hostPathMissing = [
      "create"
      "fail"
      "wait"
      "ignore"
    ];
    hostPathMode = [
      "755"
      755
      "0755"
      "4755"
      "04755"
      "75"
      "u=rwx"
      "0758"
      ""
    ];
    hostPathUser = users;
    hostPathGroup = users;
    idmap = [
      "idmap"
      "rootidmap"
      "owneridmap"
      "noidmap"
      "map"
    ];
  };
  tmpfs = [
    "/var"
    "/var:size=1G,mode=0700"
    "/a\\:b:size=1G"
    "var"
    "/"
    "/:size=1G"
    ""
  ];
  interfaces = pairs;
  macvlans = pairs;
  networkNamespace = paths;
  resolvConf = [
    "auto"
    "off"
    "delete"
    "copy-host"
    "replace-static"
    "bind-uplink"
    "copy-stub"
    "copy"
    "host"
    "bind-off"
  ];
  privateUsers = [
    "no"
    "identity"
    "pick"
    0
    65536
    4294901760
    65535
    4294967295
    "yes"
    (-1)
  ];
  additionalCapabilities = capabilities;
  dropCapabilities = capabilities;
  systemCallFilter = [
    "@keyring"
    "~@raw-io"
    "bpf"
    "~open_by_handle_at"
    "@keyring bpf"
    "~"
    "BPF"
  ];
  restrictAddressFamilies = [
    "AF_INET"
    "~AF_PACKET"
    "AF_"
    "af_inet"
    "AF_INET AF_INET6"
    "inet"
  ];
  credentials.path = paths;
  onSecretChange = [
    "ignore"
    "reload"
    "restart"
    "stop"
    ""
  ];
  memoryMax = [
    "1G"
    "1.5G"
    "50%"
    "infinity"
    1048576
    "1048576"
    "8388607T"
    "8388608T"
    "2GB"
    "101%"
    0
    "all"
  ];
  cpuQuota = [
    "50%"
    "100000%"
    "12.34%"
    "0%"
    "12.345%"
    "50"
    50
  ];
  tasksMax = [
    4096
    "4096"
    "100%"
    "infinity"
    "101%"
    0
    "many"
  ];
  devices = [
    "/dev/dri/renderD128"
    "//dev/./fuse"
    "/dev/serial/by-id/usb-1"
    "/srv/device"
    "/dev"
    "fuse"
  ];
  allowedDevices = {
    node = [
      "/dev/null"
      "//dev/dri/./card0"
      "/run/systemd/inaccessible/chr"
      "char-pts"
      "block-*"
      "/tmp/tty"
      "block-a b"
      "null"
    ];
    modifier = [
      "r"
      "rwm"
      "mw"
      "rwx"
      "rwmr"
      ""
    ];
  };
  extraFlags = [
    "--quiet"
    "--setenv=A=b c"
    "a\nb"
    ""
  ];
  hostBridge = interfaces;
  hostAddress = addresses4 ++ addresses6 ++ [ "10.0.0.1/24" ];
  hostAddress6 = addresses6 ++ addresses4 ++ [ "fc00::1/64" ];
  localAddress = withPrefixes (addresses4 ++ addresses6);
  localAddress6 = withPrefixes (addresses6 ++ addresses4);
  localMacAddress = [
    "02:00:00:00:00:01"
    "aa:bb:cc:dd:ee:ff"
    "0A:BB:CC:DD:EE:FF"
    "01:00:00:00:00:01"
    "00:00:00:00:00:00"
    "02:00"
    "02-00-00-00-00-01"
  ];
  forwardPorts = {
    protocol = [
      "tcp"
      "udp"
      "sctp"
      "TCP"
    ];
    hostPort = [
      1
      65535
      "8000-8010"
      "1-1000"
      "80-80"
      0
      65536
      "1-1001"
      "10-9"
      "85"
      "a-b"
    ];
    containerPort = [
      1
      65535
      0
      65536
      "80"
    ];
    hostIP = addresses4 ++ addresses6 ++ [ "192.0.2.1/24" ];
    openFirewall = flags;
  };
}
