package io.vpccni.client.init;

import io.vpccni.client.install.AtomicFile;
import io.vpccni.client.install.InstallException;
import io.vpccni.client.install.NodeInstall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What is done to the node, in the reference's order; nothing is reverted when a setting is taken back. */
final class Preparation {

    /** This program's file, which stays in the image. */
    private static final String NAME = "aws-vpc-cni-init";

    private final InitSettings settings;
    private final Path folder;
    private final Path proc;
    private final Path sys;
    private final Patience patience;
    private final InitLog log;

    /**
     * @param folder the image's programs
     * @param root where {@code proc} and {@code sys} are
     */
    Preparation(InitSettings settings, Path folder, Path root, Patience patience, InitLog log) {
        this.settings = settings;
        this.folder = folder;
        this.proc = root.resolve("proc");
        this.sys = root.resolve("sys");
        this.patience = patience;
        this.log = log;
    }

    void run() throws InitException {
        copyBinaries();
        String link = primaryLink();
        log.info("Found primary interface " + link);
        Sysctls sysctls = new Sysctls(proc.resolve("sys"));
        setParameters(sysctls, link);
        setIpv6Parameters(sysctls, link);
    }

    /** Every file of the folder, such as the core plugins; our programs together with the runtime that they start. */
    private void copyBinaries() throws InitException {
        try {
            Files.createDirectories(settings.binaries());
            boolean hasRuntime = NodeInstall.isPossibleFrom(folder);
            for (Path file : files(hasRuntime ? NodeInstall.launchers() : List.of(NAME))) {
                Path target = settings.binaries().resolve(file.getFileName().toString());
                if (AtomicFile.copyIfChanged(file, target)) {
                    log.info("Installed " + target);
                }
            }
            if (hasRuntime) {
                Path seen = NodeInstall.seenByNode(settings.binaries());
                for (String name : NodeInstall.install(folder, settings.binaries(), seen)) {
                    log.info("Installed " + settings.binaries().resolve(name));
                }
            }
        } catch (IOException | InstallException e) {
            throw new InitException("Failed to install binaries", e);
        }
    }

    private List<Path> files(List<String> others) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !others.contains(file.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    private String primaryLink() throws InitException {
        Metadata metadata = new Metadata(settings.metadata(), settings.httpTimeout());
        try {
            String mac = patience.until(metadata::mac);
            return patience.until(() -> NetworkDevice.primary(NetworkDevice.all(sys), mac)
                    .map(NetworkDevice::name)
                    .orElseThrow(() -> new IOException("no link has the primary MAC address " + mac + " of its own")));
        } catch (IOException e) {
            throw new InitException("Failed to get primary IF", e);
        }
    }

    private void setParameters(Sysctls sysctls, String link) throws InitException {
        try {
            // Loose: answers to a pod may come in by another interface than the route back takes.
            sysctls.set("net/ipv4/conf/" + link + "/rp_filter", "2");
            String earlyDemux = "net/ipv4/tcp_early_demux";
            if (sysctls.has(earlyDemux)) {
                sysctls.set(earlyDemux, settings.disableTcpEarlyDemux() ? "0" : "1");
            }
        } catch (IOException e) {
            throw new InitException("Failed to configure system parameters", e);
        }
    }

    private void setIpv6Parameters(Sysctls sysctls, String link) throws InitException {
        try {
            if (settings.ipv6()) {
                sysctls.set("net/ipv6/conf/all/disable_ipv6", "0");
            }
            if (settings.ipv6() || settings.ipv6Egress()) {
                sysctls.set("net/ipv6/conf/all/forwarding", "1");
                // A host that forwards takes no router's advertisement unless told so, and would lose its default
                // route.
                sysctls.set("net/ipv6/conf/" + link + "/accept_ra", "2");
            }
        } catch (IOException e) {
            throw new InitException("Failed to configure IPv6 settings", e);
        }
    }
}
