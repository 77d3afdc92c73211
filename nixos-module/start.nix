# SPDX-License-Identifier: MIT
# A container's start without what is of no use in it: units, generators and setuid programs for hardware, a boot loader, a console or options
# that it does not have. All of these are defaults: who wants one sets its option. Nothing in here changes users, or /etc beyond systemd's units.
# It may be a NixOS of years ago: what is newer than 20.09 is asked for.
container:
{
  config,
  lib,
  options,
  ...
}:
let
  flags = import ./flags.nix;
  inherit (config.networking) nameservers search;

  users = lib.attrValues config.users.users;

  # Whether only these @modules of NixOS have set the @option.
  isSetOnlyBy =
    modules: option:
    lib.all (file: lib.any (module: lib.hasSuffix module (toString file)) modules) option.files;

  # Whether somebody has commands of their own run when the network is set up.
  hasLocalCommands = !isSetOnlyBy [ "tasks/network-interfaces.nix" ] options.networking.localCommands;
  hasStaticNames = nameservers != [ ] || search != [ ];

  hasSubordinateIds = lib.any (
    user: user.subUidRanges != [ ] || user.subGidRanges != [ ] || user.autoSubUidGidRange or false
  ) users;

  # Whether the firewall is one of iptables, and nobody has more in it than NixOS's own options.
  isPlainFirewall =
    let
      inherit (config.networking) firewall nftables;
    in
    firewall.enable
    && !nftables.enable
    && firewall.extraPackages == [ ]
    && isSetOnlyBy [
      "services/networking/nat.nix"
      "services/networking/nat-iptables.nix"
    ] options.networking.firewall.extraCommands;

  generators = [
    # They end at once in a container: no firmware, no disks of its own to find or to resume from.
    "systemd-bless-boot-generator"
    "systemd-factory-reset-generator"
    "systemd-gpt-auto-generator"
    "systemd-hibernate-resume-generator"
    "systemd-tpm2-generator"
    # NixOS does not update itself that way.
    "systemd-system-update-generator"
    # It has no kernel command line.
    "systemd-run-generator"
  ]
  ++ lib.concatLists (
    lib.mapAttrsToList (file: generator: lib.optional (!config.environment.etc ? ${file}) generator) {
      crypttab = "systemd-cryptsetup-generator";
      integritytab = "systemd-integritysetup-generator";
      veritytab = "systemd-veritysetup-generator";
    }
  )
  # Logins get a getty of their own, container-getty@.service.
  ++ lib.optional (!config.systemd.services.console-getty.enable) "systemd-getty-generator";
in
{
  systemd = {
    generators = lib.genAttrs generators (_: lib.mkDefault "/dev/null");

    # The console is the host's journal, in which nobody can log in.
    services.console-getty.enable = lib.mkOverride 999 false;

    # Does what systemd-tmpfiles-setup-dev.service does, for udev.
    suppressedSystemUnits = [ "systemd-tmpfiles-setup-dev-early.service" ];

    # NixOS has resolvconf take the name servers from the configuration, whether there are any or not.
    services.network-local-commands =
      if hasStaticNames then
        lib.mkIf config.networking.resolvconf.enable {
          # They go with the unit.
          serviceConfig.ExecStop = "-${
            config.networking.resolvconf.package or config._module.args.pkgs.openresolv
          }/bin/resolvconf -f -d static";
        }
      else
        # Above what NixOS says itself.
        lib.mkIf (!hasLocalCommands) { enable = lib.mkOverride 99 false; };

    # With nobody who lingers, there are only those to look for who are still noted.
    services.linger-users =
      lib.mkIf
        (config.users.manageLingering or false && lib.all (user: user.linger or null == null) users)
        {
          unitConfig.ConditionDirectoryNotEmpty = "/var/lib/systemd/linger";
        };

    services.firewall = lib.mkIf (flags.hasOwnLoopback container && isPlainFirewall) {
      environment.BASH_ENV = "${./firewall-at-once.sh}";
    };

    # Or it is started, and at once again with the first name servers.
    services.nscd = lib.mkIf (config.services.nscd.enable && config.networking.resolvconf.enable) {
      after = [ "resolvconf.service" ];
    };
  };

  # They are copied at each start, and are for those alone who have other users' numbers.
  security.wrappers =
    lib.mkIf (lib.versionAtLeast lib.trivial.release "24.11" && !hasSubordinateIds)
      {
        newuidmap.enable = lib.mkDefault false;
        newgidmap.enable = lib.mkDefault false;
      };
}
