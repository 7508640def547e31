package io.vpccni.image;

import java.util.List;
import java.util.Optional;

/**
 * Where an image goes that clusters are to get.
 *
 * @param name the image's, with its registry and tag
 * @param moreTags other tags for it
 * @param login for a registry that no {@code docker login} or credential helper of the user's knows
 * @param insecure whether HTTP, or a certificate that nobody knows, will do
 */
public record Push(String name, List<String> moreTags, Optional<Login> login, boolean insecure) {

    /** Whom a registry knows. */
    public record Login(String user, String password) {

        @Override
        public String toString() {
            return user;
        }
    }
}
