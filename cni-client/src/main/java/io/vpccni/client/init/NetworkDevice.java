package io.vpccni.client.init;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A network link, as {@code /sys/class/net/NAME/} shows it.
 *
 * @param address the MAC address, in lower case
 * @param isHardware whether a device stands behind it ({@code device})
 * @param isMember whether it belongs to a bond or a bridge ({@code master})
 * @param isUpper whether it stands on another link ({@code lower_*}), as bonds, bridges and VLANs do
 * @param hasStolenAddress whether it took its address from another link ({@code addr_assign_type} 2)
 */
record NetworkDevice(
        String name, String address, boolean isHardware, boolean isMember, boolean isUpper, boolean hasStolenAddress) {

    private static final String STOLEN = "2";

    /** All links of the namespace that {@code sys} was mounted in; one that vanishes meanwhile is left out. */
    static List<NetworkDevice> all(Path sys) throws IOException {
        List<NetworkDevice> devices = new ArrayList<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(sys.resolve("class/net"))) {
            for (Path link : links) {
                if (Files.isDirectory(link)) { // bonding_masters is a file
                    devices.add(read(link));
                }
            }
        }
        devices.sort(Comparator.comparing(NetworkDevice::name));
        return devices;
    }

    private static NetworkDevice read(Path link) throws IOException {
        return new NetworkDevice(
                link.getFileName().toString(),
                text(link.resolve("address")).toLowerCase(Locale.ROOT),
                Files.exists(link.resolve("device")),
                Files.exists(link.resolve("master"), LinkOption.NOFOLLOW_LINKS),
                hasLower(link),
                text(link.resolve("addr_assign_type")).equals(STOLEN));
    }

    private static boolean hasLower(Path link) throws IOException {
        try (DirectoryStream<Path> lower = Files.newDirectoryStream(link, "lower_*")) {
            return lower.iterator().hasNext();
        }
    }

    /** Empty for what the kernel does not say of this link. */
    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * The link that is the interface with that MAC address. Bonds, bridges and VLANs carry the address of the link below them,
     * so a link with hardware behind it goes first, then one that has its address by itself, and a link on another one never.
     */
    static Optional<NetworkDevice> primary(List<NetworkDevice> devices, String mac) {
        return devices.stream()
                .filter(device -> device.address().equals(mac.toLowerCase(Locale.ROOT)))
                .filter(device -> device.isHardware() || !device.isUpper() && !device.hasStolenAddress())
                .min(Comparator.comparing(NetworkDevice::isHardware)
                        .reversed()
                        .thenComparing(NetworkDevice::isMember)
                        .thenComparing(NetworkDevice::name));
    }
}
