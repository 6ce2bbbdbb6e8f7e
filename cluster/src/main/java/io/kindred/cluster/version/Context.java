package io.kindred.cluster.version;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A version vector as a client holds it: printable text, opaque, good for one key of one database.
 *
 * <p>The text is base64url of: a format byte, the vector as {@link VersionsCodec} writes it, a CRC32C of database and
 * key, a CRC32C of all before. So a context that was cut, retyped or taken from another key is told from a good one, and
 * why. Nothing seen is the empty text.
 */
public final class Context {

    /** No longer text is looked at. A vector of {@link #ENTRIES_MAX} entries fits, whatever its counters. */
    public static final int TEXT_BYTES_MAX = 64 * 1024;

    /** A longer vector loses its oldest entries: the client then has seen less, which can leave but never lose a sibling. */
    public static final int ENTRIES_MAX = 1024;

    /** No node comes this far; a text that claims it must not push a counter towards its end. */
    private static final long COUNTER_MAX = 1L << 48;

    private static final int FORMAT = 1;
    private static final int CHECKS_BYTES = 2 * Integer.BYTES;

    /** What a context's text was. */
    public enum Status {
        OK,
        MALFORMED,
        OTHER_KEY
    }

    /** A context that was read; the vector is empty unless the status is OK. */
    public record Parsed(Status status, VersionVector vector) {

        private static final Parsed NOTHING_SEEN = new Parsed(Status.OK, VersionVector.EMPTY);
        private static final Parsed MALFORMED = new Parsed(Status.MALFORMED, VersionVector.EMPTY);
        private static final Parsed OTHER_KEY = new Parsed(Status.OTHER_KEY, VersionVector.EMPTY);

        public boolean isOk() {
            return status == Status.OK;
        }
    }

    private Context() {}

    public static String encode(int db, byte[] key, VersionVector vector) {
        if (vector.isEmpty()) {
            return "";
        }
        VersionVector bounded = vector.truncate(ENTRIES_MAX, List.of());
        RecordBytes out = new RecordBytes(1 + VersionsCodec.sizeOf(bounded) + CHECKS_BYTES);
        out.writeByte(FORMAT);
        VersionsCodec.write(out, bounded);
        out.writeInt(keyCheck(db, key));
        out.writeInt(check(out.bytes(), out.length()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(out.bytes());
    }

    public static Parsed parse(byte[] text, int db, byte[] key) {
        if (text.length == 0) {
            return Parsed.NOTHING_SEEN;
        }
        if (text.length > TEXT_BYTES_MAX) {
            return Parsed.MALFORMED;
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            return Parsed.MALFORMED;
        }
        int body = bytes.length - CHECKS_BYTES;
        if (body < 1
                || bytes[0] != FORMAT
                || check(bytes, body + Integer.BYTES) != intAt(bytes, body + Integer.BYTES)) {
            return Parsed.MALFORMED;
        }
        return keyCheck(db, key) == intAt(bytes, body) ? readVector(bytes, body) : Parsed.OTHER_KEY;
    }

    public static Parsed parse(String text, int db, byte[] key) {
        return parse(text.getBytes(StandardCharsets.UTF_8), db, key);
    }

    private static Parsed readVector(byte[] bytes, int end) {
        RecordReader in = new RecordReader(bytes, 0, end);
        in.readByte("format");
        try {
            VersionVector vector = VersionsCodec.readVector(in);
            in.requireEnd();
            boolean plausible = vector.runs().stream().allMatch(run -> run.to() <= COUNTER_MAX);
            return plausible ? new Parsed(Status.OK, vector) : Parsed.MALFORMED;
        } catch (CorruptRecordException damaged) {
            return Parsed.MALFORMED;
        }
    }

    private static int keyCheck(int db, byte[] key) {
        CRC32C crc = new CRC32C();
        crc.update(db);
        crc.update(key);
        return (int) crc.getValue();
    }

    private static int check(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static int intAt(byte[] bytes, int at) {
        int value = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            value = (value << 8) | (bytes[at + i] & 0xff);
        }
        return value;
    }
}
