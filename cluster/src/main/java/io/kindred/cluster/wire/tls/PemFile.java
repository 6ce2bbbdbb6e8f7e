package io.kindred.cluster.wire.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The blocks of a PEM file, RFC 7468: {@code -----BEGIN label-----}, base64, {@code -----END label-----}; the rest is comment. */
record PemFile(List<Block> blocks) {
    /** Longer than any bundle of authorities there is. */
    private static final int BYTES_MAX = 4 << 20;

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----", Pattern.DOTALL);
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String TRUSTED_CERTIFICATE = "TRUSTED CERTIFICATE";

    /** @param body as it stands in the file, base64 and perhaps headers */
    record Block(String label, String body) {
        byte[] der() throws UnusableFile {
            if (body.contains(":")) {
                throw new UnusableFile("its key is encrypted in an old form; convert it with 'openssl pkcs8 -topk8'");
            }
            try {
                return Base64.getMimeDecoder().decode(body);
            } catch (IllegalArgumentException e) {
                throw new UnusableFile("its block " + label + " is not base64", e);
            }
        }
    }

    static PemFile read(Path path) throws UnusableFile {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(BYTES_MAX + 1);
            if (bytes.length > BYTES_MAX) {
                throw new UnusableFile("it has more than " + BYTES_MAX + " bytes");
            }
            List<Block> blocks = new ArrayList<>();
            Matcher matcher = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
            while (matcher.find()) {
                blocks.add(new Block(matcher.group(1), matcher.group(2)));
            }
            return new PemFile(List.copyOf(blocks));
        } catch (NoSuchFileException e) {
            throw new UnusableFile("there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new UnusableFile("permission denied", e);
        } catch (IOException e) {
            throw new UnusableFile("it cannot be read: " + e.getMessage(), e);
        }
    }

    /** At least one. */
    List<X509Certificate> certificates() throws UnusableFile {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks) {
            if (block.label().equals(CERTIFICATE) || block.label().equals(TRUSTED_CERTIFICATE)) {
                certificates.add(certificate(block.der()));
            }
        }
        if (certificates.isEmpty()) {
            throw new UnusableFile("there is no certificate in it (a PEM block CERTIFICATE)");
        }
        return List.copyOf(certificates);
    }

    private static X509Certificate certificate(byte[] der) throws UnusableFile {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new UnusableFile("a certificate in it cannot be read: " + e.getMessage(), e);
        }
    }
}
