package io.vpccni.emulator.cloud;

/**
 * What EC2 allows an account, whatever its users may do.
 *
 * @param interfaces ENIs in the Region
 * @param groupsPerInterface security groups on one ENI; EC2 raises it to 16 at most
 * @param trunkApi whether EC2 has admitted the account to trunk interfaces
 */
public record AccountLimits(int interfaces, int groupsPerInterface, boolean trunkApi) {
    private static final int MOST_GROUPS = 16;

    /** EC2's default quotas in a Region ("Amazon VPC quotas"), and trunk interfaces. */
    public static final AccountLimits USUAL = new AccountLimits(5000, 5, true);

    /** @throws CloudError InvalidParameterValue for a quota that EC2 does not grant */
    public AccountLimits {
        if (groupsPerInterface < 1 || groupsPerInterface > MOST_GROUPS) {
            throw CloudError.invalidValue(
                    Integer.toString(groupsPerInterface), "groupsPerInterface", "It is 1 to " + MOST_GROUPS + ".");
        }
    }

    public AccountLimits withInterfaces(int next) {
        return new AccountLimits(next, groupsPerInterface, trunkApi);
    }

    public AccountLimits withGroupsPerInterface(int next) {
        return new AccountLimits(interfaces, next, trunkApi);
    }

    public AccountLimits withTrunkApi(boolean next) {
        return new AccountLimits(interfaces, groupsPerInterface, next);
    }
}
