package io.vpccni.testing;

import io.vpccni.emulator.mirror.Account;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.NetworkInterfacePrivateIpAddress;

/** A moto server of this machine, with a state of its own that ends with it. */
public final class MotoServer implements AutoCloseable {

    private static final String PROGRAM = "moto_server";

    private final Process process;
    private final Account account;
    private final Ec2AsyncClient client;

    /** @param log where the server writes */
    public MotoServer(Path log) throws Exception {
        int port = freePort();
        this.process = new ProcessBuilder(PROGRAM, "-H", "127.0.0.1", "-p", Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        this.account = new Account(URI.create("http://127.0.0.1:" + port), "us-west-2", "test", "test");
        this.client = Ec2AsyncClient.builder()
                .endpointOverride(account.endpoint())
                .region(Region.of(account.region()))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .build();
        try {
            Eventually.is(true, PROGRAM, this::answers);
        } catch (Exception | AssertionError e) {
            close();
            throw e;
        }
    }

    /** Asked by {@link RequiresMoto}. A wrapper may be there without the program that it stands for. */
    static boolean isInstalled() throws InterruptedException {
        try {
            Process help = new ProcessBuilder(PROGRAM, "--help")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return help.waitFor(Eventually.LONG.toSeconds(), TimeUnit.SECONDS) && help.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** For a mirror, and for the daemon. */
    public Account account() {
        return account;
    }

    /** The interfaces of an instance by device index, as the server describes them. */
    public Map<Integer, NetworkInterface> interfaces(String instanceId) {
        return client
                .describeNetworkInterfaces(request -> request.filters(
                        filter -> filter.name("attachment.instance-id").values(instanceId)))
                .join()
                .networkInterfaces()
                .stream()
                .collect(Collectors.toMap(eni -> eni.attachment().deviceIndex(), Function.identity()));
    }

    /** Their addresses for pods. */
    public List<String> secondaryAddresses(String instanceId) {
        return interfaces(instanceId).values().stream()
                .flatMap(eni -> secondaryAddresses(eni).stream())
                .toList();
    }

    public static List<String> secondaryAddresses(NetworkInterface eni) {
        return eni.privateIpAddresses().stream()
                .filter(address -> !address.primary())
                .map(NetworkInterfacePrivateIpAddress::privateIpAddress)
                .toList();
    }

    private boolean answers() {
        try {
            return !client.describeRegions().join().regions().isEmpty();
        } catch (RuntimeException e) {
            if (!process.isAlive()) {
                throw e;
            }
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        client.close();
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
    }
}
