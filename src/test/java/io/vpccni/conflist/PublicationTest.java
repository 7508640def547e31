package io.vpccni.conflist;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.conflist.Publication.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublicationTest {

    /** One sign for each second: {@code +} the node can serve, {@code -} it cannot. P is publish, K is keep, W is withdraw. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a start                        | 3 | --+++     | KKPPP
            trouble that passes            | 3 | +--+--+   | PKKPKKP
            trouble that lasts             | 3 | +-----    | PKKKWW
            trouble that lasts, then not   | 3 | +-----+-- | PKKKWWPKK
            a start that never ends        | 3 | ------    | KKKWWW
            trouble, and nobody withdraws  | 0 | +-----+   | PKKKKKP
            """)
    void theConfigurationIsThereWhileTheNodeServesAndForAWhileAfter(
            String name, int withdrawAfterSeconds, String looks, String steps) {
        Optional<Duration> withdrawAfter =
                Optional.of(Duration.ofSeconds(withdrawAfterSeconds)).filter(Duration::isPositive);
        Publication publication = Publication.BEGINNING;
        List<Step> taken = new ArrayList<>();
        for (int second = 0; second < looks.length(); second++) {
            Instant now = Instant.ofEpochSecond(second);
            publication = publication.after(looks.charAt(second) == '+', now);
            taken.add(publication.step(withdrawAfter, now));
        }

        assertThat(taken)
                .isEqualTo(steps.chars()
                        .mapToObj(letter -> switch (letter) {
                            case 'P' -> Step.PUBLISH;
                            case 'W' -> Step.WITHDRAW;
                            default -> Step.KEEP;
                        })
                        .toList());
    }
}
