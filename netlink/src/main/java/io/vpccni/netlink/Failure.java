package io.vpccni.netlink;

/**
 * A request the kernel refused.
 *
 * @param index position in the batch, from 0
 * @param request what was asked, nearly in the words of {@code ip}
 * @param text the kernel's explanation; often empty and different between kernels, so decide on errno
 */
public record Failure(int index, String request, Errno errno, String text) {
    @Override
    public String toString() {
        return "#" + index + " '" + request + "': " + errno + (text.isEmpty() ? "" : " (" + text + ")");
    }
}
