package io.kindred.cluster.node;

import io.kindred.cluster.core.Renewal;
import io.kindred.cluster.core.StartCheck;
import io.kindred.cluster.membership.Generation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node's directory: locked by the kernel for as long as this is open, with a file that says whose it is.
 *
 * <p>{@link #open} locks it and finds or makes the identity; then the engine is opened in {@link #store}; then {@link
 * #begin} says who the node is this time, durably, before anything uses it. Files that are not named here are left
 * alone.
 */
public final class DataDirectory implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DataDirectory.class.getName());

    static final String LOCK = "kindred.lock";
    static final String IDENTITY = "identity";
    private static final String IDENTITY_SPARE = "identity.new";
    private static final String IDENTITY_OLD = "identity.old";
    static final String STORE = "store";

    private static final int IDENTITY_BYTES_MAX = 64 << 10;

    /** What the configuration says of the node; the directory must agree. */
    public record Settings(String nodeName, int ringPartitions, String partitioner) {}

    /**
     * What the engine found when it was opened.
     *
     * @param clean the last stop was a clean one
     * @param corrupt something that had been written could not be read
     * @param written the start that wrote the store last; 0: it says of none
     * @param rest what the last clean stop wrote into it; 0: nothing
     */
    public record Opening(boolean clean, boolean corrupt, long written, long rest) {}

    /**
     * Who the node is from {@link #begin} on.
     *
     * @param lives the starts that it is the heir of, this one last
     * @param cluster that it belongs to; 0: none yet
     * @param foundLess whether the store is not the one that the directory says was there
     * @param seeds to be asked beside the configured ones
     * @param replaces the member whose place it asks for; empty: one of its own
     */
    public record Start(
            long nodeId,
            String nodeName,
            int incarnation,
            List<Long> lives,
            long cluster,
            boolean foundLess,
            List<String> seeds,
            String replaces) {
        public long generation() {
            return lives.get(lives.size() - 1);
        }
    }

    private final SecureRandom random = new SecureRandom();
    private final Path dir;
    private final FileChannel lockFile;
    private final boolean fresh;
    private final boolean isStoreGone;
    private Identity identity;
    /** The start whose number this process has written into the store; 0: none yet. The node may be a later one by now. */
    private long begunAs;

    private boolean foundLess;
    /** Whether the store has, or will have, the number of this start. */
    private boolean isInStore = true;

    private int renewals;
    /** Nothing that this process noted late may be written over what the next one writes. */
    private boolean hasEnded;

    private DataDirectory(Path dir, FileChannel lockFile, boolean fresh, boolean isStoreGone, Identity identity) {
        this.dir = dir;
        this.lockFile = lockFile;
        this.fresh = fresh;
        this.isStoreGone = isStoreGone;
        this.identity = identity;
    }

    /** Throws {@link DirectoryRefused} where the directory is in use, another node's, or damaged. */
    public static DataDirectory open(Path dir, Settings settings) throws IOException {
        Files.createDirectories(dir);
        FileChannel lockFile = lock(dir);
        try {
            Identity found = read(dir.resolve(IDENTITY));
            if (found != null) {
                requireSame(dir, found, settings);
                return new DataDirectory(dir, lockFile, found.generation() == 0, isStoreEmpty(dir), found);
            }
            requireEmptyStore(dir);
            Identity made = new Identity(
                    new SecureRandom().nextLong(),
                    settings.nodeName(),
                    1,
                    List.of(),
                    Identity.Membership.NONE,
                    settings.ringPartitions(),
                    settings.partitioner());
            write(dir, made);
            return new DataDirectory(dir, lockFile, true, false, made);
        } catch (IOException | RuntimeException e) {
            lockFile.close();
            throw e;
        }
    }

    /** Where the engine keeps its files. */
    public Path store() {
        return dir.resolve(STORE);
    }

    /**
     * Says who the node is from now on: the generation rises; the incarnation does where the tail of the log may have been
     * lost, which a stop that was not clean always may (even where every write is synced before it is acknowledged: one
     * that was not yet may have been read). Both are on the disk when this returns. To be called once, after the engine
     * has been opened.
     */
    public synchronized Start begin(Opening opening) throws IOException {
        if (begunAs != 0) {
            throw new IllegalStateException("begun twice");
        }
        boolean lostTail = !fresh && (!opening.clean() || opening.corrupt());
        foundLess = !fresh && (isStoreGone || !isAsPromised(opening));
        int incarnation = identity.incarnation() + (lostTail ? 1 : 0);
        List<Long> lives = new ArrayList<>(identity.lives());
        // Of two copies that are started no two starts have the same number.
        lives.add(fresh ? 1 : identity.generation() + 1 + random.nextInt(Generation.START_STEP_MAX));
        while (lives.size() > StartCheck.LIVES_MAX) {
            lives.remove(0);
        }
        Identity.Membership member = identity.member();
        long start = lives.get(lives.size() - 1);
        become(identity.with(foundLess ? StartCheck.drawIncarnation(random::nextInt) : incarnation, lives)
                .in(member.at(foundLess ? List.of() : withNext(member.stored(), opening.written(), start), 0)));
        begunAs = start;
        return start();
    }

    /**
     * A clean stop writes the same into the store and here, and a start into the store which one it is. A power failure right
     * behind a start may have taken that back, and a full disk may have refused it to several.
     */
    private boolean isAsPromised(Opening opening) {
        long rest = identity.member().rest();
        return identity.member().stored().contains(opening.written()) && (rest == 0 || opening.rest() == rest);
    }

    /** Those that the store may have the number of, of which it has one now. What it does not have by now never was there. */
    private static List<Long> withNext(List<Long> stored, long written, long start) {
        List<Long> next = new ArrayList<>(stored);
        next.removeIf(each -> each > written);
        next.add(start);
        while (next.size() > StartCheck.LIVES_MAX) {
            next.remove(0);
        }
        return next;
    }

    /**
     * The node is another start, and may be another actor, from now on. Where it has found less than there was it has to find
     * that again until the store says so for sure.
     */
    public synchronized void renew(Renewal renewal) throws IOException {
        Identity next = identity.with(renewal.incarnation(), renewal.lives());
        renewals++;
        become(renewal.foundLess() ? next.in(next.member().at(List.of(), 0)) : next);
    }

    /** How often that was. */
    public synchronized int renewals() {
        return renewals;
    }

    /** The node belongs to this cluster from now on. */
    public synchronized void belong(long cluster) throws IOException {
        become(identity.in(new Identity.Membership(cluster, identity.member().stored(), 0, List.of(), "")));
    }

    /** What a clean stop is to write into the store, as its last. */
    public long drawRest() {
        long drawn = 0;
        while (drawn == 0) {
            drawn = random.nextLong();
        }
        return drawn;
    }

    /** The disk is full: the store stays what it was, that of an earlier start. */
    public synchronized void startIsNotStored() {
        isInStore = false;
    }

    /** The store has been closed with this in it. */
    public synchronized void rest(long drawn) throws IOException {
        hasEnded = true;
        if (!isInStore) {
            return;
        }
        become(identity.in(identity.member().at(List.of(begunAs), drawn)));
    }

    /**
     * This start is in the store, whatever happens to the machine from now on, and so is what it had found less. From any thread.
     *
     * @param asOf how many renewals there had been when what is there for sure now was written
     */
    public synchronized void stored(int asOf) throws IOException {
        if (!isInStore || hasEnded || asOf != renewals) {
            return;
        }
        become(identity.in(identity.member().at(List.of(begunAs), 0)));
    }

    /**
     * Moves what is here into a directory of its own inside this one, and makes another node of it, which has nothing and asks
     * these addresses for a member's place. The engine must be closed by then.
     *
     * @return where it is
     */
    public synchronized Path startOver(List<String> seeds, String replaces) throws IOException {
        hasEnded = true;
        Path aside = dir.resolve("aside-" + identity.generation());
        Files.createDirectories(aside);
        Files.copy(dir.resolve(IDENTITY), aside.resolve(IDENTITY), StandardCopyOption.REPLACE_EXISTING);
        if (Files.exists(store())) {
            Files.move(store(), aside.resolve(STORE), StandardCopyOption.ATOMIC_MOVE);
        }
        become(new Identity(
                random.nextLong(),
                identity.nodeName(),
                1,
                List.of(),
                new Identity.Membership(0, List.of(0L), 0, seeds, replaces),
                identity.ringPartitions(),
                identity.partitioner()));
        return aside;
    }

    /**
     * For a directory that was restored from a copy, or whose records could not be read later on. Takes effect when it
     * returns; the core that runs must be replaced by one that starts as this.
     */
    public synchronized Start raiseIncarnation() throws IOException {
        become(identity.with(identity.incarnation() + 1, identity.lives()));
        return start();
    }

    /** Unlocks the directory. The engine must be closed by then. */
    @Override
    public synchronized void close() throws IOException {
        hasEnded = true;
        lockFile.close();
    }

    private Start start() {
        Identity.Membership member = identity.member();
        return new Start(
                identity.nodeId(),
                identity.nodeName(),
                identity.incarnation(),
                identity.lives(),
                member.cluster(),
                foundLess,
                member.seeds(),
                member.replaces());
    }

    private void become(Identity next) throws IOException {
        write(dir, next);
        identity = next;
    }

    // --- the lock ---

    /** The kernel lets go of it when the process ends, however that happens. */
    private static FileChannel lock(Path dir) throws IOException {
        Path path = dir.resolve(LOCK);
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = tryLock(file);
            if (lock == null) {
                throw new DirectoryRefused("data directory " + dir.toAbsolutePath()
                        + " is already in use by another process" + holder(file) + "; give each node its own dir");
            }
            tellHolder(file);
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another node of this very process, which is refused like any other.
            return null;
        }
    }

    /** For whoever finds the directory locked; a full disk is no reason not to start. */
    private static void tellHolder(FileChannel file) {
        try {
            file.write(
                    StandardCharsets.US_ASCII.encode(
                            String.format("%-19d%n", ProcessHandle.current().pid())),
                    0);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the lock file does not say who has the directory: " + e);
        }
    }

    private static String holder(FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(20);
        file.read(bytes, 0);
        String pid = StandardCharsets.US_ASCII.decode(bytes.flip()).toString().trim();
        return pid.matches("[0-9]+") ? " (pid " + pid + ")" : "";
    }

    // --- the identity ---

    private static @Nullable Identity read(Path file) throws IOException {
        byte[] bytes;
        try {
            if (Files.size(file) > IDENTITY_BYTES_MAX) {
                throw damaged(file, "it has " + Files.size(file) + " bytes");
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return null;
        }
        try {
            return Identity.parse(bytes);
        } catch (IllegalArgumentException e) {
            throw damaged(file, String.valueOf(e.getMessage()));
        }
    }

    private static DirectoryRefused damaged(Path file, String why) {
        return new DirectoryRefused(file.toAbsolutePath() + " is damaged: " + why
                + "; restore it, or give the node an empty dir and let the cluster replace the old one");
    }

    private static void requireSame(Path dir, Identity found, Settings settings) throws DirectoryRefused {
        String whose = "data directory " + dir.toAbsolutePath() + " ";
        if (!found.nodeName().equals(settings.nodeName())) {
            throw new DirectoryRefused(
                    whose + "belongs to node " + found.nodeName() + ", but node-name is " + settings.nodeName());
        }
        if (found.ringPartitions() != settings.ringPartitions()) {
            throw new DirectoryRefused(whose + "was made with ring-partitions " + found.ringPartitions()
                    + ", but ring-partitions is " + settings.ringPartitions() + "; it cannot be changed");
        }
        if (!found.partitioner().equals(settings.partitioner())) {
            throw new DirectoryRefused(whose + "was made with partitioner " + found.partitioner()
                    + ", but partitioner is " + settings.partitioner() + "; it cannot be changed");
        }
    }

    /** Data without an identity is somebody's, and a new identity must not be made up for it. */
    private static void requireEmptyStore(Path dir) throws IOException {
        if (!isStoreEmpty(dir)) {
            throw new DirectoryRefused("data directory " + dir.toAbsolutePath() + " holds data, but its file "
                    + IDENTITY + " is gone; restore it, or give the node an empty dir");
        }
    }

    private static boolean isStoreEmpty(Path dir) throws IOException {
        Path store = dir.resolve(STORE);
        if (!Files.isDirectory(store)) {
            return true;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(store)) {
            return !files.iterator().hasNext();
        }
    }

    /**
     * The old file or the new one, whatever happens: written beside it, synced, renamed over it, and that synced.
     *
     * <p>What the new one is written over has the old one's room: a node must be able to say who it is when the disk is full.
     * So the old one is kept under another name, to be written over the next time.
     */
    private static void write(Path dir, Identity identity) throws IOException {
        Path spare = dir.resolve(IDENTITY_SPARE);
        Path old = dir.resolve(IDENTITY_OLD);
        Path current = dir.resolve(IDENTITY);
        if (Files.exists(old)) {
            // The last time ended between two renames; or before the first one, and then it is another name of the
            // current one.
            if (Files.exists(spare)) {
                Files.delete(old);
            } else {
                Files.move(old, spare, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        try (FileChannel file = FileChannel.open(spare, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(identity.toBytes());
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.truncate(file.position());
            file.force(true);
        }
        boolean isKept = Files.exists(current) && keep(current, old);
        Files.move(spare, current, StandardCopyOption.ATOMIC_MOVE);
        if (isKept) {
            Files.move(old, spare, StandardCopyOption.ATOMIC_MOVE);
        } else {
            reserve(spare, identity);
        }
        try (FileChannel directory = FileChannel.open(dir, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** False where the file system gives no file a second name. */
    private static boolean keep(Path current, Path old) {
        try {
            Files.createLink(old, current);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            LOG.log(System.Logger.Level.DEBUG, "no second name for " + current, e);
            return false;
        }
    }

    /** Takes the room that the next one needs. Without it the next start needs some. */
    private static void reserve(Path spare, Identity identity) {
        try {
            Files.write(spare, identity.toBytes());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot keep room for the next start in " + spare + ": " + e);
        }
    }
}
