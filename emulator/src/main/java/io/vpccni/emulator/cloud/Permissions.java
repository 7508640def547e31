package io.vpccni.emulator.cloud;

import io.vpccni.emulator.cloud.Ec2Request.CreateNetworkInterfacePermission;
import java.util.List;

/**
 * Permissions on ENIs for other accounts. A world has one account, so that nobody needs one; they are answered as EC2
 * does, and kept nowhere.
 */
final class Permissions {
    private static final List<String> KNOWN = List.of("INSTANCE-ATTACH", "EIP-ASSOCIATE");

    private Permissions() {}

    static Ec2Result create(Ledger ledger, CreateNetworkInterfacePermission request) {
        NetworkInterface eni = Lookups.eni(ledger.world(), request.eniId());
        if (!KNOWN.contains(request.permission())) {
            throw CloudError.invalidValue(request.permission(), "permission", "It must be one of " + KNOWN + ".");
        }
        if (!request.accountId().matches("\\d{12}")) {
            throw CloudError.invalidValue(request.accountId(), "awsAccountId", "It has 12 digits.");
        }
        return new Ec2Result.Permitted(
                ledger.ids().next("eni-perm"), eni.id(), request.accountId(), request.permission());
    }
}
