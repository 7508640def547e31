package io.vpccni.emulator.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The arguments of {@link PodTool}, understood or not. */
sealed interface PodArguments {
    String USAGE = """
            Usage: dev/pod add NAME [--node N] [--namespace NS] [--labels KEY=VALUE,...]
                   dev/pod del|check NAME [--node N] [--namespace NS]
                   dev/pod list
                   dev/pod group NAME [--allow PROTOCOL:PORTS:PEER]...
                   dev/pod policy NAME --labels KEY=VALUE,... --groups GROUP,... [--namespace NS]
                   dev/pod install [--node N]
                   dev/pod chain [--node N] [--publish HOSTPORT:PORT[/udp]]... [--bandwidth RATE]
                   dev/pod disconnect RESULTS PLUGINS
            Plays the container runtime for the nodes of a running ./mvnw quarkus:dev; needs root.

              add     make a pod's network namespace, call the node's CNI plugins, show and try the pod's network
              del     call them to take it away, remove the namespace
              check   call them to compare
              list    the pods that were added
              group   make an EC2 security group that lets these in, or let in more by one that is there
              policy  make a SecurityGroupPolicy: pods with these labels that are added from now on get these groups
              install put plugins and configuration on the node as add does, and print its network namespace;
                      for other container runtimes
              chain   print the node's network configuration with portmap, bandwidth and tuning; for those runtimes
              disconnect  delete all that another runtime connected and has not deleted: RESULTS is where libcni keeps
                      its results there, PLUGINS the folder of plugins; they run in this network namespace

              --node N          node1, or just 1; without it the node that has the most branch interfaces left for a pod
                                that a policy selects, node1 for other pods
              --labels L        of the pod, or that a policy selects: app=web,tier=front
              --groups G        security groups by name or id
              --allow A         tcp:80:10.0.0.0/8, udp:5000-5010:GROUP, icmp::0.0.0.0/0, all::GROUP
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

    /** A pod; {@code node} is empty where none is named. */
    record One(Verb verb, String name, Optional<String> node, String namespace, Map<String, String> labels)
            implements PodArguments {}

    /** Rules that let something in, as the admin API reads them. */
    record Group(String name, List<String> allowed) implements PodArguments {}

    record Policy(String name, String namespace, Map<String, String> labels, List<String> groups)
            implements PodArguments {}

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
            return switch (options(noPod(Verb.ADD, "none"), arguments.subList(1, arguments.size()))) {
                case One one -> new Install(one.node().orElse("node1"));
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
        boolean named = arguments.size() > 1 && NAME.matcher(arguments.get(1)).matches();
        if (named && arguments.getFirst().equals("group")) {
            return group(arguments.get(1), arguments.subList(2, arguments.size()));
        }
        if (named && arguments.getFirst().equals("policy")) {
            return policy(arguments.get(1), arguments.subList(2, arguments.size()));
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
        if (!named) {
            return new Wrong("'" + arguments.getFirst() + "' needs the name of a pod, as Kubernetes allows it");
        }
        return options(noPod(verb, arguments.get(1)), arguments.subList(2, arguments.size()));
    }

    private static One noPod(Verb verb, String name) {
        return new One(verb, name, Optional.empty(), "default", Map.of());
    }

    private static PodArguments group(String name, List<String> options) {
        List<String> allowed = new ArrayList<>();
        for (int i = 0; i < options.size(); i += 2) {
            if (!options.get(i).equals("--allow") || i + 1 == options.size()) {
                return new Wrong("a group takes --allow PROTOCOL:PORTS:PEER, not " + options.get(i));
            }
            allowed.add(options.get(i + 1));
        }
        return new Group(name, allowed);
    }

    private static PodArguments policy(String name, List<String> options) {
        List<String> groups = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (int i = 0; i < options.size(); i += 2) {
            if (options.get(i).equals("--groups") && i + 1 < options.size()) {
                groups.addAll(List.of(options.get(i + 1).split(",")));
            } else {
                others.addAll(options.subList(i, Math.min(i + 2, options.size())));
            }
        }
        return switch (options(noPod(Verb.ADD, name), others)) {
            case One one
            when groups.isEmpty() || one.labels().isEmpty() -> new Wrong("a policy needs --labels and --groups");
            case One one -> new Policy(name, one.namespace(), one.labels(), groups);
            case PodArguments wrong -> wrong;
        };
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
                case "--node" ->
                    result = new One(
                            result.verb(),
                            result.name(),
                            Optional.of(node(value)),
                            result.namespace(),
                            result.labels());
                case "--namespace" -> {
                    if (!NAME.matcher(value).matches()) {
                        return new Wrong("'" + value + "' is no name of a namespace");
                    }
                    result = new One(result.verb(), result.name(), result.node(), value, result.labels());
                }
                case "--labels" -> {
                    Map<String, String> labels = new LinkedHashMap<>();
                    for (String label : value.split(",")) {
                        String[] halves = label.split("=", 2);
                        if (halves.length < 2) {
                            return new Wrong("'" + label + "' is not like app=web");
                        }
                        labels.put(halves[0], halves[1]);
                    }
                    result = new One(result.verb(), result.name(), result.node(), result.namespace(), labels);
                }
                default -> {
                    return new Wrong("there is no option " + options.get(i));
                }
            }
        }
        return result;
    }
}
