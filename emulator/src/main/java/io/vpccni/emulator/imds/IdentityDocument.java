package io.vpccni.emulator.imds;

import io.vpccni.emulator.cloud.Instance;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.World;
import java.util.Objects;

/** The instance identity document, unsigned. */
final class IdentityDocument {
    private IdentityDocument() {}

    static String write(World world, NetworkInterface primary) {
        Instance instance = Objects.requireNonNull(world.instances()
                .get(Objects.requireNonNull(primary.attachment()).instanceId()));
        return """
                {
                  "accountId" : "%s",
                  "architecture" : "%s",
                  "availabilityZone" : "%s",
                  "billingProducts" : null,
                  "devpayProductCodes" : null,
                  "marketplaceProductCodes" : null,
                  "imageId" : "%s",
                  "instanceId" : "%s",
                  "instanceType" : "%s",
                  "kernelId" : null,
                  "pendingTime" : "%s",
                  "privateIp" : "%s",
                  "ramdiskId" : null,
                  "region" : "%s",
                  "version" : "2017-09-30"
                }""".formatted(
                        world.accountId(),
                        instance.type().architecture(),
                        instance.availabilityZone(),
                        instance.amiId(),
                        instance.id(),
                        instance.type().name(),
                        instance.launchTime(),
                        primary.primaryAddress(),
                        world.region());
    }
}
