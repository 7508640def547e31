package io.vpccni.emulator.cloud;

import java.util.List;

/**
 * Networking facts of an instance type.
 *
 * @param cards how many ENIs fit on each network card, by the card's index
 * @param addresses slots of an ENI for each IP family: one slot for the primary address, each secondary address and
 *     each prefix
 * @param efaInterfaces how many ENIs may have an Elastic Fabric Adapter, one on a card
 * @param branches ENIs that its trunk may have as branches; 0 where it takes no trunk
 * @param architecture {@code x86_64} or {@code arm64}
 */
public record InstanceType(
        String name, List<Integer> cards, int addresses, int efaInterfaces, int branches, String architecture) {
    public InstanceType {
        cards = List.copyOf(cards);
    }

    /** ENIs that fit on all cards together. */
    public int interfaces() {
        return cards.stream().mapToInt(Integer::intValue).sum();
    }

    public boolean hasSeveralCards() {
        return cards.size() > 1;
    }

    public boolean bareMetal() {
        return name.contains(".metal");
    }
}
