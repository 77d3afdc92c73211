# SPDX-License-Identifier: MIT
# What the services in a container ask for that it does not have, as warnings with the option that helps: systemd and the kernel mostly
# ignore it silently. Containers whose NixOS is not evaluated here (path, flake) are not examined. What containers have and may do is in
# systemd-nspawn(1); it was measured with systemd 262 and Linux 6.18.
{ config, lib, ... }:
let
  host = config;

  inherit (import ./flags.nix) hasOwnLoopback hasUserNamespace words;
  inherit (lib)
    any
    attrNames
    concatMap
    elem
    filter
    hasPrefix
    optional
    optionals
    ;

  # The words of a setting that is a text or a list of texts.
  wordsOf =
    setting:
    filter (word: lib.isString word && word != "") (
      concatMap (text: builtins.split "[ ,]+" (toString text)) (lib.toList setting)
    );

  # Those that systemd-nspawn leaves to a container.
  nspawnCapabilities = [
    "CAP_AUDIT_CONTROL"
    "CAP_AUDIT_WRITE"
    "CAP_CHOWN"
    "CAP_DAC_OVERRIDE"
    "CAP_DAC_READ_SEARCH"
    "CAP_FOWNER"
    "CAP_FSETID"
    "CAP_IPC_OWNER"
    "CAP_KILL"
    "CAP_LEASE"
    "CAP_LINUX_IMMUTABLE"
    "CAP_MKNOD"
    "CAP_NET_BIND_SERVICE"
    "CAP_NET_BROADCAST"
    "CAP_NET_RAW"
    "CAP_SETFCAP"
    "CAP_SETGID"
    "CAP_SETPCAP"
    "CAP_SETUID"
    "CAP_SYS_ADMIN"
    "CAP_SYS_BOOT"
    "CAP_SYS_CHROOT"
    "CAP_SYS_NICE"
    "CAP_SYS_PTRACE"
    "CAP_SYS_RESOURCE"
    "CAP_SYS_TTY_CONFIG"
  ];

  # Of the others, those that the kernel does not heed in a user namespace.
  hostCapabilities = [
    "CAP_BLOCK_SUSPEND"
    "CAP_PERFMON"
    "CAP_SYSLOG"
    "CAP_SYS_MODULE"
    "CAP_SYS_RAWIO"
    "CAP_SYS_TIME"
    "CAP_WAKE_ALARM"
  ];

  # Those that each container has, and one that is there on Windows only.
  standardDevices = [
    "/dev/dxg"
    "/dev/full"
    "/dev/null"
    "/dev/ptmx"
    "/dev/random"
    "/dev/stderr"
    "/dev/stdin"
    "/dev/stdout"
    "/dev/tty"
    "/dev/urandom"
    "/dev/zero"
  ];

  # The kernel loads them by itself once they are used, or does without.
  unneededModules = [
    "bonding"
    "bridge"
    "dummy"
    "fuse"
    "gre"
    "macvlan"
    "sit"
    "tap"
    "tls"
    "tun"
    "veth"
    "wireguard"
    "xt_nat"
  ];

  # Settings of the kernel below net that are not those of a network.
  isOfAllNetworks =
    name:
    hasPrefix "net.core." name && name != "net.core.somaxconn" && name != "net.core.optmem_max"
    || elem name [
      "net.ipv4.tcp_max_orphans"
      "net.ipv4.tcp_mem"
      "net.ipv4.udp_mem"
      "net.netfilter.nf_conntrack_buckets"
      "net.netfilter.nf_conntrack_max"
    ];

  # File systems that can be mounted in a user namespace.
  isForAnybody =
    type:
    hasPrefix "fuse" type
    || elem type [
      "auto"
      "binfmt_misc"
      "cgroup2"
      "devpts"
      "mqueue"
      "none"
      "overlay"
      "proc"
      "ramfs"
      "tmpfs"
    ];

  # Services whose units do not tell what they need.
  forTunnels = [
    "services.iodine.clients"
    "services.mullvad-vpn"
    "services.netbird"
    "services.openvpn.servers"
    "services.tailscale"
    "services.zerotierone"
  ];
  forClocks = [
    "services.chrony"
    "services.ntp"
    "services.openntpd"
  ];
  forNetworks = [
    "networking.wg-quick.interfaces"
    "networking.wireguard.interfaces"
    "services.fail2ban"
  ];

  # Those that are in any NixOS, for who logs in: what becomes of them is said where noNewPrivileges is described.
  wrappersOfAll = [
    "chsh"
    "dbus-daemon-launch-helper"
    "fusermount"
    "fusermount3"
    "mount"
    "newgidmap"
    "newgrp"
    "newuidmap"
    "passwd"
    "ping"
    "pkexec"
    "polkit-agent-helper-1"
    "sg"
    "su"
    "sudo"
    "sudoedit"
    "umount"
    "unix_chkpwd"
  ];

  isUnprivileged =
    container:
    if container.unprivileged == null then
      host.boot.containerGenerator.unprivileged
    else
      container.unprivileged;

  warningsOf =
    name: container: system:
    let
      option = path: "containers.${name}.${path}";
      hasOwnUsers = hasUserNamespace container;
      hasOwnNetwork = hasOwnLoopback container;

      # What flags say in the place of an option.
      flagged =
        flag:
        concatMap (
          argument:
          let
            found = builtins.match "--${flag}=(.*)" argument;
          in
          optionals (found != null) (wordsOf found)
        ) (concatMap words container.extraFlags);
      added = map lib.toUpper (container.additionalCapabilities ++ flagged "capability");
      dropped = map lib.toUpper (container.dropCapabilities ++ flagged "drop-capability");
      devices = container.devices ++ map (device: device.node) container.allowedDevices;
      mayUseBPF = any (call: elem call (container.systemCallFilter ++ flagged "system-call-filter")) [
        "bpf"
        "@privileged"
      ];

      hasCapability =
        capability:
        !elem capability dropped
        && !(hasOwnUsers && elem capability hostCapabilities)
        && (
          elem capability (nspawnCapabilities ++ added)
          || elem "ALL" added
          || capability == "CAP_NET_ADMIN" && (hasOwnNetwork || container.enableTun)
        );
      hasTun = container.enableTun || hasOwnUsers && hasOwnNetwork || elem "/dev/net/tun" devices;
      hasDevice =
        device: elem device (standardDevices ++ devices) || device == "/dev/net/tun" && hasTun;

      withoutUsers =
        if isUnprivileged container then
          "set ${option "unprivileged"} = false"
        else
          "set ${option "privateUsers"} = \"no\"";
      helpWithCapability =
        capability:
        if elem capability dropped then
          "${option "dropCapabilities"} takes it away"
        else if hasOwnUsers && elem capability hostCapabilities then
          withoutUsers
        else if capability == "CAP_NET_ADMIN" then
          "set ${option "privateNetwork"} = true"
        else
          "add it to ${option "additionalCapabilities"}";
      helpWithDevice =
        device:
        if device == "/dev/net/tun" then
          "set ${option "enableTun"} = true"
        else
          "add it to ${option "devices"}";

      needsCapability = what: capability: "${what} needs ${capability}: ${helpWithCapability capability}";
      needsDevice = what: device: "${what} needs ${device}: ${helpWithDevice device}";

      # The capabilities in a setting of a unit or of a file ("cap_net_raw+ep") that the container does not have.
      lacking =
        setting:
        let
          named = map (word: lib.toUpper (lib.head (builtins.split "[+=]" word))) (wordsOf setting);
        in
        optionals (!any (hasPrefix "~") named) (
          filter (capability: hasPrefix "CAP_" capability && !hasCapability capability) named
        );

      hasContainers = system.boot.enableContainers or false && system.containers or { } != { };
      valueOf = path: lib.attrByPath (lib.splitString "." path) { } system;
      isOn = path: (valueOf path).enable or (valueOf path != { });
      # With -x they leave the clock as it is.
      setsClock = path: isOn path && !elem "-x" (valueOf path).extraFlags or [ ];

      ofUnit =
        unitName:
        let
          inherit (system.systemd.services.${unitName}) serviceConfig unitConfig;
          unit = "${unitName}.service";
          setting = key: serviceConfig.${key} or "";
        in
        map (needsCapability unit) (
          lib.unique (
            lacking (setting "AmbientCapabilities") ++ lacking (unitConfig.ConditionCapability or "")
          )
        )
        ++ map (needsDevice unit) (
          filter (device: hasPrefix "/dev/" device && !hasDevice device) (wordsOf (setting "DeviceAllow"))
        )
        ++ optional (any (hasPrefix "char-tty") (wordsOf (setting "DeviceAllow")) && !any isSerial devices) (
          "${unit} uses serial devices: add the ones it needs to ${option "devices"}"
        )
        ++ optional (isForHosts (
          unitConfig.ConditionVirtualization or ""
        )) "${unit} does not start in a container"
        ++ optional (
          hasOwnUsers && isRealtime serviceConfig
        ) "${unit} does not start, because real-time scheduling is not permitted: ${withoutUsers}"
        ++ optional (setting "RootDirectory" != "" && elem "/run" (wordsOf (setting "BindPaths"))) (
          "${unit} does not start, because systemd cannot write to ${setting "RootDirectory"}/run/host: "
          + "set systemd.services.${unitName}.serviceConfig.RootDirectory = lib.mkForce \"\" in the container"
        )
        ++ optional (wordsOf (setting "IPAddressDeny") != [ ] && (hasOwnUsers || !mayUseBPF)) (
          "IPAddressDeny= of ${unit} has no effect"
          + lib.optionalString (!hasOwnUsers) ": add \"bpf\" to ${option "systemCallFilter"}"
        );

      isSerial =
        device:
        any (prefix: hasPrefix prefix device) [
          "/dev/serial/"
          "/dev/tty"
          "char-tty"
        ];

      isForHosts =
        condition:
        condition == false
        || lib.intersectLists (wordsOf condition) [
          "!container"
          "!systemd-nspawn"
          "no"
          "vm"
        ] != [ ];
      isRealtime =
        service:
        elem (service.CPUSchedulingPolicy or "") [
          "fifo"
          "rr"
        ]
        || elem (toString (service.IOSchedulingClass or "")) [
          "realtime"
          "1"
        ];

      ofWrapper =
        wrapper:
        map (needsCapability "security.wrappers.${wrapper}") (
          lacking (system.security.wrappers.${wrapper}.capabilities or "")
        )
        ++ optional container.noNewPrivileges "security.wrappers.${wrapper} has no effect: set ${option "noNewPrivileges"} = false";

      # A setting that the host gives itself is taken care of.
      isLost =
        key:
        system.boot.kernel.sysctl.${key} != null
        && host.boot.kernel.sysctl.${key} or null == null
        && (!hasOwnNetwork || !hasPrefix "net." key || isOfAllNetworks key);
      isMissing =
        module:
        !elem module (unneededModules ++ host.boot.kernelModules ++ host.boot.initrd.kernelModules)
        && !(module == "nfsd" && host.services.nfs.server.enable);

      ofFileSystem =
        fileSystem:
        let
          what = "fileSystems.${builtins.toJSON fileSystem.mountPoint}";
        in
        if hasPrefix "fuse" fileSystem.fsType then
          optional (!hasDevice "/dev/fuse") (needsDevice what "/dev/fuse")
        else if hasOwnUsers && !isForAnybody fileSystem.fsType && !elem "bind" fileSystem.options then
          [ "${what} can only be mounted by the host: use ${option "bindMounts"}" ]
        else
          optional (
            hasPrefix "/dev/" (toString fileSystem.device) && !hasDevice fileSystem.device
          ) (needsDevice what fileSystem.device);

      isOutside = id: id != null && id > 65535;
      outside = filter (
        kind: any (entry: isOutside (entry.uid or entry.gid)) (lib.attrValues system.users.${kind})
      ) [ "users" "groups" ];

      # What these do is done, or not to be done, in any container.
      units = removeAttrs system.systemd.services [
        "network-local-commands"
        "systemd-remount-fs"
      ];
    in
    map (message: "containers.${name}: ${message}.") (
      concatMap ofUnit (filter (unit: units.${unit}.enable) (attrNames units))
      ++ optionals (!hasTun) (map (path: needsDevice path "/dev/net/tun") (filter isOn forTunnels))
      ++ optionals (!hasCapability "CAP_NET_ADMIN") (
        map (path: needsCapability path "CAP_NET_ADMIN") (filter isOn forNetworks)
      )
      ++ optionals (!hasCapability "CAP_SYS_TIME") (
        map (path: needsCapability path "CAP_SYS_TIME") (filter setsClock forClocks)
      )
      ++ optional (
        isOn "virtualisation.docker" && !hasOwnUsers && !mayUseBPF
      ) "virtualisation.docker needs the bpf system call: add \"bpf\" to ${option "systemCallFilter"}"
      ++ concatMap ofWrapper (
        filter (wrapper: system.security.wrappers.${wrapper}.enable or true) (
          attrNames (removeAttrs system.security.wrappers wrappersOfAll)
        )
      )
      ++ map (key: "boot.kernel.sysctl.\"${key}\" has no effect: set it on the host") (
        filter isLost (attrNames system.boot.kernel.sysctl)
      )
      ++ map (module: "kernel module ${module} can only be loaded by the host: add it to the host's boot.kernelModules") (
        filter isMissing (
          system.boot.kernelModules ++ optional (isOn "services.nfs.server" && !hasOwnUsers) "nfsd"
        )
      )
      ++ concatMap ofFileSystem (lib.attrValues system.fileSystems)
      ++ optionals hasOwnUsers (
        map (kind: "users.${kind} has IDs above 65535, which do not exist in the container: ${withoutUsers}") outside
        ++ optional hasContainers "nested containers do not start in a user namespace: ${withoutUsers}"
        ++ optional (isOn "services.nfs.server") "services.nfs.server does not start in a user namespace: ${withoutUsers}"
      )
    );
in
{
  options.containers = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule (
        {
          config,
          options,
          name,
          ...
        }:
        {
          options.warnings = lib.mkOption {
            type = lib.types.listOf lib.types.str;
            internal = true;
            readOnly = true;
            default = optionals options.config.isDefined (warningsOf name config config.config);
            defaultText = lib.literalMD "what the services in {option}`config` do not have there";
            example = [
              "containers.wasabi: services.tailscale needs /dev/net/tun: set containers.wasabi.enableTun = true."
            ];
            description = "What the host warns of.";
          };
        }
      )
    );
  };

  config.warnings = lib.mkIf host.boot.enableContainers (
    concatMap (container: container.warnings) (lib.attrValues host.containers)
  );
}
