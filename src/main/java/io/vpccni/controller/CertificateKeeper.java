package io.vpccni.controller;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The certificate that all replicas share, in a Secret. Whoever comes first makes it, and makes a new one in time; one that
 * somebody else put there, such as cert-manager, is used and never changed.
 */
final class CertificateKeeper {

    private static final Logger LOG = Logger.getLogger(CertificateKeeper.class);

    static final String SECRET = "webhook-server-cert";
    private static final int CONFLICT = 409;

    private final KubernetesClient client;
    private final String namespace;
    private final List<String> names;
    private final InstantSource clock;

    /** @param names of the server */
    CertificateKeeper(KubernetesClient client, String namespace, List<String> names, InstantSource clock) {
        this.client = client;
        this.namespace = namespace;
        this.names = List.copyOf(names);
        this.clock = clock;
    }

    /** The certificate to use now. */
    Certificate current() {
        Optional<Secret> found = read();
        if (found.isEmpty()) {
            return write(Certificate.make(names, clock.instant()), Optional.empty());
        }
        Certificate used = certificate(found.get());
        if (isOurs(found.get()) && used.isDue(clock.instant())) {
            LOG.infof("a new certificate for webhooks: the old one is valid until %s", used.validUntil());
            return write(Certificate.make(names, clock.instant()).alsoTrusting(used), found);
        }
        return used;
    }

    private Optional<Secret> read() {
        return Optional.ofNullable(
                client.secrets().inNamespace(namespace).withName(SECRET).get());
    }

    /** Of two replicas that write at the same time one wins, and both use what it wrote. */
    private Certificate write(Certificate made, Optional<Secret> before) {
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withName(SECRET)
                .withNamespace(namespace)
                .withLabels(WebhookConfigurations.OURS)
                .withResourceVersion(before.map(old -> old.getMetadata().getResourceVersion())
                        .orElse(null))
                .endMetadata()
                .withType("kubernetes.io/tls")
                .withData(Map.of(
                        "tls.crt", base64(made.chain()),
                        "tls.key", base64(made.key()),
                        "ca.crt", base64(made.authority())))
                .build();
        try {
            if (before.isEmpty()) {
                client.resource(secret).create();
            } else {
                client.resource(secret)
                        .lockResourceVersion(secret.getMetadata().getResourceVersion())
                        .update();
            }
            return made;
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
            return certificate(read().orElseThrow());
        }
    }

    private static boolean isOurs(Secret secret) {
        return secret.getMetadata().getLabels() != null
                && secret.getMetadata().getLabels().entrySet().containsAll(WebhookConfigurations.OURS.entrySet());
    }

    private Certificate certificate(Secret secret) {
        return new Certificate(text(secret, "tls.crt"), text(secret, "tls.key"), text(secret, "ca.crt"));
    }

    private String text(Secret secret, String key) {
        String value = secret.getData() == null ? null : secret.getData().get(key);
        if (value == null) {
            throw new IllegalStateException("Secret " + namespace + "/" + SECRET + " has no " + key
                    + ": delete the Secret, and it is made anew");
        }
        return new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
