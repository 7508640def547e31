package io.vpccni.ec2;

/** Whether an account may make trunk interfaces. */
public enum TrunkAccess {
    OPEN,
    /** EC2 has not opened the trunk API to the account. */
    CLOSED,
    /** The role lacks a permission. */
    DENIED
}
