package io.kindred.cluster.ring;

import io.kindred.cluster.membership.ChangeRecord;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ring that a prefix of the change records leads to, kept so that a start need not fold that prefix again. It stands
 * for exactly these records: their digest says whether it may be used. So whatever else comes to be known, a record that
 * was late among them, it is right or not used.
 *
 * @param records how many they are
 * @param digest of them, in hexadecimal
 * @param isSettled whether every partition has once been where this ring has it, and nowhere else: no ring before it serves
 *     again
 */
public record FoldedRing(int records, String digest, Ring ring, boolean isSettled) {
    /** Rises with each change of {@link Claim}, which makes other rings of the same records. */
    private static final int FOLD_VERSION = 1;

    private static final byte FORMAT = 1;
    private static final byte FORMAT_SETTLED = 2;
    private static final int DIGEST_BYTES = 32;
    private static final int MEMBERS_MAX = 0xFFFF;

    /** @param before the hash of the records that a checkpoint stands for, behind which these come; 0: there is none */
    static FoldedRing of(long before, List<ChangeRecord> records, Ring ring, boolean isSettled) {
        return new FoldedRing(records.size(), digest(before, records), ring, isSettled);
    }

    boolean isOf(long before, List<ChangeRecord> prefix) {
        return prefix.size() == records && digest(before, prefix).equals(digest);
    }

    private static String digest(long before, List<ChangeRecord> records) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update((byte) FOLD_VERSION);
            if (before != 0) {
                sha.update(ByteBuffer.allocate(Long.BYTES).putLong(before).flip());
            }
            for (ChangeRecord record : records) {
                sha.update(numbers(record));
                update(sha, record.zone());
                update(sha, record.datacenter());
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static ByteBuffer numbers(ChangeRecord record) {
        return ByteBuffer.allocate(1 + 5 * Long.BYTES)
                .put((byte) record.kind().name().charAt(0))
                .putLong(record.author())
                .putLong(record.stamp())
                .putLong(record.subject())
                .putDouble(record.weight())
                .putLong(record.other())
                .flip();
    }

    private static void update(MessageDigest sha, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        sha.update(bytes);
    }

    /** docs/storage-format.md has the layout. */
    public byte[] encode() {
        List<byte[]> names = new ArrayList<>();
        int size = 1 + Integer.BYTES + DIGEST_BYTES + 2 * Integer.BYTES + 2 * ring.partitions();
        for (RingMember member : ring.members()) {
            for (String name : List.of(member.zone(), member.datacenter())) {
                byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
                names.add(bytes);
                size += Integer.BYTES + bytes.length;
            }
            size += 2 * Long.BYTES;
        }
        ByteBuffer out = ByteBuffer.allocate(size)
                .put(isSettled ? FORMAT_SETTLED : FORMAT)
                .putInt(records)
                .put(HexFormat.of().parseHex(digest));
        out.putInt(ring.members().size()).putInt(ring.partitions());
        for (int i = 0; i < ring.members().size(); i++) {
            RingMember member = ring.members().get(i);
            out.putLong(member.nodeId()).putDouble(member.weight());
            for (byte[] name : names.subList(2 * i, 2 * i + 2)) {
                out.putInt(name.length).put(name);
            }
        }
        for (int owner : ring.owners()) {
            out.putShort((short) (owner + 1));
        }
        return out.array();
    }

    /** Null where it is not a whole one of this format and that many partitions: then all records are folded. */
    public static @Nullable FoldedRing decode(byte[] bytes, int partitions) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            byte format = in.get();
            if (format != FORMAT && format != FORMAT_SETTLED) {
                return null;
            }
            int records = in.getInt();
            byte[] digest = new byte[DIGEST_BYTES];
            in.get(digest);
            int count = in.getInt();
            if (in.getInt() != partitions || count < 0 || count > MEMBERS_MAX) {
                return null;
            }
            List<RingMember> members = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                members.add(new RingMember(in.getLong(), in.getDouble(), text(in), text(in)));
            }
            int[] owners = new int[partitions];
            for (int partition = 0; partition < partitions; partition++) {
                owners[partition] = (in.getShort() & 0xFFFF) - 1;
                if (owners[partition] >= count) {
                    return null;
                }
            }
            Ring ring = new Ring(members, owners);
            return in.hasRemaining()
                    ? null
                    : new FoldedRing(records, HexFormat.of().formatHex(digest), ring, format == FORMAT_SETTLED);
        } catch (BufferUnderflowException e) {
            return null;
        }
    }

    private static String text(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
