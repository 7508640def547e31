package io.vpccni.emulator.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The arguments of {@link PodTool}, understood or not. */
sealed interface PodArguments {
    String USAGE = """
            Usage: dev/pod add|del|check NAME [--node N] [--namespace NS]
                   dev/pod list
                   dev/pod install [--node N]
                   dev/pod chain [--node N] [--publish HOSTPORT:PORT[/udp]]... [--bandwidth RATE]
                   dev/pod disconnect RESULTS PLUGINS
            Plays the container runtime for the nodes of a running ./mvnw quarkus:dev; needs root.

              add     make a pod's network namespace, call the node's CNI plugins, show and try the pod's network
              del     call them to take it away, remove the namespace
              check   call them to compare
              list    the pods that were added
              install put plugins and configuration on the node as add does, and print its network namespace;
                      for other container runtimes
              chain   print the node's network configuration with portmap, bandwidth and tuning; for those runtimes
              disconnect  delete all that another runtime connected and has not deleted: RESULTS is where libcni keeps
                      its results there, PLUGINS the folder of plugins; they run in this network namespace

              --node N          node1, or just 1 (the default)
              --namespace NS    the pod's Kubernetes namespace (default)
              --publish P       a port of the node that leads to one of the container
              --bandwidth RATE  bits a second in each direction, 100K to 100G

            Exit code 1: a plugin or the machine failed, 2: wrong call, or no world to work in.
            """;

    record Help() implements PodArguments {}

    record Wrong(String message) implements PodArguments {}

    record ListPods() implements PodArguments {}

    record Install(String node) implements PodArguments {}

    record Chain(String node, WholeChain chain) implements PodArguments {}

    record Disconnect(Path results, Path plugins) implements PodArguments {}

    record One(Verb verb, String name, String node, String namespace) implements PodArguments {}

    enum Verb {
        ADD,
        DEL,
        CHECK
    }

    /** What Kubernetes allows, and short enough for a file name. */
    Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,98}[a-z0-9])?");

    static PodArguments parse(List<String> arguments) {
        if (arguments.isEmpty() || arguments.contains("--help")) {
            return new Help();
        }
        if (arguments.equals(List.of("list"))) {
            return new ListPods();
        }
        if (arguments.getFirst().equals("install")) {
            return switch (options(
                    new One(Verb.ADD, "none", "node1", "default"), arguments.subList(1, arguments.size()))) {
                case One one -> new Install(one.node());
                case PodArguments other -> other;
            };
        }
        if (arguments.getFirst().equals("chain")) {
            return chain(arguments.subList(1, arguments.size()));
        }
        if (arguments.getFirst().equals("disconnect")) {
            return arguments.size() == 3
                    ? new Disconnect(Path.of(arguments.get(1)), Path.of(arguments.get(2)))
                    : new Wrong("'disconnect' needs two folders");
        }
        Verb verb;
        switch (arguments.getFirst()) {
            case "add" -> verb = Verb.ADD;
            case "del" -> verb = Verb.DEL;
            case "check" -> verb = Verb.CHECK;
            default -> {
                return new Wrong("there is no command '" + String.join(" ", arguments) + "'");
            }
        }
        if (arguments.size() < 2 || !NAME.matcher(arguments.get(1)).matches()) {
            return new Wrong("'" + arguments.getFirst() + "' needs the name of a pod, as Kubernetes allows it");
        }
        return options(new One(verb, arguments.get(1), "node1", "default"), arguments.subList(2, arguments.size()));
    }

    private static PodArguments chain(List<String> options) {
        String node = "node1";
        List<PodPort> ports = new ArrayList<>();
        Optional<BitRate> rate = Optional.empty();
        for (int i = 0; i < options.size(); i += 2) {
            if (i + 1 == options.size()) {
                return new Wrong(options.get(i) + " needs a value");
            }
            String value = options.get(i + 1);
            switch (options.get(i)) {
                case "--node" -> node = node(value);
                case "--publish" -> {
                    Optional<PodPort> port = PodPort.parse(value);
                    if (port.isEmpty()) {
                        return new Wrong("--publish " + value + " is not like 8080:80 or 5300:53/udp");
                    }
                    ports.add(port.get());
                }
                case "--bandwidth" -> {
                    rate = BitRate.parse(value);
                    if (rate.isEmpty()) {
                        return new Wrong("--bandwidth " + value + " is not like 10M, from 100K to 100G bits a second");
                    }
                }
                default -> {
                    return new Wrong("there is no option " + options.get(i));
                }
            }
        }
        return new Chain(node, new WholeChain(ports, rate));
    }

    private static String node(String value) {
        return value.matches("\\d+") ? "node" + value : value;
    }

    private static PodArguments options(One pod, List<String> options) {
        One result = pod;
        for (int i = 0; i < options.size(); i += 2) {
            if (i + 1 == options.size()) {
                return new Wrong(options.get(i) + " needs a value");
            }
            String value = options.get(i + 1);
            switch (options.get(i)) {
                case "--node" -> result = new One(result.verb(), result.name(), node(value), result.namespace());
                case "--namespace" -> {
                    if (!NAME.matcher(value).matches()) {
                        return new Wrong("'" + value + "' is no name of a namespace");
                    }
                    result = new One(result.verb(), result.name(), result.node(), value);
                }
                default -> {
                    return new Wrong("there is no option " + options.get(i));
                }
            }
        }
        return result;
    }
}
