package io.vpccni.emulator;

import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.InstanceTypes;
import io.vpccni.emulator.fabric.BranchLinks;
import io.vpccni.emulator.fabric.WorldName;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.Throttle;
import java.util.List;
import java.util.Optional;

/** The arguments of {@link Main}, understood or not. */
sealed interface CommandLine {
    String USAGE = """
            Usage: java -jar emulator.jar [OPTION=VALUE]...
            EC2 and IMDS on this machine: one VPC, some nodes, no account.

              --nodes=2               instances at the start (0 to 1000)
              --instance-type=m5.large
              --ipv6=false            true: the primary ENI of each node has an IPv6 address
              --seed=1                ids, MACs, addresses and jitter come from it
              --delays=published      or none
              --throttle=published    or off
              --host=127.0.0.1        address to listen on
              --ec2-port=0            0: any free port
              --admin-port=0
              --imds-port=0           port of the first node's IMDS, the next nodes follow
              --imds-v1=false         true: IMDS answers without a token
              --fabric=WORLD          root on Linux: nodes are network namespaces vpccni-WORLD-node1, ... joined by a
                                      VPC; WORLD is 1 to 12 lower case letters and digits
              --branches=vlan|macvlan how the fabric's nodes make the links of branches; vlan unless the kernel has none
              --help

            It prints NAME=value lines with its endpoints and runs until it is stopped.
            Exit code 2: wrong option, or a port that is taken.
            """;

    record Help() implements CommandLine {}

    /** Empty {@code world}: no fabric. Empty {@code branches}: what the kernel can. */
    record Run(EmulatorOptions options, Optional<WorldName> world, Optional<BranchLinks> branches)
            implements CommandLine {}

    record Wrong(String message) implements CommandLine {}

    static CommandLine parse(List<String> arguments) {
        EmulatorOptions options = EmulatorOptions.usual();
        Optional<WorldName> world = Optional.empty();
        Optional<BranchLinks> branches = Optional.empty();
        if (arguments.contains("--help")) {
            return new Help();
        }
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 0) {
                return new Wrong("'" + argument + "' is not of the form --option=value");
            }
            String name = argument.substring(0, equals);
            String value = argument.substring(equals + 1);
            try {
                if (name.equals("--fabric")) {
                    world = Optional.of(new WorldName(value));
                } else if (name.equals("--branches")) {
                    branches = Optional.of(BranchLinks.named(value));
                } else {
                    options = with(options, name, value);
                }
            } catch (IllegalArgumentException e) {
                return new Wrong(String.valueOf(e.getMessage()));
            } catch (CloudError e) {
                return new Wrong(e.text());
            }
        }
        return new Run(options, world, branches);
    }

    private static EmulatorOptions with(EmulatorOptions options, String name, String value) {
        return switch (name) {
            case "--nodes" -> options.withNodes(number(name, value, 1000));
            case "--instance-type" ->
                options.withInstanceType(InstanceTypes.named(value).name());
            case "--seed" -> options.withSeed(number(name, value, Integer.MAX_VALUE));
            case "--delays" ->
                switch (value) {
                    case "none" -> options.withDelays(Delays.none());
                    case "published" -> options.withDelays(Delays.published());
                    default -> throw new IllegalArgumentException("--delays is none or published, not '" + value + "'");
                };
            case "--throttle" ->
                switch (value) {
                    case "off" -> options.withThrottle(Throttle.off());
                    case "published" -> options.withThrottle(Throttle.published());
                    default ->
                        throw new IllegalArgumentException("--throttle is off or published, not '" + value + "'");
                };
            case "--host" -> options.withHost(value);
            case "--ec2-port" -> options.withPorts(port(name, value), options.adminPort(), options.imdsPort());
            case "--admin-port" -> options.withPorts(options.ec2Port(), port(name, value), options.imdsPort());
            case "--imds-port" -> options.withPorts(options.ec2Port(), options.adminPort(), port(name, value));
            case "--imds-v1" -> options.withImdsVersionOne(flag(name, value));
            case "--ipv6" -> flag(name, value) ? options.withIpv6() : options;
            default -> throw new IllegalArgumentException("there is no option " + name);
        };
    }

    private static boolean flag(String name, String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(name + " is true or false, not '" + value + "'");
        };
    }

    private static int port(String name, String value) {
        return number(name, value, 65535);
    }

    private static int number(String name, String value, int most) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Answered below, as a number out of range is.
        }
        throw new IllegalArgumentException(name + " is a whole number from 0 to " + most + ", not '" + value + "'");
    }
}
