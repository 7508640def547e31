package io.vpccni.image;

import com.google.cloud.tools.jib.api.Credential;
import com.google.cloud.tools.jib.api.CredentialRetriever;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.event.EventHandlers;
import com.google.cloud.tools.jib.frontend.CredentialRetrieverFactory;
import com.google.cloud.tools.jib.hash.Digests;
import com.google.cloud.tools.jib.http.FailoverHttpClient;
import com.google.cloud.tools.jib.image.json.V22ManifestListTemplate;
import com.google.cloud.tools.jib.image.json.V22ManifestTemplate;
import com.google.cloud.tools.jib.registry.ManifestAndDigest;
import com.google.cloud.tools.jib.registry.RegistryClient;
import com.google.cloud.tools.jib.registry.credentials.CredentialRetrievalException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Registries of images, and what they know us by. */
final class Registry {

    private Registry() {}

    static ImageReference parse(String name) throws ImageException {
        try {
            return ImageReference.parse(name);
        } catch (InvalidImageReferenceException e) {
            throw new ImageException("'" + name + "' is no name of an image", e);
        }
    }

    /** An image, with the login that its registry may ask for. */
    static RegistryImage image(ImageReference name, Optional<Push.Login> login) {
        RegistryImage image = RegistryImage.named(name);
        logins(name, login).forEach(image::addCredentialRetriever);
        return image;
    }

    /** The given login, else what {@code docker login} or a credential helper, such as Amazon ECR's, says. */
    private static List<CredentialRetriever> logins(ImageReference name, Optional<Push.Login> login) {
        CredentialRetrieverFactory known = CredentialRetrieverFactory.forImage(name, _ -> {});
        return login.map(one ->
                        List.of(known.known(Credential.from(one.user(), one.password()), "the build's settings")))
                .orElseGet(() -> List.of(known.dockerConfig(), known.wellKnownCredentialHelpers()));
    }

    /**
     * Gives several images, each for one architecture, a common name: whoever asks for it gets the one for its machine.
     *
     * @param tags the images' own, in the same repository
     * @return the digest that the name leads to
     */
    static String join(Push to, Map<Architecture, String> tags) throws IOException, ImageException {
        ImageReference name = parse(to.name());
        FailoverHttpClient http = new FailoverHttpClient(to.insecure(), false, _ -> {});
        try {
            RegistryClient registry = client(name, to.login(), http);
            V22ManifestListTemplate list = list(registry, tags);
            for (String tag : to.moreTags()) {
                registry.pushManifest(list, tag);
            }
            return registry.pushManifest(list, name.getQualifier()).toString();
        } catch (RegistryException | CredentialRetrievalException e) {
            throw new ImageException(to.name() + " cannot be pushed: " + e.getMessage(), e);
        } finally {
            http.shutDown();
        }
    }

    private static RegistryClient client(ImageReference name, Optional<Push.Login> login, FailoverHttpClient http)
            throws IOException, RegistryException, CredentialRetrievalException {
        RegistryClient.Factory factory =
                RegistryClient.factory(EventHandlers.NONE, name.getRegistry(), name.getRepository(), http);
        Optional<Credential> credential = Optional.empty();
        for (CredentialRetriever known : logins(name, login)) {
            credential = credential.isPresent() ? credential : known.retrieve();
        }
        credential.ifPresent(factory::setCredential);
        RegistryClient registry = factory.newRegistryClient();
        if (!registry.doPushBearerAuth() && credential.isPresent()) {
            registry.configureBasicAuth();
        }
        return registry;
    }

    private static V22ManifestListTemplate list(RegistryClient registry, Map<Architecture, String> tags)
            throws IOException, RegistryException {
        V22ManifestListTemplate list = new V22ManifestListTemplate();
        for (var entry : tags.entrySet()) {
            ManifestAndDigest<V22ManifestTemplate> image =
                    registry.pullManifest(entry.getValue(), V22ManifestTemplate.class);
            var described = new V22ManifestListTemplate.ManifestDescriptorTemplate();
            described.setMediaType(image.getManifest().getManifestMediaType());
            described.setSize(Digests.computeDigest(image.getManifest()).getSize());
            described.setDigest(image.getDigest().toString());
            described.setPlatform(entry.getKey().toString(), "linux");
            list.addManifest(described);
        }
        return list;
    }
}
