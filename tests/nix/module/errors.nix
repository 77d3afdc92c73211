# SPDX-License-Identifier: MIT
# What cannot be evaluated, and what Nix says then.
{
  names ? false,
}:
let
  inherit (import ./host.nix) host path;

  # An option of the container "a".
  option = name: settings: (host { containers.a = settings; }).config.containers.a.${name};

  errors = {
    the-removed-option-pkgs = {
      expression = option "path" {
        inherit path;
        pkgs = { };
      };
      message = "containers.a.pkgs, which is set in";
    };
    config-and-flake = {
      expression = option "path" {
        config = { };
        flake = "github:example/containers";
      };
      message = "containers.a.config and containers.a.flake cannot both be given.";
    };
    config-and-deploy-separately = {
      expression = option "path" {
        config = { };
        deploySeparately = true;
      };
      message = "containers.a.config and containers.a.deploySeparately cannot both be set.";
    };
    flake-and-deploy-separately = {
      expression = option "path" {
        flake = "github:example/containers";
        deploySeparately = true;
      };
      message = "containers.a.flake and containers.a.deploySeparately cannot both be set.";
    };
    path-and-deploy-separately = {
      expression = option "path" {
        inherit path;
        deploySeparately = true;
      };
      message = "The option `containers.a.path' has conflicting definition values:";
    };
    isolate-store-and-deploy-separately = {
      expression = option "closure" {
        isolateStore = true;
        deploySeparately = true;
      };
      message = "containers.a.isolateStore and containers.a.deploySeparately cannot both be set.";
    };
    neither-config-nor-path = {
      expression = option "path" { };
      message = "The option `containers.a.path' was accessed but has no value defined";
    };
    a-port-that-is-none = {
      expression = option "forwardPorts" { forwardPorts = [ { hostPort = 65536; } ]; };
      message = "is not of type `16 bit unsigned integer";
    };
    an-address-that-is-none = {
      expression = option "hostAddress" { hostAddress = "192.168.100"; };
      message = "A definition for option `containers.a.hostAddress' is not of type `null or IP address'. Definition values:";
    };
    a-mac-address-that-is-none = {
      expression = option "localMacAddress" { localMacAddress = "02:00"; };
      message = "A definition for option `containers.a.localMacAddress' is not of type";
    };
    users-that-are-none = {
      expression = option "privateUsers" { privateUsers = "yes"; };
      message = "A definition for option `containers.a.privateUsers' is not of type";
    };
    an-option-that-does-not-exist = {
      expression = option "autoStart" { autostart = true; };
      message = "The option `containers.a.autostart' does not exist";
    };
    settings-of-a-container-that-fail-are-named-by-it = {
      expression = (option "config" { config.services.no-such-service.enable = true; }).system.name;
      message = "The option `containers.a.services.no-such-service' does not exist";
    };
  };
in
if names then builtins.attrNames errors else errors
