package io.vpccni.vpc;

import java.time.Duration;
import java.util.Optional;

/**
 * What a subnet has left for new interfaces and addresses, when EC2 was asked last.
 *
 * @param timeLeft until nothing is free if it goes on like this; empty when it does not look like that
 */
public record SubnetSupply(SubnetId subnet, int free, Optional<Duration> timeLeft) {}
