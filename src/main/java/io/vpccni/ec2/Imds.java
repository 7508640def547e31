package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import io.vpccni.config.NodeSettings.CloudSettings;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.Ipv6Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.NodeIdentity;
import io.vpccni.vpc.SubnetId;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.imds.Ec2MetadataAsyncClient;
import software.amazon.awssdk.imds.Ec2MetadataClientException;

/**
 * The instance metadata service, version 2. Paths are below {@code /latest/meta-data/}
 * (AWS, "Instance metadata categories").
 */
public final class Imds implements AutoCloseable {

    private final Ec2MetadataAsyncClient client;
    private final Failures failures;
    private final CallObserver observer;

    Imds(CloudSettings settings, SdkAsyncHttpClient http, Failures failures, CallObserver observer) {
        Ec2MetadataAsyncClient.Builder builder =
                Ec2MetadataAsyncClient.builder().httpClient(http);
        settings.imdsEndpoint().ifPresent(endpoint -> builder.endpoint(URI.create(endpoint)));
        this.client = builder.build();
        this.failures = failures;
        this.observer = observer;
    }

    /** Everything about this node that does not change while it runs. All paths are asked for at the same time. */
    public Uni<NodeIdentity> identity() {
        return get("mac").map(String::strip).chain(mac -> {
            String nic = "network/interfaces/macs/" + mac + "/";
            return all(
                            "instance-id",
                            "instance-type",
                            "placement/region",
                            "placement/availability-zone",
                            "local-ipv4",
                            nic + "vpc-id",
                            nic + "subnet-id",
                            nic + "security-group-ids",
                            nic + "vpc-ipv4-cidr-blocks")
                    .chain(found -> Uni.combine()
                            .all()
                            .unis(find("ipv6"), find(nic + "vpc-ipv6-cidr-blocks"))
                            .combinedWith((ipv6, cidrs) -> identity(new MacAddress(mac), nic, found, ipv6, cidrs)));
        });
    }

    /** The security groups of an interface now. */
    Uni<List<String>> securityGroups(String mac) {
        return get("network/interfaces/macs/" + mac + "/security-group-ids").map(Imds::lines);
    }

    /** The IPv4 networks of the VPC now, by one of its interfaces. */
    public Uni<List<Ipv4Cidr>> vpcCidrs(MacAddress mac) {
        return get("network/interfaces/macs/" + mac + "/vpc-ipv4-cidr-blocks").map(Imds::cidrs);
    }

    private static List<Ipv4Cidr> cidrs(String text) {
        return lines(text).stream().map(Ipv4Cidr::parse).toList();
    }

    private static NodeIdentity identity(
            MacAddress mac, String nic, Map<String, String> found, Optional<String> ipv6, Optional<String> ipv6Cidrs) {
        return new NodeIdentity(
                value(found, "instance-id"),
                value(found, "instance-type"),
                value(found, "placement/region"),
                value(found, "placement/availability-zone"),
                value(found, nic + "vpc-id"),
                new SubnetId(value(found, nic + "subnet-id")),
                mac,
                Ipv4Address.parse(value(found, "local-ipv4")),
                ipv6.flatMap(text -> lines(text).stream().findFirst()).map(Ipv6Address::parse),
                lines(value(found, nic + "security-group-ids")),
                cidrs(value(found, nic + "vpc-ipv4-cidr-blocks")),
                lines(ipv6Cidrs.orElse("")).stream().map(Ipv6Cidr::parse).toList());
    }

    private static String value(Map<String, String> found, String path) {
        String value = found.get(path);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("IMDS has nothing at " + path);
        }
        return value;
    }

    static List<String> lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    private Uni<Map<String, String>> all(String... paths) {
        List<Uni<Map.Entry<String, String>>> calls = Arrays.stream(paths)
                .map(path -> get(path).map(value -> Map.entry(path, value.strip())))
                .toList();
        return Uni.join().all(calls).andFailFast().map(entries -> {
            Map<String, String> found = new TreeMap<>();
            entries.forEach(entry -> found.put(entry.getKey(), entry.getValue()));
            return found;
        });
    }

    /** What stands at a path; empty where IMDS has nothing. */
    Uni<Optional<String>> find(String path) {
        return get(path).map(Optional::of).onFailure(Imds::isNotFound).recoverWithItem(Optional.empty());
    }

    private static boolean isNotFound(Throwable failure) {
        return failure.getCause() instanceof Ec2MetadataClientException answered && answered.statusCode() == 404;
    }

    private Uni<String> get(String path) {
        return CallObserver.observed(
                        observer, CallObserver.METADATA, () -> client.get("/latest/meta-data/" + path), _ -> "")
                .map(response -> response.asString())
                .onFailure()
                .transform(failures::of);
    }

    @Override
    public void close() {
        client.close();
    }
}
