package io.vpccni.ec2;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Authorities of a PEM file, which are trusted instead of those of the Java runtime, as the reference's SDK does it. */
final class CaBundle {

    private CaBundle() {}

    /** @throws IllegalArgumentException when the file cannot be read or has no certificate */
    static TrustManager[] trust(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            Collection<? extends Certificate> authorities =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (authorities.isEmpty()) {
                throw new IllegalArgumentException("AWS_CA_BUNDLE=\"" + file + "\" has no certificate");
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate authority : authorities) {
                store.setCertificateEntry("authority" + store.size(), authority);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("AWS_CA_BUNDLE=\"" + file + "\" cannot be used: " + e, e);
        }
    }
}
