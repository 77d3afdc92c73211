# SPDX-License-Identifier: MIT
# What must be true of the module in NixOS. Each test gives what is and what is expected.
{
  names ? false,
}:
let
  inherit (import ./host.nix)
    host
    instantiating
    lib
    path
    pkgs
    small
    stock
    ;
  inherit (lib)
    attrNames
    attrValues
    filter
    filterAttrs
    hasInfix
    mapAttrs
    ;

  project = import ../../..;
  tutorial = lib.importJSON ../manifest/tutorial.json;

  packageName = "nixos-container-generator-${lib.fileContents ../../../generator/VERSION}";

  # What flake.nix gives with this nixpkgs: without a store there is none that Nix itself could fetch for it.
  flake = (import ../../../flake.nix).outputs {
    self.outPath = ../../..;
    nixpkgs = {
      inherit lib;
      outPath = toString <nixpkgs>;
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (
        system:
        import <nixpkgs> {
          inherit system;
          config = { };
          overlays = [ ];
        }
      );
    };
  };

  failed = machine: map (a: a.message) (filter (a: !a.assertion) machine.config.assertions);
  # The option that a message is about.
  optionOf = message: lib.head (lib.splitString ": " message);
  manifestOf = machine: machine.config.boot.containerGenerator.manifest.containers;
  unitOf = machine: name: machine.config.systemd.services.${name};
  isStorePath = text: builtins.match "${builtins.storeDir}/[^/]+-closure-info/store-paths" text != null;
  isDerivation = text: lib.hasPrefix builtins.storeDir text && lib.hasSuffix ".drv" text;

  isDerivationOf = value: isDerivation value.drvPath;
  bothSystems = lib.genAttrs [
    "x86_64-linux"
    "aarch64-linux"
  ];

  none = host { };
  without = stock { };

  wasabi = host {
    imports = [ ../tutorial.nix ];
    containers.wasabi.config = {
      imports = [ small ];
    };
  };

  # Hosts of NixOS's own tests.
  upstream =
    name:
    let
      test = import (<nixpkgs/nixos/tests> + "/containers-${name}.nix") { inherit pkgs lib; };
    in
    test.nodes.machine;

  # Many networks.
  networks = host {
    networking.networkmanager.enable = true;
    networking.useNetworkd = true;
    networking.useDHCP = false;
    containers = {
      routed = {
        inherit path;
        privateNetwork = true;
        hostAddress = "10.0.0.1";
        localAddress = "10.0.0.2";
        localAddress6 = "fc00::2";
      };
      bridged-with-a-long-name = {
        inherit path;
        privateNetwork = true;
        hostBridge = "br0";
        localAddress = "10.1.0.2/24";
        localAddress6 = "fc00:1::2/64";
      };
      shared = {
        inherit path;
        localAddress = "10.2.0.2";
      };
      extra = {
        inherit path;
        extraVeths.db0.localAddress = "10.3.0.2";
        extraVeths.lan0.localAddress6 = "fc00:3::2/64";
      };
    };
  };

  # Two containers that differ in name and addresses alone, and one that shares the system of the first.
  fleet = host {
    containers =
      let
        config =
          { ... }:
          {
            imports = [ small ];
          };
        web = number: {
          privateNetwork = true;
          hostAddress = "192.168.100.10";
          localAddress = "192.168.100.${toString (10 + number)}";
        };
      in
      {
        web1 = web 1 // {
          inherit config;
        };
        web2 = web 2 // {
          inherit config;
        };
        web3 = web 3 // {
          path = fleet.config.containers.web1.path;
        };
      };
  };

  unchecked = host {
    boot.containerGenerator.checkManifest = false;
    containers.a = { inherit path; };
  };

  named = host {
    containers.web = {
      config = {
        imports = [ small ];
        networking.hostName = "www";
        networking.hosts."127.0.0.2" = [ "extra" ];
      };
    };
    containers.web2.config = {
      imports = [ small ];
      networking.domain = "example.org";
    };
  };

  # Services that ask for what containers do not have by themselves, and the same with what they ask for.
  asking = host {
    boot.kernelModules = [ "sctp" ];
    boot.kernel.sysctl."vm.swappiness" = 10;
    containers =
      let
        config = {
          imports = [ small ];
          boot.kernelModules = [
            "sctp"
            "br_netfilter"
          ];
          boot.kernel.sysctl = {
            "vm.overcommit_memory" = 1;
            "vm.swappiness" = 1;
            "net.ipv4.ip_forward" = 1;
          };
          fileSystems."/mnt" = {
            device = "files:/";
            fsType = "nfs";
          };
          security.wrappers.dumpcap = {
            source = "/bin/true";
            owner = "root";
            group = "root";
            capabilities = "cap_net_raw,cap_net_admin+eip";
          };
          systemd.services.asking = {
            unitConfig.ConditionVirtualization = "!container";
            serviceConfig = {
              AmbientCapabilities = [
                "CAP_NET_RAW"
                "CAP_SYS_TIME"
              ];
              CPUSchedulingPolicy = "fifo";
              DeviceAllow = [
                "/dev/null rw"
                "/dev/net/tun rw"
                "/dev/ttyS0"
              ];
              IPAddressDeny = "any";
            };
          };
        };
      in
      {
        bare = {
          inherit config;
        };
        unprivileged = {
          inherit config;
          unprivileged = true;
          privateNetwork = true;
          dropCapabilities = [ "CAP_NET_RAW" ];
        };
        given = {
          config = {
            imports = [ config ];
            systemd.services.asking.unitConfig.ConditionVirtualization = lib.mkForce "container";
            boot.kernelModules = lib.mkForce [ ];
            boot.kernel.sysctl."vm.overcommit_memory" = lib.mkForce null;
          };
          privateNetwork = true;
          enableTun = true;
          additionalCapabilities = [ "cap_sys_time" ];
          allowedDevices = [
            {
              node = "/dev/ttyS0";
              modifier = "rw";
            }
          ];
          systemCallFilter = [ "bpf" ];
        };
        shared.path = asking.config.containers.bare.path;
      };
  };

  gateway = host {
    imports = [ (upstream "gateway") ];
    containers.test.config = small;
    containers.elsewhere = {
      privateNetwork = true;
      hostBridge = "br0";
      localAddress = "192.168.0.101/24";
      config = {
        imports = [ small ];
        networking.interfaces.lan0.ipv4.addresses = [
          {
            address = "10.0.0.2";
            prefixLength = 24;
          }
        ];
        networking.defaultGateway = "10.0.0.1";
      };
    };
    containers.networkd = {
      privateNetwork = true;
      hostBridge = "br0";
      localAddress = "192.168.0.102/24";
      config = {
        imports = [ small ];
        networking.useNetworkd = true;
        networking.useHostResolvConf = false;
        networking.defaultGateway = "192.168.0.1";
      };
    };
  };

  # With links that networkd is told nothing of, with some that it is, with none, and with a network of the user's own.
  networkd = host {
    containers =
      let
        container = settings: config: settings // { config.imports = [ small config ]; };
        useNetworkd.networking.useNetworkd = true;
      in
      {
        plain = container {
          privateNetwork = true;
          hostAddress = "10.0.0.1";
          localAddress = "10.0.0.2";
        } useNetworkd;
        veths = container { extraVeths = lib.genAttrs [ "lan0" "lan1" ] (_: { }); } {
          imports = [ useNetworkd ];
          networking.interfaces.lan1.useDHCP = true;
          networking.defaultGateway = {
            address = "10.0.0.1";
            interface = "lan0";
          };
        };
        dhcp = container {
          privateNetwork = true;
          hostBridge = "br0";
        } {
          imports = [ useNetworkd ];
          networking.useDHCP = true;
        };
        none = container { } useNetworkd;
        own = container {
          privateNetwork = true;
          hostBridge = "br0";
        } {
          systemd.network.enable = true;
          systemd.network.networks.lan = {
            matchConfig.Name = "eth0";
            DHCP = "yes";
          };
        };
      };
  };
  networksOf =
    name:
    lib.mapAttrs (_: unit: unit.text) (
      filterAttrs (
        unit: _: lib.hasSuffix ".network" unit
      ) networkd.config.containers.${name}.config.systemd.network.units
    );

  isolated = host {
    containers.isolated = {
      isolateStore = true;
      config = small;
    };
    containers.open.config = small;
  };

  # What starts in a container with its defaults, and in one that asks for more.
  spared = host {
    containers = {
      plain = {
        privateNetwork = true;
        config = small;
      };
      asking = {
        privateNetwork = true;
        config = {
          imports = [ small ];
          environment.etc.crypttab.text = "";
          networking.firewall.extraCommands = "iptables -A nixos-fw -j nixos-fw-accept";
          networking.localCommands = "ip route show";
          systemd.services.console-getty.enable = true;
          users.users.somebody = {
            isNormalUser = true;
            linger = true;
          };
        };
      };
      nftables = {
        privateNetwork = true;
        config = {
          imports = [ small ];
          networking.nftables.enable = true;
        };
      };
      shared.config = {
        imports = [ small ];
        networking.firewall.enable = true;
      };
    };
  };

  # By itself, with name servers of its own, with those and the host's, with none of resolvconf's, and with systemd-resolved.
  dns = host {
    containers = {
      plain.config = small;
      own.config = {
        imports = [ small ];
        networking.nameservers = [ "192.0.2.1" ];
      };
      both.config = {
        imports = [ small ];
        networking.nameservers = [ "192.0.2.1" ];
        networking.useHostResolvConf = true;
      };
      none.config = {
        imports = [ small ];
        networking.resolvconf.enable = false;
      };
      resolved = {
        privateNetwork = true;
        config = {
          imports = [ small ];
          services.resolved.enable = true;
        };
      };
    };
  };

  nested = host {
    containers.outer.config = {
      imports = [ small ];
      containers.inner = {
        autoStart = true;
        privateNetwork = true;
        config = small;
      };
    };
  };

  merged = host {
    imports = [
      {
        containers.a = {
          inherit path;
          additionalCapabilities = [ "CAP_NET_ADMIN" ];
          bindMounts."/a" = { };
          bindMounts."/b".hostPath = "/c";
          timeoutStartSec = lib.mkDefault "2min";
        };
      }
      {
        containers.a = {
          additionalCapabilities = [ "CAP_IPC_LOCK" ];
          bindMounts."/b".isReadOnly = false;
          timeoutStartSec = "3min";
          config = lib.mkIf false { };
        };
      }
    ];
  };

  wrong = host {
    containers.b = {
      inherit path;
      networkNamespace = "/run/netns/x";
      interfaces = [ "eth1" ];
      bindMounts.one.mountPoint = "/a";
      bindMounts.two.mountPoint = "/a";
      bindMounts.three.mountPoint = "/b:norbind,rootidmap";
      extraFlags = [ "--bind /a" ];
      forwardPorts = [ { hostPort = 80; } ];
    };
  };

  switchedOff = host {
    boot.enableContainers = false;
    containers.a = {
      inherit path;
      hostAddress = "none";
    };
  };

  flakes = host {
    containers.default.flake = "github:example/containers";
    containers.chosen.flake = "/etc/nixos#wasabi";
    containers.other = { inherit path; };
  };

  deployed = host {
    containers.a = {
      deploySeparately = true;
      autoStart = true;
    };
    containers.b.path = "/nix/var/nix/profiles/per-container/b/system";
  };

  old = host {
    system.stateVersion = "21.11";
    virtualisation.containers.enable = true;
    containers.a = { inherit path; };
  };

  overridden = host {
    containers.a = { inherit path; };
    systemd.services."container@a".serviceConfig.MemoryMax = "1G";
    systemd.services.other.script = "true";
  };

  arguments = host {
    containers.a = {
      specialArgs.greeting = "hello";
      config =
        { greeting, ... }:
        {
          imports = [ small ];
          environment.etc.greeting.text = greeting;
        };
    };
  };

  # Whether a container with this module in its config has packages that it shares with others.
  sharesPackages =
    module:
    (import ../../../nixos-module/system.nix {
      inherit lib pkgs;
      packages =
        _: config:
        if config == { } || config ? allowUnfree then
          {
            pkgs = pkgs // {
              isShared = true;
            };
            kernelPackages = pkgs.linuxPackages;
          }
        else
          null;
    } "a" overridden.config.containers.a
      [
        module
        (
          { pkgs, ... }:
          {
            options.isShared = lib.mkOption { default = pkgs.isShared or false; };
          }
        )
      ]
    ).isShared;

  # The systems of containers that share packages, or do not.
  systemsOf =
    host: sharePackages:
    let
      own = config: {
        config = {
          imports = [ config ];
          documentation.enable = false;
          system.stateVersion = "26.05";
        };
      };
      machine = host {
        boot.containerGenerator = { inherit sharePackages; };
        containers = mapAttrs (_: own) {
          web.services.nginx.enable = true;
          unfree = {
            nixpkgs.config.allowUnfree = true;
            boot.kernelPatches = [
              {
                name = "another-configuration";
                patch = null;
                structuredExtraConfig.ARCH_MMAP_RND_BITS_MAX = lib.kernel.freeform "31";
              }
            ];
          };
          outer.containers.inner = own { };
        };
      };
    in
    mapAttrs (_: container: "${container.path}") machine.config.containers;

  # The names and defaults of options. Of their types, tests/nix/values.nix has what they accept.
  optionsOf =
    machine:
    let
      inherit (machine) options;
      shown =
        prefix: tree:
        lib.concatMapAttrs (
          name: option:
          if name == "_module" || name == "_freeformOptions" then
            { }
          else if lib.isOption option then
            if option.visible or true == false then
              { }
            else
              {
                "${prefix}${name}" = {
                  default = if name == "nixpkgs" then null else option.default or "none";
                };
              }
              // shown "${prefix}${name}." (option.type.getSubOptions [ ])
          else
            shown "${prefix}${name}." option
        ) tree;
    in
    shown "containers.<name>." (options.containers.type.getSubOptions [ ])
    // shown "boot." {
      inherit (options.boot) enableContainers isContainer isNspawnContainer;
    };

  ours = optionsOf none;
  theirs = optionsOf without;
  # Theirs is the name, which they have to say instead.
  isComparable = name: name != "containers.<name>.config" && !lib.hasSuffix "mountPoint" name;

  tests = {
    a-host-without-containers-is-as-it-was = {
      actual = none.config.system.build.toplevel.drvPath;
      # But for what a dry activation says.
      expected =
        (stock {
          system.activationScripts = { inherit (none.config.system.activationScripts) nixos-containers; };
        }).config.system.build.toplevel.drvPath;
    };

    options-are-those-of-the-stock-module = {
      actual = filterAttrs (name: _: theirs ? ${name} && isComparable name) ours;
      expected = filterAttrs (name: _: isComparable name) theirs;
    };

    # In what option search and nixos-option(8) show.
    every-option-shows-its-type-description-example-and-default = {
      actual = lib.concatMap (
        option:
        map (missing: "${option.name}: ${missing}") (
          filter (field: !(option ? ${field})) [
            "type"
            "description"
            "example"
            "default"
          ]
        )
      ) (
        filter (option: option.visible && !option.internal && !option.readOnly) (
          lib.optionAttrSetToDocList {
            inherit (none.options) containers;
            boot = { inherit (none.options.boot) containerGenerator enableContainers; };
          }
        )
      );
      # What has to be set, and what another option gives.
      expected = map (name: "containers.<name>.${name}: default") [
        "allowedDevices.*.modifier"
        "allowedDevices.*.node"
        "config"
        "credentials.<name>.path"
        "extraVeths.<name>.forwardPorts.*.hostPort"
        "forwardPorts.*.hostPort"
        "path"
      ];
    };

    every-field-of-the-manifest-has-an-option = {
      # They are all given in the cases of manifest/, which the generator reads.
      actual = filter (field: !(ours ? "containers.<name>.${field}")) (
        lib.remove "system" (
          lib.unique (
            lib.concatMap (
              file: lib.concatMap attrNames (attrValues (lib.importJSON (../manifest + "/${file}")).containers)
            ) (filter (lib.hasSuffix ".json") (attrNames (builtins.readDir ../manifest)))
          )
        )
      );
      expected = [ ];
    };

    the-tutorial-has-the-manifest-that-is-booted = {
      actual = mapAttrs (_: entry: removeAttrs entry [ "system" ]) (manifestOf wasabi);
      expected = mapAttrs (_: entry: removeAttrs entry [ "system" ]) tutorial.containers;
    };

    the-tutorial-evaluates = {
      actual = isDerivation wasabi.config.system.build.toplevel.drvPath && failed wasabi == [ ];
      expected = true;
    };

    the-system-is-what-came-of-the-config = {
      actual = (manifestOf wasabi).wasabi.system;
      expected = "${wasabi.config.containers.wasabi.config.system.build.toplevel}";
    };

    the-manifest-is-in-etc = {
      actual = unchecked.config.environment.etc."nixos-containers/containers.yaml".source.drvPath;
      expected =
        ((pkgs.formats.yaml { }).generate "containers.yaml" unchecked.config.boot.containerGenerator.manifest)
        .drvPath;
    };

    the-generator-checks-the-manifest-before-anything-is-built = {
      actual =
        let
          check = wasabi.config.system.build.containersCheck;
          draft = builtins.fromJSON check.draft;
        in
        {
          dependencies = attrNames (builtins.getContext check.draft);
          draft = draft.containers;
          isNeeded = lib.elem check wasabi.config.system.checks;
          isNeededByTheManifest =
            wasabi.config.environment.etc."nixos-containers/containers.yaml".source.checkedBy == check;
          isNotNeeded = lib.any (other: other.name == check.name) unchecked.config.system.checks;
        };
      expected = {
        dependencies = [ ];
        draft = mapAttrs (_: entry: removeAttrs entry [ "system" ]) tutorial.containers;
        isNeeded = true;
        isNeededByTheManifest = true;
        isNotNeeded = false;
      };
    };

    containers-share-packages-unless-they-choose-them = {
      actual = mapAttrs (_: sharesPackages) {
        nothing = { };
        unfree.nixpkgs.config.allowUnfree = true;
        broken.nixpkgs.config.allowBroken = true;
        overrides.nixpkgs.config.packageOverrides = _: { };
        function.nixpkgs.config = _: { };
        overlay.nixpkgs.overlays = [ (_: _: { }) ];
        packages.nixpkgs = { inherit pkgs; };
        another.nixpkgs.hostPlatform = lib.mkForce "aarch64-linux";
        cross.nixpkgs.buildPlatform = "aarch64-linux";
      };
      expected = {
        nothing = true;
        unfree = true;
        broken = false;
        overrides = false;
        function = false;
        overlay = false;
        packages = false;
        another = false;
        cross = false;
      };
    };

    shared-packages-make-the-same-systems = {
      actual = systemsOf instantiating true;
      expected = systemsOf instantiating false;
    };

    a-host-with-packages-of-its-own-does-not-share-them = {
      actual =
        let
          machine = instantiating {
            nixpkgs.overlays = [ (_: _: { hello = throw "of the host"; }) ];
            containers.a.config =
              { pkgs, ... }:
              {
                environment.etc.hello.text = pkgs.hello.name;
              };
          };
        in
        hasInfix "hello" machine.config.containers.a.config.environment.etc.hello.text;
      expected = true;
    };

    the-check-of-the-manifest-evaluates-no-container = {
      actual =
        isDerivationOf
          (host { containers.a.config = throw "evaluated"; }).config.system.build.containersCheck;
      expected = true;
    };

    the-generator-that-checks-runs-where-the-host-is-built = {
      actual =
        let
          cross = host {
            nixpkgs.pkgs = lib.mkForce pkgs.pkgsCross.aarch64-multiplatform;
            containers.a = { inherit path; };
          };
        in
        hasInfix "aarch64" cross.config.system.build.containersCheck.buildCommand;
      expected = false;
    };

    the-generator-and-its-manuals-are-installed = {
      actual = {
        generator = wasabi.config.systemd.generators.nixos-container-generator;
        inSystemPath = lib.elem wasabi.config.boot.containerGenerator.package wasabi.config.environment.systemPackages;
      };
      expected = {
        generator = "${wasabi.config.boot.containerGenerator.package}/lib/systemd/system-generators/nixos-container-generator";
        inSystemPath = true;
      };
    };

    no-unit-is-made-in-nix = {
      actual = filter (hasInfix "container@") (attrNames wasabi.config.systemd.services);
      expected = [ ];
    };

    containers-start-with-the-host = {
      actual = wasabi.config.systemd.targets.multi-user.wants;
      expected = [ "machines.target" ] ++ without.config.systemd.targets.multi-user.wants;
    };

    kernel-modules-are-loaded = {
      actual = lib.subtractLists without.config.boot.kernelModules wasabi.config.boot.kernelModules;
      expected = [
        "bridge"
        "macvlan"
        "tap"
        "tun"
      ];
    };

    dhcpcd-leaves-links-alone = {
      actual = networks.config.networking.dhcpcd.denyInterfaces;
      expected = [
        "ve-*"
        "vb-*"
        "db0"
        "lan0"
      ];
    };

    networkd-and-networkmanager-are-told-of-links = {
      actual = lib.any (
        package: lib.getName package == "nixos-container-generator"
      ) networks.config.services.udev.packages;
      expected = true;
    };

    hosts-are-those-that-are-reachable = {
      actual = networks.config.networking.extraHosts;
      expected = ''
        10.1.0.2 bridged-with-a-long-name.containers
        fc00:1::2 bridged-with-a-long-name.containers
        10.3.0.2 extra.containers
        fc00:3::2 extra.containers
        10.0.0.2 routed.containers
        fc00::2 routed.containers
      '';
    };

    upstream-hosts = {
      actual =
        (host (upstream "hosts" { inherit lib; } // { virtualisation = { }; }))
        .config.networking.extraHosts;
      expected = ''
        10.11.0.1 netmask.containers
        10.10.0.1 simple.containers
      '';
    };

    upstream-custom-pkgs = {
      actual = failed (host (upstream "custom-pkgs"));
      expected = [ ];
    };

    containers-can-share-a-system = {
      actual = manifestOf fleet;
      expected = lib.genAttrs [ "web1" "web2" "web3" ] (name: {
        privateNetwork = true;
        hostAddress = "192.168.100.10";
        localAddress = "192.168.100.1${lib.removePrefix "web" name}";
        system = "${fleet.config.containers.${if name == "web3" then "web1" else name}.path}";
      });
    };

    a-system-knows-neither-name-nor-address = {
      actual =
        map (file: fleet.config.containers.web1.config.environment.etc.${file}.source.drvPath or file) [
          "hosts"
        ]
        ++ [
          fleet.config.containers.web1.config.system.build.etc.drvPath
          fleet.config.containers.web1.config.environment.etc.hostname.enable
        ];
      expected = [
        fleet.config.containers.web2.config.environment.etc.hosts.source.drvPath
        fleet.config.containers.web2.config.system.build.etc.drvPath
        false
      ];
    };

    the-name-can-be-read-all-the-same = {
      actual = fleet.config.containers.web1.config.networking.hostName;
      expected = "web1";
    };

    a-name-of-the-users-own-stays = {
      actual = {
        inherit (named.config.containers.web.config.environment.etc.hostname) enable text;
        hosts = named.config.containers.web.config.networking.hosts."127.0.0.2";
        withDomain = named.config.containers.web2.config.networking.hosts."127.0.0.2";
      };
      expected = {
        enable = true;
        text = "www\n";
        hosts = [
          "extra"
          "www"
        ];
        withDomain = [
          "web2.example.org"
          "web2"
        ];
      };
    };

    name-servers-of-the-host-are-followed-unless-there-are-others = {
      actual = mapAttrs (
        _: container: container.config.systemd.paths ? host-resolv-conf
      ) dns.config.containers;
      expected = {
        plain = true;
        own = false;
        both = true;
        none = false;
        resolved = false;
      };
    };

    the-host-s-name-servers-are-used-unless-there-are-others = {
      actual = mapAttrs (
        _: container: container.config.networking.useHostResolvConf
      ) dns.config.containers;
      expected = {
        plain = true;
        own = false;
        both = true;
        none = true;
        resolved = false;
      };
    };

    a-container-is-spared-what-is-of-no-use-in-it-unless-it-is-asked-for = {
      actual = lib.genAttrs [ "plain" "asking" ] (
        name:
        let
          inherit (spared.config.containers.${name}.config) security systemd;
        in
        {
          inherit (systemd.services.console-getty) enable;
          commands = systemd.services.network-local-commands.enable;
          lingers = !(systemd.services.linger-users.unitConfig ? ConditionDirectoryNotEmpty);
          generators = filter (generator: !(systemd.generators ? "systemd-${generator}-generator")) [
            "cryptsetup"
            "getty"
            "gpt-auto"
            "veritysetup"
          ];
          wrappers = filter (wrapper: security.wrappers.${wrapper}.enable) [
            "newuidmap"
            "su"
          ];
          firewall = systemd.services.firewall.environment ? BASH_ENV;
        }
      );
      expected = {
        plain = {
          enable = false;
          commands = false;
          lingers = false;
          generators = [ ];
          wrappers = [ "su" ];
          firewall = true;
        };
        asking = {
          enable = true;
          commands = true;
          lingers = true;
          generators = [
            "cryptsetup"
            "getty"
          ];
          wrappers = [
            "newuidmap"
            "su"
          ];
          firewall = false;
        };
      };
    };

    a-firewall-of-nftables-or-of-the-host-is-not-touched = {
      actual = lib.genAttrs [ "nftables" "shared" ] (
        name:
        spared.config.containers.${name}.config.systemd.services.firewall.environment.BASH_ENV or null
      );
      expected = {
        nftables = null;
        shared = null;
      };
    };

    static-name-servers-go-when-the-unit-that-sets-them-does = {
      actual =
        let
          unit = dns.config.containers.own.config.systemd.services.network-local-commands;
        in
        unit.enable && hasInfix "resolvconf -f -d static" unit.serviceConfig.ExecStop;
      expected = true;
    };

    a-container-with-a-store-of-its-own-has-its-closure-and-no-nix = {
      actual = {
        closures = mapAttrs (_: entry: isStorePath (entry.closure or "")) (manifestOf isolated);
        nix = mapAttrs (_: container: container.config.nix.enable) isolated.config.containers;
        failed = failed isolated ++ failed { inherit (isolated.config.containers.isolated) config; };
        evaluates = isDerivation isolated.config.containers.isolated.config.system.build.toplevel.drvPath;
      };
      expected = {
        closures = {
          isolated = true;
          open = false;
        };
        nix = {
          isolated = false;
          open = true;
        };
        failed = [ ];
        evaluates = true;
      };
    };

    containers-with-systemd-resolved-need-no-more = {
      actual = failed { inherit (dns.config.containers.resolved) config; };
      expected = [ ];
    };

    resolvconf-hears-of-the-host-s-name-servers = {
      actual =
        let
          inherit (dns.config.containers.plain.config.systemd) paths services;
        in
        {
          inherit (paths.host-resolv-conf.pathConfig) PathChanged;
          script = hasInfix "resolvconf -m 1000 -a host </run/host/resolv-conf/resolv.conf" services.host-resolv-conf.script;
        };
      expected = {
        PathChanged = "/run/host/resolv-conf/resolv.conf";
        script = true;
      };
    };

    a-default-gateway-is-on-the-link =
      let
        inherit (gateway.config.containers.test.config.systemd.services) network-addresses-eth0;
      in
      {
        actual = map (text: hasInfix text network-addresses-eth0.script) [
          "ip -4 route replace default proto static dev eth0 via 192.168.0.1"
          "ip -6 route replace default proto static dev eth0 via fc00::1"
          "ip addr"
        ];
        expected = [
          true
          true
          false
        ];
      };

    a-default-gateway-on-another-network-stays-there = {
      actual = {
        other = hasInfix "via 10.0.0.1" gateway.config.containers.elsewhere.config.systemd.services.network-addresses-lan0.script;
        link = hasInfix "10.0.0.1" gateway.config.containers.elsewhere.config.systemd.services.network-addresses-eth0.script;
      };
      expected = {
        other = true;
        link = false;
      };
    };

    a-default-gateway-works-with-networkd =
      let
        text = gateway.config.containers.networkd.config.systemd.network.units."40-eth0.network".text;
      in
      {
        actual = map (part: hasInfix part text) [
          "Gateway=192.168.0.1"
          "KeepConfiguration=static"
          "ConfigureWithoutCarrier=true"
        ];
        expected = [
          true
          true
          true
        ];
      };

    # The same file is tried with a networkd that runs, tests/system/network.sh.
    networkd-leaves-the-links-of-a-container-as-they-are = {
      actual = networksOf "plain";
      expected."zz-nixos-container.network" = builtins.readFile ../../system/networkd/zz-nixos-container.network;
    };

    networkd-has-each-link-that-is-configured-in-its-own-file = {
      actual = mapAttrs (
        _: text:
        map (part: hasInfix part text) [
          "KeepConfiguration=static"
          "ConfigureWithoutCarrier=true"
          "DHCP=yes"
          "Name=lan0 lan1"
        ]
      ) (networksOf "veths");
      expected = {
        "40-lan0.network" = [
          true
          true
          false
          false
        ];
        "40-lan1.network" = [
          true
          true
          true
          false
        ];
        "zz-nixos-container.network" = [
          true
          true
          false
          true
        ];
      };
    };

    networkd-has-the-links-of-a-container-ask-for-addresses = {
      actual = hasInfix "DHCP=yes" (networksOf "dhcp")."zz-nixos-container.network";
      expected = true;
    };

    networkd-has-the-networks-of-a-user-first = {
      actual = lib.head (attrNames (networksOf "own"));
      expected = "lan.network";
    };

    networkd-waits-only-where-there-is-something-to-configure = {
      actual = mapAttrs (
        _: container: container.config.systemd.services.systemd-networkd-wait-online.enable
      ) networkd.config.containers;
      expected = {
        plain = true;
        veths = true;
        dhcp = true;
        none = false;
        own = true;
      };
    };

    rules-of-a-container-are-loaded-where-it-may-have-some = {
      actual =
        (host {
          containers.web.config = {
            imports = [ small ];
            networking.nftables.enable = true;
          };
        }).config.containers.web.config.systemd.services.nftables.unitConfig.ConditionCapability;
      expected = "CAP_NET_ADMIN";
    };

    a-container-copies-nothing-into-memory-at-its-end = {
      actual = dns.config.containers.plain.config.systemd.services ? generate-shutdown-ramfs;
      expected = false;
    };

    a-container-in-the-network-of-the-host-has-no-firewall-by-default =
      let
        inherit
          (host {
            containers = {
              own = {
                privateNetwork = true;
                config = { };
              };
              linked = {
                macvlans = [ "eth0" ];
                config = { };
              };
              flagged = {
                extraFlags = [ "--network-veth" ];
                config = { };
              };
              joined = {
                networkNamespace = /run/netns/vpn;
                config = { };
              };
              shared = {
                enableTun = true;
                config = { };
              };
              sharedAndSet.config.networking.firewall.enable = true;
              sharedAndDefault.config.networking.firewall.enable = lib.mkDefault true;
            };
          })
          config
          ;
      in
      {
        actual = mapAttrs (_: container: container.config.networking.firewall.enable) config.containers;
        expected = {
          own = true;
          linked = true;
          flagged = true;
          joined = true;
          shared = false;
          sharedAndSet = true;
          sharedAndDefault = true;
        };
      };

    a-container-may-have-a-nixpkgs-of-years-ago =
      let
        older = host {
          containers.older = {
            nixpkgs = ./older;
            unprivileged = true;
            privateNetwork = true;
            hostBridge = "br0";
            extraVeths.lan0 = { };
            isolateStore = true;
            config = {
              networking.defaultGateway = "192.168.0.1";
              networking.useNetworkd = true;
              systemd.network.enable = true;
            };
          };
        };
        inherit (older.config.containers.older) config;
      in
      {
        actual = {
          inherit (config.networking) hostName interfaces defaultGateway;
          inherit (config.boot) isContainer;
          inherit (config.nixpkgs) system localSystem;
          networks = mapAttrs (_: network: network.networkConfig.KeepConfiguration) config.systemd.network.networks;
          inherit (config.systemd.services.host-resolv-conf) path;
          # All that is given has to be an option.
          isComplete = builtins.deepSeq config true;
        };
        expected = {
          hostName = "older";
          interfaces.eth0 = {
            name = "eth0";
            ipv4.addresses = [ ];
            ipv6.addresses = [ ];
          };
          defaultGateway = {
            address = "192.168.0.1";
            interface = "eth0";
            metric = null;
          };
          isContainer = true;
          system = "x86_64-linux";
          localSystem = {
            system = "x86_64-linux";
            config = "x86_64-unknown-linux-gnu";
          };
          networks = {
            "40-eth0" = "static";
            zz-nixos-container = "static";
          };
          path = [ "/nix/store/00000000000000000000000000000000-openresolv" ];
          isComplete = true;
        };
      };

    containers-in-containers-are-generated-too = {
      actual = {
        inherit ((manifestOf nested.config.containers.outer).inner) autoStart;
        generator = nested.config.containers.outer.config.systemd.generators ? nixos-container-generator;
        evaluates = isDerivation nested.config.system.build.toplevel.drvPath;
      };
      expected = {
        autoStart = true;
        generator = true;
        evaluates = true;
      };
    };

    definitions-are-merged = {
      actual = (manifestOf merged).a;
      expected = {
        system = path;
        additionalCapabilities = [
          "CAP_NET_ADMIN"
          "CAP_IPC_LOCK"
        ];
        bindMounts = {
          "/a" = { };
          "/b" = {
            hostPath = "/c";
            isReadOnly = false;
          };
        };
        timeoutStartSec = "3min";
      };
    };

    what-contradicts-itself-is-an-assertion = {
      actual = map optionOf (failed wrong);
      expected = [
        "containers.b.bindMounts.\"/a\""
        "containers.b.networkNamespace"
      ];
    };

    a-systemd-that-is-too-old-is-an-assertion = {
      actual =
        let
          withSystemd =
            version:
            host {
              boot.enableContainers = true;
              systemd.package = pkgs.systemd // {
                inherit version;
              };
            };
          about = filter (hasInfix "systemd 256");
        in
        map (version: about (failed (withSystemd version))) [
          "255.4"
          "256"
          "257.9"
        ];
      expected = [
        [ "Containers need systemd 256 or newer; systemd.package is 255.4." ]
        [ ]
        [ ]
      ];
    };

    what-has-no-effect-is-a-warning = {
      actual = map optionOf (filter (lib.hasPrefix "containers.") wrong.config.warnings);
      expected = [
        "containers.b.forwardPorts"
        "containers.b.extraFlags"
        "containers.b.bindMounts"
      ];
    };

    switched-off-nothing-is-made-and-a-warning-says-so = {
      actual = {
        assertions = failed switchedOff;
        warnings = map (hasInfix "boot.enableContainers is false") switchedOff.config.warnings;
        etc = switchedOff.config.environment.etc ? "nixos-containers/containers.yaml";
        generators = switchedOff.config.systemd.generators ? nixos-container-generator;
      };
      expected = {
        assertions = [ ];
        warnings = [ true ];
        etc = false;
        generators = false;
      };
    };

    a-flake-is-built-by-a-unit-before-the-container =
      let
        unit = unitOf flakes "container-flake@chosen";
      in
      {
        actual = {
          inherit (unit) before requiredBy;
          inherit (unit.serviceConfig) Type TimeoutStartSec;
          inherit (unit.unitConfig) ConditionPathExists;
          builds = hasInfix ''/etc/nixos#nixosConfigurations."wasabi".config.system.build.toplevel'' unit.script;
          default = hasInfix ''github:example/containers#nixosConfigurations."container".config.system.build.toplevel'' (unitOf flakes "container-flake@default")
          .script;
          others = flakes.config.systemd.services ? "container-flake@other";
          update = hasInfix "systemctl try-reload-or-restart container@chosen.service" (unitOf flakes "container-flake-update@chosen")
          .postStart;
          keep =
            hasInfix "--profile /nix/var/nix/profiles/per-container/chosen/system --delete-generations +10"
              (unitOf flakes "container-flake-update@chosen").postStart;
          inherit ((manifestOf flakes).chosen) system;
          inherit (flakes.config.containers.chosen) path;
        };
        expected = {
          before = [ "container@chosen.service" ];
          requiredBy = [ "container@chosen.service" ];
          Type = "oneshot";
          TimeoutStartSec = "infinity";
          ConditionPathExists = "!/nix/var/nix/profiles/per-container/chosen/system";
          builds = true;
          default = true;
          others = false;
          update = true;
          keep = true;
          system = "/nix/var/nix/profiles/system";
          path = "/nix/var/nix/profiles/per-container/chosen";
        };
      };

    a-container-that-is-deployed-separately-has-a-profile-and-nothing-builds-it = {
      actual = {
        manifest = manifestOf deployed;
        units = lib.filter (hasInfix "flake") (attrNames deployed.config.systemd.services);
      };
      expected = {
        manifest = {
          a = {
            autoStart = true;
            system = "/nix/var/nix/profiles/system";
          };
          b.system = "/nix/var/nix/profiles/system";
        };
        units = [ ];
      };
    };

    state-of-an-old-host-is-found = {
      actual = {
        rule = lib.elem "L /var/lib/nixos-containers - - - - containers" old.config.systemd.tmpfiles.rules;
        warning = lib.any (hasInfix "/var/lib/containers") old.config.warnings;
        new = lib.any (hasInfix "nixos-containers") wasabi.config.systemd.tmpfiles.rules;
      };
      expected = {
        rule = true;
        warning = true;
        new = false;
      };
    };

    settings-of-a-unit-are-a-drop-in = {
      actual = {
        container = (unitOf overridden "container@a").overrideStrategy;
        other = (unitOf overridden "other").overrideStrategy;
      };
      expected = {
        container = "asDropin";
        other = "asDropinIfExists";
      };
    };

    special-arguments-reach-the-config = {
      actual = arguments.config.containers.a.config.environment.etc.greeting.text;
      expected = "hello";
    };

    default-nix-has-many-faces = {
      actual = {
        module = project.nixosModule;
        package = (project { inherit pkgs; }).name;
        byAttribute = (project { inherit pkgs; }).package.drvPath == (project { inherit pkgs; }).drvPath;
        fromTheSearchPath = project.package.name;
        called = (pkgs.callPackage ../../.. { }).name;
      };
      expected = {
        module = ../../../nixos-module;
        package = packageName;
        byAttribute = true;
        fromTheSearchPath = packageName;
        called = packageName;
      };
    };

    the-flake-has-what-default-nix-has = {
      actual = {
        package = flake.packages.x86_64-linux.default.drvPath == (project { inherit pkgs; }).package.drvPath;
        platforms = lib.mapAttrs (_: packages: packages.default.stdenv.hostPlatform.system) flake.packages;
        checks = lib.mapAttrs (_: attrNames) flake.checks;
        # As it takes the evaluation of two hosts, of one only.
        machine = isDerivationOf flake.checks.x86_64-linux.wasabi;
        manifest = isDerivationOf flake.checks.x86_64-linux.manifest;
        shells = lib.mapAttrs (_: shells: isDerivationOf shells.default) flake.devShells;
        apps = lib.mapAttrs (_: apps: apps.demo.type) flake.apps;
      };
      expected = {
        package = true;
        platforms = bothSystems (system: system);
        checks = bothSystems (_: [
          "manifest"
          "package"
          "wasabi"
        ]);
        machine = true;
        manifest = true;
        shells = bothSystems (_: true);
        apps = bothSystems (_: "app");
      };
    };

    the-module-of-the-flake-is-that-of-default-nix-and-can-be-there-twice = {
      actual =
        manifestOf (stock {
          imports = [
            flake.nixosModules.default
            flake.nixosModules.default
            project.nixosModule
          ];
          containers.one = { inherit path; };
        }) == manifestOf (host { containers.one = { inherit path; }; });
      expected = true;
    };

    the-package-says-where-every-program-is = {
      actual =
        lib.subtractLists
          (map (flag: lib.head (lib.splitString "=" flag)) (project { inherit pkgs; }).makeFlags)
          (
            lib.concatMap (line: lib.splitString " " (lib.removePrefix "TOOLS := " line)) (
              filter (lib.hasPrefix "TOOLS := ") (lib.splitString "\n" (builtins.readFile ../../../Makefile))
            )
          );
      expected = [ ];
    };

    the-switch-is-triggered-by-the-manifest-and-by-nothing-else = {
      actual =
        let
          trigger = module: (unitOf (host module) "nixos-containers-apply").restartTriggers;
          one = {
            containers.one = { inherit path; };
          };
          same = trigger one;
        in
        [
          (lib.length same)
          (trigger one == same)
          (trigger (one // { environment.etc.other.text = "other"; }) == same)
          (
            trigger {
              containers.one = {
                inherit path;
                autoStart = true;
              };
            } == same
          )
          (
            trigger {
              containers = one.containers // {
                two = { inherit path; };
              };
            } == same
          )
        ];
      expected = [
        1
        true
        true
        false
        false
      ];
    };

    groups-that-ping-are-those-that-the-container-has = {
      actual =
        let
          groups =
            options: config:
            (host {
              containers.web = {
                config.imports = [
                  small
                  config
                ];
              }
              // options;
            }).config.containers.web.config.boot.kernel.sysctl."net.ipv4.ping_group_range";
        in
        [
          (groups { } { })
          (groups { unprivileged = true; } { })
          (groups { privateUsers = 65536; } { })
          (groups { privateUsers = "identity"; } { })
          (groups { extraFlags = [ "-U --quiet" ]; } { })
          (groups { extraFlags = [ "--private-users=65536:65536" ]; } { })
          (groups {
            privateUsers = "pick";
            extraFlags = [ "--private-users=no" ];
          } { })
          (groups { unprivileged = true; } { boot.kernel.sysctl."net.ipv4.ping_group_range" = "0 0"; })
        ];
      expected = [
        "0 2147483647"
        "0 65535"
        "0 65535"
        "0 65535"
        "0 65535"
        "0 65535"
        "0 2147483647"
        "0 0"
      ];
    };

    unprivileged-is-short-for-users-of-its-own = {
      actual =
        let
          users =
            module: options:
            let
              machine = host {
                imports = [ module ];
                containers.web = {
                  inherit path;
                }
                // options;
              };
            in
            if failed machine == [ ] then
              (manifestOf machine).web.privateUsers or "no"
            else
              map optionOf (failed machine);
          everywhere.boot.containerGenerator.unprivileged = true;
        in
        [
          (users { } { })
          (users { } { unprivileged = true; })
          (users { } { unprivileged = false; })
          (users { } {
            unprivileged = true;
            privateUsers = 65536;
          })
          (users { } {
            unprivileged = true;
            privateUsers = "no";
          })
          (users { } {
            unprivileged = false;
            privateUsers = 65536;
          })
          (users { } {
            unprivileged = false;
            extraFlags = [ "-U" ];
          })
          (users everywhere { })
          (users everywhere { unprivileged = false; })
          (users everywhere { privateUsers = "identity"; })
        ];
      expected = [
        "no"
        "pick"
        "no"
        65536
        [ "containers.web.unprivileged" ]
        [ "containers.web.unprivileged" ]
        [ "containers.web.unprivileged" ]
        "pick"
        "no"
        "identity"
      ];
    };

    ports-are-open-where-the-firewall-says-so = {
      actual =
        let
          forwards =
            module:
            map (forward: forward.openFirewall or false)
              (manifestOf (host {
                imports = [ module ];
                containers.web = {
                  inherit path;
                  privateNetwork = true;
                  localAddress = "10.0.0.2";
                  forwardPorts = [
                    { hostPort = 80; }
                    {
                      hostPort = 81;
                      openFirewall = true;
                    }
                    { hostPort = "8000-8010"; }
                  ];
                };
              })).web.forwardPorts;
        in
        [
          (forwards { })
          (forwards { networking.firewall.allowedTCPPorts = [ 80 ]; })
          (forwards { networking.firewall.allowedUDPPorts = [ 80 ]; })
          (forwards {
            networking.firewall.allowedTCPPorts = [ 8005 ];
            networking.firewall.allowedTCPPortRanges = [
              {
                from = 79;
                to = 8004;
              }
              {
                from = 8006;
                to = 8010;
              }
            ];
          })
          (forwards {
            networking.firewall.allowedTCPPortRanges = [
              {
                from = 8000;
                to = 8009;
              }
            ];
            networking.firewall.allowedUDPPortRanges = [
              {
                from = 1;
                to = 65535;
              }
            ];
          })
          (forwards { networking.firewall.enable = false; })
          (forwards { boot.containerGenerator.openFirewall = true; })
        ];
      expected = [
        [
          false
          true
          false
        ]
        [
          true
          true
          false
        ]
        [
          false
          true
          false
        ]
        [
          true
          true
          true
        ]
        [
          false
          true
          false
        ]
        [
          true
          true
          true
        ]
        [
          true
          true
          true
        ]
      ];
    };

    # Who reaches the internet makes the host forward packets, and the others are kept from it then, unless the host has a NAT for them.
    internet-access-is-for-whom-it-is-given = {
      actual =
        let
          access =
            module:
            let
              machine = host {
                imports = [ module ];
                containers.other = {
                  inherit path;
                  privateNetwork = true;
                  hostAddress = "10.0.0.1";
                };
              };
              inherit (machine.config.boot.kernel) sysctl;
            in
            {
              other = (manifestOf machine).other.internetAccess or null;
              ipv4 = sysctl."net.ipv4.conf.all.forwarding" or false;
              ipv6 = sysctl."net.ipv6.conf.all.forwarding" or false;
              rules = hasInfix rules machine.config.networking.firewall.extraForwardRules;
              warnings = filter (hasInfix "internalInterfaces") machine.config.warnings;
            };
          rules = ''
            iifname "ve-a-long-n*" accept
            ct status dnat accept
          '';
          online.containers.a-long-name-online = {
            inherit path;
            privateNetwork = true;
            hostAddress = "10.0.0.1";
            internetAccess = true;
          };
        in
        map access [
          { }
          online
          {
            imports = [ online ];
            networking.nftables.enable = true;
            networking.firewall.filterForward = true;
            networking.nat = {
              enable = true;
              internalInterfaces = [ "ve-+" ];
            };
          }
        ];
      expected = [
        {
          other = null;
          ipv4 = false;
          ipv6 = false;
          rules = false;
          warnings = [ ];
        }
        {
          other = false;
          ipv4 = true;
          ipv6 = false;
          rules = false;
          warnings = [ ];
        }
        {
          other = null;
          ipv4 = true;
          ipv6 = false;
          rules = true;
          warnings = [
            ''
              networking.nat.internalInterfaces: "ve-+" matches no interface with networking.nftables.enable. Write "ve-*", or set containers.<name>.internetAccess.
            ''
          ];
        }
      ];
    };

    # firewalld is a firewall, too, whatever networking.firewall.enable is. In it, containers with internetAccess have a zone.
    firewalld-opens-what-its-default-zone-does-and-lets-containers-out = {
      actual =
        let
          look =
            module:
            let
              machine = host {
                imports = [ module ];
                networking.nftables.enable = true;
                services.firewalld.enable = true;
                containers = {
                  a-long-name-online = {
                    inherit path;
                    privateNetwork = true;
                    hostAddress = "10.0.0.1";
                    localAddress = "10.0.0.2";
                    internetAccess = true;
                    forwardPorts = [
                      { hostPort = 8080; }
                      { hostPort = "9000-9009"; }
                      {
                        hostPort = 53;
                        protocol = "udp";
                      }
                    ];
                  };
                  offline = {
                    inherit path;
                    privateNetwork = true;
                  };
                };
              };
              zone = machine.config.services.firewalld.zones.nixos-containers;
            in
            {
              open = map (
                forward: forward.openFirewall or false
              ) (manifestOf machine).a-long-name-online.forwardPorts;
              zone = { inherit (zone) interfaces ports target; };
              hasPolicy = machine.config.environment.etc ? "firewalld/policies/containers-out.xml";
              warnings = map optionOf machine.config.warnings;
            };
        in
        map look [
          {
            networking.firewall.allowedTCPPorts = [ 8080 ];
            networking.firewall.allowedTCPPortRanges = [
              {
                from = 9000;
                to = 9100;
              }
            ];
          }
          {
            networking.firewall.enable = false;
            services.firewalld = {
              settings.StrictForwardPorts = true;
              zones.public.services = [ "own" ];
              services.own.ports = [
                {
                  port = 53;
                  protocol = "udp";
                }
              ];
            };
          }
          {
            networking.firewall.enable = false;
            services.firewalld.zones.public.target = "ACCEPT";
          }
          { networking.firewall.enable = false; }
        ];
      expected = [
        {
          open = [
            true
            true
            false
          ];
          zone = {
            interfaces = [ "ve-a-long-n+" ];
            ports = [
              {
                port = 8080;
                protocol = "tcp";
              }
              {
                port = "9000-9100";
                protocol = "tcp";
              }
            ];
            target = "DROP";
          };
          hasPolicy = true;
          warnings = [ ];
        }
        {
          open = [
            false
            false
            true
          ];
          zone = {
            interfaces = [ "ve-a-long-n+" ];
            ports = [ ];
            target = "%%REJECT%%";
          };
          hasPolicy = true;
          warnings = [ "services.firewalld.settings.StrictForwardPorts" ];
        }
        {
          open = [
            true
            true
            true
          ];
          zone = {
            interfaces = [ "ve-a-long-n+" ];
            ports = [ ];
            target = "ACCEPT";
          };
          hasPolicy = true;
          warnings = [ ];
        }
        {
          open = [
            false
            false
            false
          ];
          zone = {
            interfaces = [ "ve-a-long-n+" ];
            ports = [ ];
            target = "%%REJECT%%";
          };
          hasPolicy = true;
          warnings = [ ];
        }
      ];
    };

    docker-lets-containers-pass-each-time-it-starts = {
      actual =
        let
          docker =
            module:
            let
              machine = host {
                imports = [ module ];
                virtualisation.docker.enable = true;
              };
              unit = unitOf machine "nixos-containers-docker";
            in
            if machine.config.systemd.services ? nixos-containers-docker then
              {
                inherit (unit) after partOf wantedBy;
                arguments = lib.last (lib.splitString "docker-rules.sh\" " unit.serviceConfig.ExecStart);
              }
            else
              null;
          containers = {
            a-long-name-online = {
              inherit path;
              privateNetwork = true;
              hostAddress = "10.0.0.1";
              internetAccess = true;
            };
            bridged = {
              inherit path;
              privateNetwork = true;
              hostBridge = "br0";
              localAddress = "10.1.0.2";
              forwardPorts = [ { hostPort = 80; } ];
              extraVeths.more = {
                localAddress = "10.2.0.2";
                forwardPorts = [ { hostPort = 81; } ];
              };
            };
          };
        in
        map docker [
          { inherit containers; }
          {
            inherit containers;
            virtualisation.docker.daemon.settings.iptables = false;
          }
          { }
        ];
      expected = [
        {
          after = [ "docker.service" ];
          partOf = [ "docker.service" ];
          wantedBy = [ "docker.service" ];
          arguments = ''"start" "ve-a-long-n+" "--" "br0" "more"'';
        }
        null
        null
      ];
    };

    names-that-match-nothing-are-told = {
      actual =
        let
          warnings =
            module:
            (host {
              networking.nftables.enable = true;
              networking.firewall.trustedInterfaces = [
                "ve-+"
                "ve-*"
              ];
              networking.firewall.interfaces."ve-w+".allowedTCPPorts = [ 80 ];
              containers.web = { inherit path; };
              imports = [ module ];
            }).config.warnings;
        in
        map warnings [
          { }
          { networking.nftables.enable = lib.mkForce false; }
          { networking.firewall.enable = false; }
        ];
      expected = [
        [
          ''
            networking.firewall.trustedInterfaces: "ve-+" matches no interface with networking.nftables.enable. Write "ve-*".
          ''
          ''
            networking.firewall.interfaces: "ve-w+" matches no interface with networking.nftables.enable. Write "ve-w*".
          ''
        ]
        [ ]
        [ ]
      ];
    };

    # A host that forwards takes router advertisements from where its uplink is, but from no bridge that only containers are on.
    containers-on-a-bridge-are-no-routers-of-the-host = {
      actual =
        let
          machine = host {
            networking.bridges."br.in".interfaces = [ ];
            networking.bridges.br-extra.interfaces = [ ];
            networking.bridges.br-out.interfaces = [ "enp1s0" ];
            containers = {
              one = {
                inherit path;
                privateNetwork = true;
                hostBridge = "br.in";
                extraVeths.a.hostBridge = "br-extra";
                extraVeths.b.hostBridge = "br-out";
              };
              two = {
                inherit path;
                privateNetwork = true;
                hostAddress6 = "fc00::1";
                localAddress6 = "fc00::2";
                internetAccess = true;
              };
            };
          };
        in
        lib.filterAttrs (name: _: hasInfix "accept_ra" name) machine.config.boot.kernel.sysctl;
      expected = {
        "net.ipv6.conf.default.accept_ra" = 2;
        "net.ipv6.conf.br/in.accept_ra" = 1;
        "net.ipv6.conf.br-extra.accept_ra" = 1;
      };
    };

    # Who flushes all rules includes those of the containers; who does not has no need to.
    a-host-that-flushes-its-rules-includes-those-of-containers = {
      actual =
        let
          deletions =
            nftables:
            (host {
              containers.a = { inherit path; };
              networking = { inherit nftables; };
            }).config.networking.nftables.extraDeletions;
          included =
            nftables: hasInfix "include \"/run/nixos-container-generator/.nftables/*\"\n" (deletions nftables);
        in
        map included [
          { }
          { flushRuleset = true; }
          { enable = true; }
          {
            enable = true;
            flushRuleset = true;
          }
          {
            enable = true;
            ruleset = "table inet mine { }";
          }
        ];
      expected = [
        false
        false
        false
        true
        true
      ];
    };

    # What keeps restricted links closed is there, also where the kernel loads nothing any more.
    restricted-links-need-no-modules-later = {
      actual =
        let
          modules =
            internetAccess: lockKernelModules:
            filter (hasInfix "bpf")
              (host {
                containers.a = {
                  inherit path internetAccess;
                  privateNetwork = true;
                  hostAddress = "10.0.0.1";
                };
                security = { inherit lockKernelModules; };
              }).config.boot.kernelModules;
        in
        [
          (modules true true)
          (modules false true)
          (modules null true)
          (modules true false)
        ];
      expected = [
        [ "cls_bpf" ]
        [ "cls_bpf" ]
        [ ]
        [ ]
      ];
    };

    # A switch that restarts a container by name looks for it, and compares it for all containers.
    the-template-is-the-same-in-all-configurations = {
      actual =
        let
          template = machine: filter (package: lib.hasPrefix "container" (package.name or "")) machine.config.systemd.packages;
        in
        {
          templates = map (machine: lib.length (template machine)) [
            wasabi
            none
            switchedOff
          ];
          isSame = template wasabi == template (host {
            containers.one = { inherit path; };
            systemd.services."container@".serviceConfig.LimitNOFILE = 4321;
          });
          storePaths = hasInfix builtins.storeDir (builtins.readFile (../../../nixos-module + "/container@.service"));
        };
      expected = {
        templates = [
          1
          0
          0
        ];
        isSame = true;
        storePaths = false;
      };
    };

    disabling-a-unit-that-is-generated-is-an-error = {
      actual = failed (host {
        containers.one = { inherit path; };
        containers.two = { inherit path; };
        systemd.services."container@one".enable = false;
        systemd.services."container@two".serviceConfig.LimitNOFILE = 4321;
      });
      expected = [
        "systemd.services.\"container@one\".enable: has no effect. Set containers.one.autoStart, or leave the container out."
      ];
    };

    # Each switch starts what does not stay active, and stops what does and is no longer there, whatever it has changed to.
    the-switch-applies-the-manifest = {
      actual =
        let
          units = lib.genAttrs [ "nixos-containers-switch" "nixos-containers-apply" ] (unitOf wasabi);
          command = lib.removePrefix "${wasabi.config.boot.containerGenerator.package}/bin/";
        in
        {
          kept = {
            inherit (units.nixos-containers-switch) restartIfChanged wantedBy;
            inherit (units.nixos-containers-switch.serviceConfig) RemainAfterExit;
            starts = units.nixos-containers-switch.serviceConfig ? ExecStart;
            stop = command (lib.last units.nixos-containers-switch.serviceConfig.ExecStop);
          };
          applied = {
            inherit (units.nixos-containers-apply) after restartIfChanged wantedBy;
            stays = units.nixos-containers-apply.serviceConfig ? RemainAfterExit;
            start = command units.nixos-containers-apply.serviceConfig.ExecStart;
          };
          warnings = filter (hasInfix "nixos-containers") wasabi.config.warnings;
        };
      expected = {
        kept = {
          restartIfChanged = false;
          wantedBy = [ "multi-user.target" ];
          RemainAfterExit = true;
          starts = false;
          stop = "nixos-container apply --at-switch --none";
        };
        applied = {
          after = [
            "nixos-containers-switch.service"
            "sops-install-secrets.service"
            "agenix-install-secrets.service"
          ];
          restartIfChanged = true;
          wantedBy = [ "multi-user.target" ];
          stays = false;
          start = "nixos-container apply --at-switch";
        };
        warnings = [ ];
      };
    };

    # The module of NixOS has units of the same names.
    containers-that-run-are-noted-before-a-switch = {
      actual = hasInfix "apply --before-switch" wasabi.config.system.preSwitchChecks.nixos-containers;
      expected = true;
    };

    # By the program of the configuration that has containers.
    the-plan-is-shown-when-a-switch-is-only-tried-out = {
      actual = map (machine: hasInfix "/bin/nixos-container plan" machine.config.system.dryActivationScript) [
        wasabi
        none
        switchedOff
      ];
      expected = [
        true
        true
        true
      ];
    };

    a-switch-while-the-host-boots-is-made-up-for-afterwards = {
      actual = map (hasInfix "--property=After=multi-user.target") [
        wasabi.config.system.activationScripts.script
        none.config.system.activationScripts.script
      ];
      expected = [
        true
        false
      ];
    };

    what-a-service-does-not-have-is-a-warning-until-it-is-given = {
      actual = asking.config.warnings;
      expected = [
        "containers.bare: asking.service needs CAP_SYS_TIME: add it to containers.bare.additionalCapabilities."
        "containers.bare: asking.service needs /dev/net/tun: set containers.bare.enableTun = true."
        "containers.bare: asking.service needs /dev/ttyS0: add it to containers.bare.devices."
        "containers.bare: asking.service does not start in a container."
        "containers.bare: IPAddressDeny= of asking.service has no effect: add \"bpf\" to containers.bare.systemCallFilter."
        "containers.bare: security.wrappers.dumpcap needs CAP_NET_ADMIN: set containers.bare.privateNetwork = true."
        "containers.bare: boot.kernel.sysctl.\"net.ipv4.ip_forward\" has no effect: set it on the host."
        "containers.bare: boot.kernel.sysctl.\"vm.overcommit_memory\" has no effect: set it on the host."
        "containers.bare: kernel module br_netfilter can only be loaded by the host: add it to the host's boot.kernelModules."
        "containers.unprivileged: asking.service needs CAP_NET_RAW: containers.unprivileged.dropCapabilities takes it away."
        "containers.unprivileged: asking.service needs CAP_SYS_TIME: set containers.unprivileged.unprivileged = false."
        "containers.unprivileged: asking.service needs /dev/ttyS0: add it to containers.unprivileged.devices."
        "containers.unprivileged: asking.service does not start in a container."
        "containers.unprivileged: asking.service does not start, because real-time scheduling is not permitted: set containers.unprivileged.unprivileged = false."
        "containers.unprivileged: IPAddressDeny= of asking.service has no effect."
        "containers.unprivileged: security.wrappers.dumpcap needs CAP_NET_RAW: containers.unprivileged.dropCapabilities takes it away."
        "containers.unprivileged: boot.kernel.sysctl.\"vm.overcommit_memory\" has no effect: set it on the host."
        "containers.unprivileged: kernel module br_netfilter can only be loaded by the host: add it to the host's boot.kernelModules."
        "containers.unprivileged: fileSystems.\"/mnt\" can only be mounted by the host: use containers.unprivileged.bindMounts."
      ];
    };

    the-virtual-machine-tests-evaluate = {
      actual = map (test: isDerivation test.drvPath) [
        (project { inherit pkgs; }).tests.wasabi
        (project { inherit pkgs; }).tests.upstream.hosts
      ];
      expected = [
        true
        true
      ];
    };
  };

  result =
    { actual, expected }:
    if actual == expected then
      ""
    else
      "expected: ${builtins.toJSON expected}\nactual:   ${builtins.toJSON actual}\n";
in
if names then builtins.attrNames tests else mapAttrs (_: result) tests
