# SPDX-License-Identifier: MIT
# The options of a container that have the same names in its entry in the manifest, see nixos-containers.yaml(5), and their descriptions.
# Those that only Nix knows are in containers.nix.
{ lib, openFirewall }:
let
  inherit (lib) literalExpression mkOption;
  types = lib.types // import ./types.nix { inherit lib; };

  forwardOptions = {
    protocol = mkOption {
      type = types.protocol;
      default = "tcp";
      example = "udp";
      description = "Protocol: `tcp` or `udp`.";
    };
    hostPort = mkOption {
      type = types.portRange;
      example = "8000-8010";
      description = "Port on the host, or a range of up to 1000 ports.";
    };
    containerPort = mkOption {
      type = types.nullOr types.port;
      default = null;
      example = 80;
      description = "Port in the container; for a range, the first one. If `null`, the same as {option}`hostPort`.";
    };
    hostIP = mkOption {
      type = types.nullOr types.ipAddress;
      default = null;
      example = "127.0.0.1";
      description = ''
        Listen address on the host. If `null`, all addresses, over IPv4 and IPv6; `0.0.0.0` and `::` mean all
        addresses of one family.
      '';
    };
    openFirewall = mkOption {
      type = types.bool;
      default = false;
      defaultText = literalExpression "config.boot.containerGenerator.openFirewall";
      example = true;
      description = ''
        Whether to open the port to other machines. Otherwise, only the host and its containers can use it.

        Ports that {option}`networking.firewall` allows in its `allowedTCPPorts`, `allowedUDPPorts`,
        `allowedTCPPortRanges` or `allowedUDPPortRanges` are open in any case (a range, if all of its ports are
        allowed), as are all ports without a firewall. With {option}`services.firewalld`, these are the ports of its
        default zone: {option}`services.firewalld.zones`, including those of its `services` that are declared in
        {option}`services.firewalld.services`.
      '';
    };
  };

  # The options of a link are set directly in a container for the main one and in extraVeths for the others.
  linkOptions = {
    hostBridge = mkOption {
      type = types.nullOr types.interfaceName;
      default = null;
      example = "br0";
      description = ''
        Existing bridge of the host to attach the host end of the link to. The container waits for it. The host
        end then has no address of its own.
      '';
    };

    hostAddress = mkOption {
      type = types.nullOr types.ipAddress;
      default = null;
      example = "192.168.100.10";
      description = ''
        IPv4 address of the host end of the link, without prefix length.

        The container reaches the host at this address; on the main link, it is also the default gateway. Several
        containers can share it.
      '';
    };

    hostAddress6 = mkOption {
      type = types.nullOr types.ipv6Address;
      default = null;
      example = "fc00::1";
      description = "Like {option}`hostAddress`, for IPv6.";
    };

    localAddress = mkOption {
      type = types.nullOr types.ipAddressWithPrefix;
      default = null;
      example = "192.168.100.11";
      description = ''
        IPv4 address of the container end of the link.

        On a bridge, include the prefix length of the bridge's network, as in `192.168.1.5/24`. Without prefix
        length, it is a single address, to which the host gets a route.

        It is set before the first process in the container runs. It is not part of the container's system:
        containers with the same {option}`path` can have different addresses.
      '';
    };

    localAddress6 = mkOption {
      type = types.nullOr types.ipv6AddressWithPrefix;
      default = null;
      example = "fc00::2";
      description = "Like {option}`localAddress`, for IPv6.";
    };

    localMacAddress = mkOption {
      type = types.nullOr (types.strMatching "([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}");
      default = null;
      example = "02:00:00:00:00:01";
      description = ''
        MAC address of the container end of the link. If `null`, it is derived from the host's machine ID and the
        container's name, and thus stays the same.
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
        Host ports to forward to the container: IPv4 to {option}`localAddress`, IPv6 to {option}`localAddress6`.

        They can be reached from the host, including `localhost`, from its containers and, with
        {option}`openFirewall`, from other machines. The container sees the client's address, except for
        connections to `localhost` and its own ones: there it sees the host.

        Two containers can forward the same port to run alternately. The second to start fails and reports this.
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
          description = "Path in the container.";
        };
        hostPath = mkOption {
          type = types.nullOr types.absolutePath;
          default = null;
          example = "/srv/wasabi-logs";
          description = ''
            File, directory, socket or device on the host. If `null`, the same path as in the container.
            {option}`hostPathMissing` sets what happens if it does not exist. Existing paths are never changed.
          '';
        };
        isReadOnly = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether the mount is read-only.";
        };
        hostPathType = mkOption {
          type = types.hostPathType;
          default = "any";
          example = "socket";
          description = ''
            What {option}`hostPath` has to be: `directory`, `file`, `socket`, `device` or `any`. Otherwise, the
            container does not start.
          '';
        };
        hostPathMissing = mkOption {
          type = types.nullOr types.hostPathMissing;
          default = null;
          example = "create";
          description = ''
            What happens if {option}`hostPath` does not exist when the container starts:

            - `create`: a directory is created, or an empty file if {option}`hostPathType` is `file`. Nothing is created
              below {file}`/dev`, {file}`/run`, {file}`/proc` and {file}`/sys`.
            - `fail`: the container does not start.
            - `wait`: the container waits for it, up to {option}`timeoutStartSec` per attempt.

            If `null`, it is `wait` below {file}`/dev` and for sockets and devices. It is `create` for directories: if
            {option}`hostPathType` says so, if the access mode, owner or group is not the default, or if the mount is writable and
            neither path is below {file}`/etc` or {file}`/run` or has a file name extension. Otherwise, it is `fail`.
          '';
        };
        hostPathMode = mkOption {
          type = types.mode;
          default = "0755";
          example = "0750";
          description = ''
            Access mode of {option}`hostPath` if it is created. For a file, `0755` means `0644`.
          '';
        };
        hostPathUser = mkOption {
          type = types.user;
          default = "root";
          example = "nginx";
          description = "Owner of {option}`hostPath` if it is created: a user of the host, by name or number.";
        };
        hostPathGroup = mkOption {
          type = types.user;
          default = "root";
          example = "nginx";
          description = "Group of {option}`hostPath` if it is created: a group of the host, by name or number.";
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
            How file owners are mapped between host and container:

            - `"idmap"`: users have the same numbers as on the host. This is the default (`null`) with
              {option}`privateUsers`; without it, no mapping is needed.
            - `"rootidmap"`: the owner of {option}`hostPath` is the container's root, and vice versa; all others are
              nobody.
            - `"owneridmap"`: likewise, with the owner of {option}`mountPoint` in the container's rootfs instead of
              root.
            - `"noidmap"`: no mapping; with {option}`privateUsers`, most files belong to nobody. For file systems
              that do not support ID mapping, such as NFS and overlayfs.

            Groups are mapped by the same numbers. See `--bind=` in {manpage}`systemd-nspawn(1)`.
          '';
        };
      };
    };

  deviceOptions = {
    node = mkOption {
      type = types.deviceNode;
      example = "/dev/dri/renderD128";
      description = ''
        Path of the device below {file}`/dev`, or `char-` or `block-` followed by the name of a device group in
        {file}`/proc/devices`.
      '';
    };
    modifier = mkOption {
      type = types.deviceModifier;
      example = "rw";
      description = ''
        Allowed access: one or more of `r` (read), `w` (write) and `m` (create device nodes). See `DeviceAllow=` in
        {manpage}`systemd.resource-control(5)`.
      '';
    };
  };
in
{
  autoStart = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = "Whether to start the container when the host boots, with `machines.target`.";
  };

  restartIfChanged = mkOption {
    type = types.bool;
    default = true;
    example = false;
    description = ''
      Whether a switch to another configuration applies changes of the container while it is running. If `false`,
      a running container is left unchanged.
    '';
  };

  timeoutStartSec = mkOption {
    type = types.timeSpan;
    default = "1min";
    example = "5min";
    description = ''
      Time limit for a start, until the container has booted: a time span as in {manpage}`systemd.time(7)`, or
      `infinity`.
    '';
  };

  timeoutReloadSec = mkOption {
    type = types.timeSpan;
    default = "10min";
    example = "1h";
    description = ''
      Time limit for activating a new system in the running container, and, if that fails, for reactivating the
      previous one: a time span like {option}`timeoutStartSec`. When it is exceeded, a switch of the host
      continues without this container.
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
      Containers (by name) and other units to start this container after, and to stop it before, if they are
      started or stopped, too. Ordering cycles between containers are errors.
    '';
  };

  requires = mkOption {
    type = types.listOf types.unit;
    default = [ ];
    example = [ "database" ];
    description = ''
      Containers (by name) and other units to start with this container, which does not run without them, as in
      {manpage}`systemd.unit(5)`.

      When they are stopped or restarted, so is this container. They start at the same time unless they are also
      in {option}`after`.
    '';
  };

  wants = mkOption {
    type = types.listOf types.unit;
    default = [ ];
    example = [ "network-online.target" ];
    description = ''
      Containers (by name) and other units to start with this container, which also runs without them. They start
      at the same time unless they are also in {option}`after`.
    '';
  };

  ephemeral = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = ''
      Whether the container starts with an empty root file system (rootfs) each time, which is deleted when it
      stops. Use {option}`bindMounts` for persistent data.

      It is {file}`/run/nixos-containers/NAME` on the host, in memory: it can use up to half of the host's memory
      and counts towards {option}`memoryMax`. The rootfs of other containers is
      {file}`/var/lib/nixos-containers/NAME`.

      As the machine ID changes with each start, a DHCP client in the container should identify itself by its MAC
      address. The container's journal is not linked into the host's.
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
      Files and directories of the host to mount in the container, by mount point.

      The container waits for the file systems that hold them. With {option}`privateUsers`, files have the same
      owners inside as on the host.
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
      Paths in the container to mount an empty in-memory file system on, optionally followed by a colon and mount
      options. See `--tmpfs=` in {manpage}`systemd-nspawn(1)`.
    '';
  };

  privateNetwork = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = ''
      Whether the container has its own network. Otherwise, it shares the host's, with its interfaces and ports.

      If {option}`hostBridge`, {option}`hostAddress`, {option}`localAddress` or a similar option is set, host and
      container are connected by a virtual Ethernet link: `eth0` in the container, `ve-NAME` on the host
      (`vb-NAME` on a bridge). Both ends are set up before the first process in the container runs.
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
      Network interfaces of the host to move into the container while it runs, optionally followed by a colon and
      a new name. The container waits for them.
    '';
  };

  macvlans = mkOption {
    type = types.listOf types.interface;
    default = [ ];
    example = [ "enp3s0" ];
    description = ''
      Network interfaces of the host to create a macvlan interface on for the container, with its own MAC address
      on the same network. In the container, it is called `mv-` followed by the name on the host.
    '';
  };

  internetAccess = mkOption {
    type = types.nullOr types.bool;
    default = null;
    example = true;
    description = ''
      Whether the container can reach other machines, over its link with {option}`hostAddress` or
      {option}`hostAddress6`. IP forwarding is enabled on the host for that.

      Other machines see the host's address (NAT), except for global IPv6 addresses. In no case can the container
      reach other containers, except through {option}`forwardPorts`, or be reached from elsewhere.

      If `false`, it only reaches the host. `null` means the same, unless {option}`networking.nat.internalIPs` is
      set or {option}`networking.nat.internalInterfaces` names links of containers: then the host's own settings
      decide.
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
      Additional virtual Ethernet links between host and container, by the name of both ends.

      Names have up to 15 characters; no other interface of the host can have the same one.
      {option}`privateNetwork` is not required. Unlike on the main link, {option}`hostAddress` is not a default
      gateway.
    '';
  };

  networkNamespace = mkOption {
    type = types.nullOr types.path;
    default = null;
    # A path on the host, which is not copied to the store even if written without quotes.
    apply = path: if path == null then null else toString path;
    example = "/run/netns/vpn";
    description = ''
      Path of an existing network namespace to join.

      Order the container after the unit that creates it, with `after` and `requires` of the container or of
      `systemd.services."container@NAME"`. Cannot be combined with {option}`privateNetwork`,
      {option}`interfaces`, {option}`macvlans` or {option}`extraVeths`.
    '';
  };

  resolvConf = mkOption {
    type = types.nullOr types.resolvConf;
    default = null;
    example = "copy-host";
    description = ''
      How to set up the container's {file}`/etc/resolv.conf`. If `null`, the container uses the host's name
      servers and follows their changes.

      These are the ones in the host's {file}`/etc/resolv.conf`; with its own network, where the container cannot
      reach 127.0.0.53, those behind {command}`systemd-resolved`. {option}`networking.nameservers` in
      {option}`config` overrides them; {option}`networking.useHostResolvConf` there is for using both or neither.

      Otherwise, one of the modes of `--resolv-conf=` in {manpage}`systemd-nspawn(1)`, which only apply at the
      start: `off`, `auto`, `delete`, or `copy-`, `replace-` or `bind-` followed by `host`, `static`, `uplink` or
      `stub`.
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
      Whether the container has its own user IDs, so that its root is not the host's root:

      - `"no"`: it uses the host's user IDs, and its root is the host's root.
      - `"pick"`: it gets 65536 user IDs that nothing else on the host uses. This is the safest choice.
      - a number: 65536 user IDs starting there. Containers that share a directory can use the same number.
      - `"identity"` or 0: the host's user IDs 0 to 65535, but without capabilities outside the container.

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
      Capabilities to grant in addition to the defaults of {manpage}`systemd-nspawn(1)`. See
      {manpage}`capabilities(7)` for their names; `all` grants all of them.
    '';
  };

  dropCapabilities = mkOption {
    type = types.listOf types.capability;
    default = [ ];
    example = [ "CAP_SYS_CHROOT" ];
    description = "Capabilities to drop from the defaults of {manpage}`systemd-nspawn(1)`.";
  };

  enableTun = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = ''
      Whether to allow tunnel devices, as used by VPN software: the container gets {file}`/dev/net/tun` and the
      capability `CAP_NET_ADMIN`.
    '';
  };

  noNewPrivileges = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = ''
      Whether to prevent programs in the container from gaining privileges. Programs like {command}`sudo` do not
      work then.
    '';
  };

  suppressSync = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = ''
      Whether to turn {manpage}`fsync(2)` and similar calls into no-ops in the container. This speeds up databases
      and builds, but recent writes are lost if the host fails. Suitable for disposable data, such as in tests.
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
      System calls, or groups of them with a leading `@`, to allow in addition to the defaults of
      {manpage}`systemd-nspawn(1)`, or, with a leading `~`, to deny.
    '';
  };

  restrictAddressFamilies = mkOption {
    type = types.listOf types.addressFamily;
    default = [ ];
    example = [
      "AF_INET"
      "AF_INET6"
      "AF_UNIX"
      "AF_NETLINK"
    ];
    description = ''
      The only socket address families that the container can use, or, with a leading `~`, those that it cannot use.
      If empty, it can use all. Requires systemd 261 on the host. Most services require `AF_UNIX`, and what configures
      a network `AF_NETLINK`.
    '';
  };

  credentials = mkOption {
    type = types.attrsOf (
      types.submodule {
        options.path = mkOption {
          type = types.path;
          apply = toString;
          example = "/run/secrets/db";
          description = "File on the host. Do not use a file in the Nix store for secrets: all users can read it.";
        };
      }
    );
    default = { };
    example = {
      "db.password".path = "/run/secrets/db";
    };
    description = ''
      Files of the host whose contents are passed to the container as credentials. Its services use them with
      `LoadCredential=`, see {manpage}`systemd.exec(5)`. They are read when the container starts; see
      {option}`onSecretChange`.
    '';
  };

  onSecretChange = mkOption {
    type = types.onSecretChange;
    default = "ignore";
    example = "restart";
    description = ''
      What a switch does if the content of {option}`credentials` or of files that are bound read-only has changed since
      the container started, as with sops-nix and agenix, which exchange the files that the container has:

      - `ignore`: nothing. `nixos-container plan` shows that the content has changed.
      - `reload`: the new files are mounted in the running container, and its system is activated again. It is restarted
        where that is impossible: for credentials, and if its users are mapped ({option}`privateUsers`).
      - `restart`: the container is restarted.

      This applies to files of up to 1 MiB, and to directories that a symbolic link leads to: a directory has changed
      as soon as the link leads to another one.
    '';
  };

  memoryMax = mkOption {
    type = types.nullOr types.memory;
    default = null;
    example = "1G";
    description = ''
      Memory limit for everything in the container: a number of bytes, optionally with suffix `K`, `M`, `G` or `T`,
      a percentage of the host's memory, or `infinity`. See `MemoryMax=` in
      {manpage}`systemd.resource-control(5)`.
    '';
  };

  cpuQuota = mkOption {
    type = types.nullOr types.percentage;
    default = null;
    example = "150%";
    description = "CPU time limit for everything in the container, as a percentage of one CPU; `200%` is two CPUs.";
  };

  tasksMax = mkOption {
    type = types.nullOr types.tasks;
    default = null;
    example = 4096;
    description = "Limit for processes and threads in the container: a number, a percentage or `infinity`.";
  };

  devices = mkOption {
    type = types.listOf types.devicePath;
    default = [ ];
    example = [
      "/dev/dri/renderD128"
      "/dev/serial/by-id/usb-0658_0200-if00"
    ];
    description = ''
      Device nodes of the host that the container can use, at the same path. Symbolic links of udev are followed. The
      container waits for missing devices.

      With {option}`unprivileged`, the container can only use devices that all users of the host can; others require
      a udev rule that sets their mode.
    '';
  };

  allowedDevices = mkOption {
    type = types.listOf (types.submodule { options = deviceOptions; });
    default = [ ];
    example = [
      {
        node = "block-loop";
        modifier = "rw";
      }
    ];
    description = ''
      Devices that the container may access. Their nodes are not created in the container: for single devices, use
      {option}`devices`.
    '';
  };

  extraFlags = mkOption {
    type = types.listOf types.text;
    default = [ ];
    example = [ "--system-call-filter=@keyring" ];
    description = ''
      Additional arguments for {manpage}`systemd-nspawn(1)`. Each item is passed unchanged as one argument,
      including spaces: write a flag with a value as one item with `=`, or as two items.

      `-U` and `--private-users=` override {option}`privateUsers`. Other flags only affect
      {manpage}`systemd-nspawn(1)`: the container does not wait for a bridge, an interface or the source of a bind
      mount that they name, and file owners are not mapped. Prefer an option where one exists.
    '';
  };
}
// linkOptions
