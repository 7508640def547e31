package io.vpccni.emulator.cloud;

/**
 * Networking facts of an instance type.
 *
 * @param interfaces how many ENIs fit on its only network card
 * @param addresses slots of an ENI for each IP family: one slot for the primary address, each secondary address and
 *     each prefix
 * @param architecture {@code x86_64} or {@code arm64}
 */
public record InstanceType(String name, int interfaces, int addresses, String architecture) {
    public boolean bareMetal() {
        return name.contains(".metal");
    }
}
