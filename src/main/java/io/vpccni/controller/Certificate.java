package io.vpccni.controller;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A server's certificate with its key, and the authority that has signed it. Texts are PEM.
 *
 * @param authority what whoever connects has to trust
 */
record Certificate(String chain, String key, String authority) {

    static final Duration LIFETIME = Duration.ofDays(90);

    private static final String SIGNATURE = "SHA256withECDSA";
    private static final int SERIAL_BITS = 120;
    private static final String END = "-----END CERTIFICATE-----";

    /** Clocks differ. */
    private static final Duration BACKDATED = Duration.ofHours(1);

    /** Never prints the key. */
    @Override
    public String toString() {
        return "Certificate until " + validUntil();
    }

    /**
     * A new one for a server of these names, signed by an authority of its own whose key is thrown away.
     *
     * @param names DNS names or IP addresses
     */
    static Certificate make(List<String> names, Instant now) {
        try {
            SecureRandom random = new SecureRandom();
            KeyPair authorityKey = keyPair(random);
            KeyPair serverKey = keyPair(random);
            X500Name issuer = new X500Name("CN=vpc-cni webhook authority");
            Date from = Date.from(now.minus(BACKDATED));
            Date until = Date.from(now.plus(LIFETIME));
            ContentSigner signer = new JcaContentSignerBuilder(SIGNATURE).build(authorityKey.getPrivate());
            X509v3CertificateBuilder authority = new JcaX509v3CertificateBuilder(
                            issuer, serial(random), from, until, issuer, authorityKey.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
            X509v3CertificateBuilder server = new JcaX509v3CertificateBuilder(
                            issuer,
                            serial(random),
                            from,
                            until,
                            new X500Name("CN=" + names.getFirst()),
                            serverKey.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(
                                    names.stream().map(Certificate::name).toArray(GeneralName[]::new)));
            return new Certificate(
                    pem(server.build(signer)),
                    pem(new JcaPKCS8Generator(serverKey.getPrivate(), null)),
                    pem(authority.build(signer)));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("no certificate could be made: " + e.getMessage(), e);
        }
    }

    private static KeyPair keyPair(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private static BigInteger serial(SecureRandom random) {
        return new BigInteger(SERIAL_BITS, random);
    }

    private static GeneralName name(String name) {
        boolean address = name.indexOf(':') >= 0 || name.matches("[0-9.]+");
        return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    private static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }

    /** The same, trusting {@code earlier} too: servers that have not changed yet are believed as well. */
    Certificate alsoTrusting(Certificate earlier) {
        String latest = earlier.authority().substring(0, earlier.authority().indexOf(END) + END.length());
        return new Certificate(chain, key, authority + latest + "\n");
    }

    /** When it ends. Fails with IllegalArgumentException on what is no certificate. */
    Instant validUntil() {
        try (PEMParser parser = new PEMParser(new StringReader(chain))) {
            if (!(parser.readObject() instanceof X509CertificateHolder holder)) {
                throw new IllegalArgumentException("tls.crt is not a certificate in PEM");
            }
            X509Certificate read = new JcaX509CertificateConverter().getCertificate(holder);
            return read.getNotAfter().toInstant();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("tls.crt is not a certificate in PEM: " + e.getMessage(), e);
        }
    }

    /** Whether a new one is due: two thirds of its life are over. */
    boolean isDue(Instant now) {
        return now.isAfter(validUntil().minus(LIFETIME.dividedBy(3)));
    }
}
