# SPDX-License-Identifier: MIT
# The options of a container that its entry in the manifest has under the same names: as the generator's, see nixos-containers.yaml(5), and what
# they mean to people. Those that Nix alone knows are in containers.nix.
{ lib, openFirewall }:
let
  inherit (lib) literalExpression mkOption;
  types = lib.types // import ./types.nix { inherit lib; };

  forwardOptions = {
    protocol = mkOption {
      type = types.protocol;
      default = "tcp";
      example = "udp";
      description = "`tcp` or `udp`.";
    };
    hostPort = mkOption {
      type = types.portRange;
      example = "8000-8010";
      description = "The port on the host, or a range of up to 1000.";
    };
    containerPort = mkOption {
      type = types.nullOr types.port;
      default = null;
      example = 80;
      description = ''
        The port in the container; of a range, the first one. If it is `null`, it is the same as
        {option}`hostPort`.
      '';
    };
    hostIP = mkOption {
      type = types.nullOr types.ipAddress;
      default = null;
      example = "127.0.0.1";
      description = ''
        The address of the host that the port is forwarded at. If it is `null`, that is every address it has,
        over IPv4 and IPv6; `0.0.0.0` and `::` are every one of one kind.
      '';
    };
    openFirewall = mkOption {
      type = types.bool;
      default = false;
      defaultText = literalExpression "config.boot.containerGenerator.openFirewall";
      example = true;
      description = ''
        Whether other machines can use the port. Otherwise the host and its containers alone can. Ports in
        {option}`networking.firewall.allowedTCPPorts` and {option}`networking.firewall.allowedUDPPorts`, or in
        {option}`networking.firewall.allowedTCPPortRanges` and {option}`networking.firewall.allowedUDPPortRanges`, are
        open in any case, a range if all of its ports are there. So are all of a host without
        {option}`networking.firewall.enable`.
      '';
    };
  };

  # The options of a link stand in a container for the main one and in extraVeths for the others.
  linkOptions = {
    hostBridge = mkOption {
      type = types.nullOr types.interfaceName;
      default = null;
      example = "br0";
      description = ''
        An existing bridge of the host that the host's end of the link becomes a port of. The container
        waits for it. The host's end then gets no address of its own.
      '';
    };

    hostAddress = mkOption {
      type = types.nullOr types.ipAddress;
      default = null;
      example = "192.168.100.10";
      description = ''
        The IPv4 address of the host's end of the link, without a prefix length. The container reaches the
        host at this address; if this is its main link, it is the default gateway, too. Several
        containers may have the same one.
      '';
    };

    hostAddress6 = mkOption {
      type = types.nullOr types.ipv6Address;
      default = null;
      example = "fc00::1";
      description = "As {option}`hostAddress`, for IPv6.";
    };

    localAddress = mkOption {
      type = types.nullOr types.ipAddressWithPrefix;
      default = null;
      example = "192.168.100.11";
      description = ''
        The IPv4 address of the container's end of the link. On a bridge it should have the prefix length of
        the bridge's network, such as `192.168.1.5/24`. Without one it is a single address, to which the
        host gets a route.

        It is complete before the first process in the container runs, and other containers with the
        same {option}`path` can have others.
      '';
    };

    localAddress6 = mkOption {
      type = types.nullOr types.ipv6AddressWithPrefix;
      default = null;
      example = "fc00::2";
      description = "As {option}`localAddress`, for IPv6.";
    };

    localMacAddress = mkOption {
      type = types.nullOr (types.strMatching "([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}");
      default = null;
      example = "02:00:00:00:00:01";
      description = ''
        The MAC address of the container's end of the link. If it is `null`, it is derived from the machine
        ID of the host and the container's name, so that it stays the same from start to start.
      '';
    };

    forwardPorts = mkOption {
      type = types.listOf (
        types.submodule {
          options = forwardOptions;
          # Weaker than any definition, and stronger than the default.
          config.openFirewall = lib.mkIf openFirewall (lib.mkOverride 1400 true);
        }
      );
      default = [ ];
      example = [
        {
          protocol = "tcp";
          hostPort = 8080;
          containerPort = 80;
        }
      ];
      description = ''
        Ports of the host that lead to the container, over IPv4 to {option}`localAddress` and over IPv6 to
        {option}`localAddress6`. They can be reached from the host itself, from its containers and, with
        {option}`openFirewall`, from other machines; TCP at `localhost`, too.

        The container sees who connects, except for connections to `localhost` and its own: there it sees
        the host.

        Two containers may forward one port, to run in turn. The second to start fails, and says why.
      '';
    };
  };

  bindMountModule =
    { name, ... }:
    {
      options = {
        mountPoint = mkOption {
          type = types.absolutePath;
          default = name;
          defaultText = literalExpression "name";
          example = "/var/log/nginx";
          description = "Where in the container it is seen.";
        };
        hostPath = mkOption {
          type = types.nullOr types.absolutePath;
          default = null;
          example = "/srv/wasabi-logs";
          description = ''
            The file or directory on the host. If it is `null`, it is called as in the container. If nothing
            is there when the container starts, a directory is made. What is there is never altered.
          '';
        };
        isReadOnly = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether the container may only read it.";
        };
        hostPathMode = mkOption {
          type = types.mode;
          default = "0755";
          example = "0750";
          description = "The access mode of {option}`hostPath`, if it is made.";
        };
        hostPathUser = mkOption {
          type = types.user;
          default = "root";
          example = "nginx";
          description = "The user of the host, by name or number, who owns {option}`hostPath`, if it is made.";
        };
        hostPathGroup = mkOption {
          type = types.user;
          default = "root";
          example = "nginx";
          description = "The group of the host, by name or number, that owns {option}`hostPath`, if it is made.";
        };
        idmap = mkOption {
          type = types.nullOr (
            types.enum [
              "idmap"
              "rootidmap"
              "owneridmap"
              "noidmap"
            ]
          );
          default = null;
          example = "rootidmap";
          description = ''
            Whom its files belong to in the container:

            - `"idmap"`: the users with the same numbers as on the host. This is what `null` is with
              {option}`privateUsers`; without, it is so in any case.
            - `"rootidmap"`: the container's root, if they belong to the owner of {option}`hostPath`, and nobody
              otherwise. What root writes there belongs to that owner on the host.
            - `"owneridmap"`: in the same way the owner of {option}`mountPoint`, where the container has that in its
              own root directory.
            - `"noidmap"`: the users who have their numbers; with {option}`privateUsers` that is nobody, mostly. It
              is for file systems that cannot do the others, such as NFS and overlayfs.

            The same number is meant for groups. See `--bind=` in {manpage}`systemd-nspawn(1)`.
          '';
        };
      };
    };

  deviceOptions = {
    node = mkOption {
      type = types.deviceNode;
      example = "/dev/dri/renderD128";
      description = ''
        The path of the device below {file}`/dev`, or `char-` or `block-` and the name of a group of devices
        in {file}`/proc/devices`.
      '';
    };
    modifier = mkOption {
      type = types.deviceModifier;
      example = "rw";
      description = ''
        What is allowed: one or more of `r` (read), `w` (write) and `m` (make device nodes). See
        `DeviceAllow=` in {manpage}`systemd.resource-control(5)`.
      '';
    };
  };
in
{
  autoStart = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = "Whether the container starts when the host boots, by way of `machines.target`.";
  };

  restartIfChanged = mkOption {
    type = types.bool;
    default = true;
    example = false;
    description = "Whether switching to a configuration in which the container has changed may restart it.";
  };

  timeoutStartSec = mkOption {
    type = types.timeSpan;
    default = "1min";
    example = "5min";
    description = ''
      How long a start may take until the container has booted: a time span as in
      {manpage}`systemd.time(7)`, or `infinity`.
    '';
  };

  timeoutReloadSec = mkOption {
    type = types.timeSpan;
    default = "10min";
    example = "1h";
    description = ''
      How long the activation of another system in the running container may take, and that of the one it had if it fails: a time
      span as `timeoutStartSec`. A switch of the host then goes on without it.
    '';
  };

  after = mkOption {
    type = types.listOf types.unit;
    default = [ ];
    example = [
      "database"
      "network-online.target"
    ];
    description = ''
      What this container starts after, if that starts too, and ends before: containers by their names, or any
      units. Containers that would wait for each other are an error.
    '';
  };

  requires = mkOption {
    type = types.listOf types.unit;
    default = [ ];
    example = [ "database" ];
    description = ''
      What starts with this container and without which it does not run, as in {manpage}`systemd.unit(5)`:
      containers by their names, or any units. When they are stopped or restarted, so is this container. They
      start at the same time unless they are in {option}`after` as well.
    '';
  };

  wants = mkOption {
    type = types.listOf types.unit;
    default = [ ];
    example = [ "network-online.target" ];
    description = ''
      What starts with this container, which goes on without it if that fails: containers by their names, or
      any units. They start at the same time unless they are in {option}`after` as well.
    '';
  };

  ephemeral = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = ''
      Whether the container has an empty root file system at each start, of which nothing is left at its end. It is
      in memory, can use at most half of that, and counts for {option}`memoryMax`.
      It is {file}`/run/nixos-containers/NAME` on the host; that of a container that is not ephemeral is
      {file}`/var/lib/nixos-containers/NAME`. What is to last goes into {option}`bindMounts`.

      As the machine ID is another one at each start, a DHCP client in the container should identify
      itself by its MAC address. The journal of the container is not among those of the host.
    '';
  };

  bindMounts = mkOption {
    type = types.attrsOf (types.submodule bindMountModule);
    default = { };
    example = literalExpression ''
      {
        "/var/log/nginx" = {
          hostPath = "/srv/wasabi-logs";
          isReadOnly = false;
        };
      }
    '';
    description = ''
      Files and directories of the host that are seen in the container, by their places there. The
      container waits for the file systems they are on. In a container with {option}`privateUsers` their
      owners inside are the same as on the host.
    '';
  };

  tmpfs = mkOption {
    type = types.listOf types.tmpfs;
    default = [ ];
    example = [
      "/var"
      "/scratch:mode=0700,size=1G"
    ];
    description = ''
      Where in the container an empty file system in memory is mounted, optionally with mount options behind
      a colon. See `--tmpfs=` in {manpage}`systemd-nspawn(1)`.
    '';
  };

  privateNetwork = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = ''
      Whether the container has a network of its own. If any of {option}`hostBridge`,
      {option}`hostAddress`, {option}`localAddress` and the like is given, there is a link between the two:
      `eth0` in the container, `ve-NAME` on the host (`vb-NAME` on a bridge). Otherwise the container
      has the network of the host, its interfaces and ports.

      The link is complete, at both ends, before the first process in the container runs.
    '';
  };

  interfaces = mkOption {
    type = types.listOf types.interface;
    default = [ ];
    example = [
      "enp3s0"
      "enp4s0:lan"
    ];
    description = ''
      Network interfaces of the host that are moved into the container while it runs. With a colon and a
      second name they are called that inside. The container waits for them.
    '';
  };

  macvlans = mkOption {
    type = types.listOf types.interface;
    default = [ ];
    example = [ "enp3s0" ];
    description = ''
      Network interfaces of the host beside which the container gets a virtual one, with a MAC address of its
      own on the same network. Inside it is called `mv-` and the name on the host.
    '';
  };

  internetAccess = mkOption {
    type = types.nullOr types.bool;
    default = null;
    example = true;
    description = ''
      Whether the container can reach other machines, over its link with {option}`hostAddress` or
      {option}`hostAddress6`: they see the host, as its NAT, but for IPv6 addresses that are global. The host is
      made to forward packets for that. In no case can it reach other containers, except by
      {option}`forwardPorts`, or be reached from elsewhere.

      If it is `false`, it can reach the host alone. `null` is the same, unless
      {option}`networking.nat.internalInterfaces` or {option}`networking.nat.internalIPs` speak of containers:
      then the host's own settings decide.
    '';
  };

  extraVeths = mkOption {
    type = types.attrsOf (types.submodule { options = linkOptions; });
    default = { };
    example = literalExpression ''
      {
        db0 = {
          hostAddress = "10.1.0.1";
          localAddress = "10.1.0.2";
        };
      }
    '';
    description = ''
      More links between the host and the container, by the name that both ends have. It can have 15
      characters, and no other interface of the host can have it. They do not need
      {option}`privateNetwork`. {option}`hostAddress` is no default gateway here.
    '';
  };

  networkNamespace = mkOption {
    type = types.nullOr types.path;
    default = null;
    # A path of the host, which does not belong into the store even if it is written without quotes.
    apply = path: if path == null then null else toString path;
    example = "/run/netns/vpn";
    description = ''
      An existing network namespace that the container is put into. What makes it has to come first:
      `systemd.services."container@NAME".after` and `requires` can say so. It cannot be given
      together with {option}`privateNetwork`, {option}`interfaces`, {option}`macvlans` or
      {option}`extraVeths`.
    '';
  };

  resolvConf = mkOption {
    type = types.nullOr types.resolvConf;
    default = null;
    example = "copy-host";
    description = ''
      Where the container's {file}`/etc/resolv.conf` is from. If it is `null`, the container has the name servers
      of the host, also when they change later: those in the host's {file}`/etc/resolv.conf`, or with a
      network of its own, where it cannot reach 127.0.0.53, those that {command}`systemd-resolved` asks.
      {option}`networking.nameservers` in {option}`config` takes their place;
      {option}`networking.useHostResolvConf` there keeps them beside it, or has neither.

      Otherwise it is one of the modes of `--resolv-conf=` in {manpage}`systemd-nspawn(1)`, which are about
      the start alone: `off`, `auto`, `delete`, or `copy-`, `replace-` or `bind-` with `host`, `static`,
      `uplink` or `stub` behind it.
    '';
  };

  privateUsers = mkOption {
    type = types.either types.ints.u32 (
      types.enum [
        "no"
        "identity"
        "pick"
      ]
    );
    default = "no";
    example = "pick";
    description = ''
      Whether the container has users of its own, so that its root is not the host's:

      - `"no"`: it has the host's users, and its root is root
      - `"pick"`: it gets 65536 user IDs that nothing else on the host uses. This is the safest.
      - a number: the 65536 user IDs from that one on. Containers that share a directory may have the same.
      - `"identity"`, or 0: the host's user IDs 0 to 65535, but without capabilities outside the container

      See `--private-users=` in {manpage}`systemd-nspawn(1)`.
    '';
  };

  additionalCapabilities = mkOption {
    type = types.listOf types.capability;
    default = [ ];
    example = [
      "CAP_NET_ADMIN"
      "CAP_IPC_LOCK"
    ];
    description = ''
      What the container's root may do beside what {manpage}`systemd-nspawn(1)` allows. The names are those
      in {manpage}`capabilities(7)`; `all` is all of them.
    '';
  };

  dropCapabilities = mkOption {
    type = types.listOf types.capability;
    default = [ ];
    example = [ "CAP_SYS_CHROOT" ];
    description = "What the container's root may not do of that which {manpage}`systemd-nspawn(1)` allows.";
  };

  enableTun = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = ''
      Whether the container may make tunnels, as VPN software does: it gets {file}`/dev/net/tun` and the
      capability `CAP_NET_ADMIN`.
    '';
  };

  noNewPrivileges = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = ''
      Whether no program in the container can get more rights than the one that started it. Programs like
      {command}`sudo` then do not work there.
    '';
  };

  suppressSync = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = ''
      Whether {manpage}`fsync(2)` and the like do nothing in the container. Databases and builds are faster then, and what they have
      written is lost if the host fails: it is for containers whose data nobody misses, as those of tests.
    '';
  };

  systemCallFilter = mkOption {
    type = types.listOf types.systemCall;
    default = [ ];
    example = [
      "@keyring"
      "~@raw-io"
    ];
    description = ''
      System calls, or with `@` groups of them, that the container may use beside those that
      {manpage}`systemd-nspawn(1)` allows; with `~` in front, those that it may not use.
    '';
  };

  credentials = mkOption {
    type = types.attrsOf (
      types.submodule {
        options.path = mkOption {
          type = types.path;
          apply = toString;
          example = "/run/secrets/db";
          description = "The file on the host. A secret must not be in the store, where everybody can read it.";
        };
      }
    );
    default = { };
    example = {
      "db.password".path = "/run/secrets/db";
    };
    description = ''
      Files of the host whose contents the container's services can have with `LoadCredential=`, see
      {manpage}`systemd.exec(5)`. They are read when the container starts.
    '';
  };

  memoryMax = mkOption {
    type = types.nullOr types.memory;
    default = null;
    example = "1G";
    description = ''
      How much memory all that runs in the container may use: bytes, with `K`, `M`, `G` or `T` behind them or
      not, a percentage of the host's, or `infinity`. See `MemoryMax=` in
      {manpage}`systemd.resource-control(5)`.
    '';
  };

  cpuQuota = mkOption {
    type = types.nullOr types.percentage;
    default = null;
    example = "150%";
    description = "How much of the time of one CPU the container may use; `200%` is two CPUs.";
  };

  tasksMax = mkOption {
    type = types.nullOr types.tasks;
    default = null;
    example = 4096;
    description = "How many processes and threads there may be in the container: a number, a percentage or `infinity`.";
  };

  allowedDevices = mkOption {
    type = types.listOf (types.submodule { options = deviceOptions; });
    default = [ ];
    example = [
      {
        node = "/dev/dri/renderD128";
        modifier = "rw";
      }
    ];
    description = "Devices that the container may use. To be seen there, they also have to be in {option}`bindMounts`.";
  };

  extraFlags = mkOption {
    type = types.listOf types.text;
    default = [ ];
    example = [ "--system-call-filter=@keyring" ];
    description = ''
      More arguments for {manpage}`systemd-nspawn(1)`. Each is handed on as it is, spaces and all: one with
      a value of its own, such as `--bind /a`, is either two, or one with `=`.

      `-U` and `--private-users=` are as {option}`privateUsers`, in whose place they are. Of the others nothing follows but what
      {manpage}`systemd-nspawn(1)` does: the container does not wait for a bridge, an interface or the source of a bind mount, whose
      owners are not mapped. An option that does the same is better where there is one.
    '';
  };
}
// linkOptions
