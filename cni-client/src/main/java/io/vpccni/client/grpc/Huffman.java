package io.vpccni.client.grpc;

/**
 * The string code of HPACK (RFC 7541, appendix B). Loaded only when a call failed.
 *
 * <p>The code is canonical: among codes of one length, and from shorter to longer ones, codes count up in the order of the
 * symbols. So the lengths alone define it.
 */
final class Huffman {

    private static final int END_OF_STRING = 256;
    private static final int LONGEST = 30;

    /** The length of each symbol's code, 0 to 256: A is 5 bits, B is 6, Z is 30. */
    private static final String LENGTHS = "ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHFIB"
            + "CCCCCCCCCCCCCCCCCCCCCCDCDIOIJBKABABABBBACCBBBABCBAABCCCCCKGJIXPRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQ"
            + "SRRTQRSSQQRQSRSSPRRRSRSSVVPORSRUVVVWWVTUOQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWVZ";

    /** Symbols in the order of their codes. */
    private static final int[] SYMBOLS = new int[END_OF_STRING + 1];

    /** How many codes have a length. */
    private static final int[] COUNTS = new int[LONGEST + 1];

    static {
        int next = 0;
        for (int length = 5; length <= LONGEST; length++) {
            for (int symbol = 0; symbol <= END_OF_STRING; symbol++) {
                if (LENGTHS.charAt(symbol) - 'A' + 5 == length) {
                    SYMBOLS[next++] = symbol;
                    COUNTS[length]++;
                }
            }
        }
    }

    private Huffman() {}

    static String decode(byte[] bytes, int start, int length) {
        StringBuilder text = new StringBuilder();
        int code = 0; // bits of the symbol so far, relative to the first code of their length
        int bits = 0;
        int symbol = 0; // how many symbols have shorter codes
        boolean padding = true; // whether all bits so far are ones, as the padding's are
        for (int bit = 0; bit < length * 8; bit++) {
            int value = bytes[start + bit / 8] >> (7 - bit % 8) & 1;
            code = code << 1 | value;
            padding &= value == 1;
            bits++;
            if (code < COUNTS[bits]) {
                text.append(character(SYMBOLS[symbol + code]));
                code = 0;
                bits = 0;
                symbol = 0;
                padding = true;
            } else {
                code -= COUNTS[bits];
                symbol += COUNTS[bits];
            }
        }
        if (bits > 7 || !padding) {
            throw new IllegalArgumentException("wrong padding");
        }
        return text.toString();
    }

    private static char character(int symbol) {
        if (symbol == END_OF_STRING) {
            throw new IllegalArgumentException("the end-of-string code inside a string");
        }
        return (char) symbol;
    }
}
