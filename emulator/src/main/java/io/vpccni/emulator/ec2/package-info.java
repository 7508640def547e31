/**
 * EC2's Query protocol: forms in, XML out. Knows names of parameters and elements, no rules of a VPC.
 */
@NullMarked
package io.vpccni.emulator.ec2;

import org.jspecify.annotations.NullMarked;
