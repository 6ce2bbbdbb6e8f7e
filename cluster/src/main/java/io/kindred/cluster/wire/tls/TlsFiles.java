package io.kindred.cluster.wire.tls;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the files of {@link TlsSettings} hold, read and found to fit together.
 *
 * @param authorities empty: nobody is asked for a certificate
 */
record TlsFiles(Identity own, Identity dialing, List<X509Certificate> authorities) {
    private static final int CA_FILES_MAX = 10_000;

    /** @param chain the certificate first */
    record Identity(PrivateKey key, List<X509Certificate> chain) {
        X509Certificate certificate() {
            return chain.get(0);
        }
    }

    /** Blocks on the disk. Null: it cannot be used, and {@code problems} has grown by the reasons. */
    static @Nullable TlsFiles read(TlsSettings settings, List<String> problems) {
        Identity own = identity(settings.own(), problems);
        Identity dialing = settings.dialing().equals(settings.own()) ? own : identity(settings.dialing(), problems);
        List<X509Certificate> authorities = authorities(settings.trust(), problems);
        return own == null || dialing == null || authorities == null ? null : new TlsFiles(own, dialing, authorities);
    }

    private static @Nullable Identity identity(TlsSettings.KeyFiles files, List<String> problems) {
        List<X509Certificate> chain = null;
        String place = "'" + files.directives().cert() + " " + files.certFile() + "'";
        try {
            chain = PemFile.read(Path.of(files.certFile())).certificates();
        } catch (UnusableFile e) {
            problems.add(place + ": " + e.why());
        }
        place = "'" + files.directives().key() + " " + files.keyFile() + "'";
        try {
            PemFile file = PemFile.read(Path.of(files.keyFile()));
            if (chain == null) {
                PemKey.requireOne(file);
                return null;
            }
            return new Identity(PemKey.of(file, files.keyPass(), chain.get(0)), chain);
        } catch (UnusableFile e) {
            boolean isPass = e.why().contains("password");
            problems.add(place + ": " + e.why()
                    + (isPass ? " ('" + files.directives().pass() + "')" : ""));
            return null;
        }
    }

    private static @Nullable List<X509Certificate> authorities(TlsSettings.Trust trust, List<String> problems) {
        List<X509Certificate> all = new ArrayList<>();
        int before = problems.size();
        if (!trust.caFile().isEmpty()) {
            addFile("'tls-ca-cert-file " + trust.caFile() + "'", Path.of(trust.caFile()), all, problems);
        }
        if (!trust.caDir().isEmpty()) {
            addDirectory("'tls-ca-cert-dir " + trust.caDir() + "'", Path.of(trust.caDir()), all, problems);
        }
        return problems.size() == before ? List.copyOf(all) : null;
    }

    private static void addFile(String place, Path file, List<X509Certificate> all, List<String> problems) {
        try {
            all.addAll(PemFile.read(file).certificates());
        } catch (UnusableFile e) {
            problems.add(place + ": " + e.why());
        }
    }

    private static void addDirectory(String place, Path dir, List<X509Certificate> all, List<String> problems) {
        int before = all.size();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(dir, Files::isRegularFile)) {
            int count = 0;
            for (Path file : files) {
                if (++count > CA_FILES_MAX) {
                    problems.add(place + ": there are more than " + CA_FILES_MAX + " files in it");
                    return;
                }
                addFile(place + ", " + file.getFileName(), file, all, problems);
            }
            if (all.size() == before) {
                problems.add(place + ": there is no certificate in it");
            }
        } catch (IOException e) {
            problems.add(place + ": it is no directory that can be read");
        }
    }
}
