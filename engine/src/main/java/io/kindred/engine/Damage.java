package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The blocks of tables that are not what was written, and the keys that may have been lost with them.
 *
 * <p>LevelDB can neither compact a table with such a block nor leave it aside: its background stops, and every flush with
 * it. So a block that is in the way is <i>given up</i>: from then on it counts as empty, so that compactions drop it, and
 * which keys it may have had is remembered, durably, before that. Such a key is not absent. Reading it fails, and so does
 * a scan over it, until somebody says that nothing more of it is to be had ({@link #accept}). Readable all the while are
 * keys of which the newest version is elsewhere ({@link LostRange#known}), among them those written since.
 *
 * <p>May be called from any thread; changes are made one at a time.
 */
final class Damage {
    /** Beyond so many the tables are no store to go on with: none is given up any more, and flushes fail. */
    static final int RANGES_MAX = 1_000;

    private final EngineContext context;
    private final Set<DamagedPlace> seen = ConcurrentHashMap.newKeySet();
    private final Set<DamagedPlace> givenUp = ConcurrentHashMap.newKeySet();
    private volatile List<LostRange> lost;

    private Damage(EngineContext context, DamageFile.Content content) {
        this.context = context;
        this.lost = content.lost();
        givenUp.addAll(content.givenUp());
    }

    static Damage open(EngineContext context) throws IOException {
        return new Damage(context, DamageFile.read(context.directory()));
    }

    /** A block's checksum is wrong. */
    void seen(Path table, long offset) {
        if (seen.size() < RANGES_MAX) {
            seen.add(DamagedPlace.of(table, offset));
        }
    }

    /** A block can be read after all. */
    void unsee(DamagedPlace place) {
        seen.remove(place);
    }

    boolean isGivenUp(Path table, long offset) {
        return !givenUp.isEmpty() && givenUp.contains(DamagedPlace.of(table, offset));
    }

    /** What was seen and has not been given up, of tables that are still there. */
    List<DamagedPlace> pending() {
        seen.removeIf(place -> givenUp.contains(place) || !isThere(place));
        return seen.stream().sorted(DamagedPlace.ORDER).toList();
    }

    private boolean isThere(DamagedPlace place) {
        return Files.exists(context.tablesDirectory().resolve(place.table()));
    }

    /** How many ranges have keys that may be lost. */
    int ranges() {
        return lost.size();
    }

    /** Whether the key may be one of those that were lost. */
    boolean hides(byte[] key) {
        return lost.stream().anyMatch(range -> range.hides(key));
    }

    /** Fails where the key may be one of those that were lost. */
    void check(byte[] key) throws CorruptFileException {
        for (LostRange range : lost) {
            if (range.hides(key)) {
                throw failure(range);
            }
        }
    }

    /** Fails where a key from the first through the last may be one of those that were lost. */
    void checkThrough(byte[] first, byte[] last) throws CorruptFileException {
        for (LostRange range : lost) {
            if (Arrays.compareUnsigned(range.to(), first) > 0 && Arrays.compareUnsigned(range.from(), last) <= 0) {
                throw failure(range);
            }
        }
    }

    /** Fails where a key in [from, to) may be one of those that were lost; an empty `to` means the end of all keys. */
    void checkBelow(byte[] from, byte[] to) throws CorruptFileException {
        for (LostRange range : lost) {
            if (Arrays.compareUnsigned(range.to(), from) > 0
                    && (to.length == 0 || Arrays.compareUnsigned(range.from(), to) < 0)) {
                throw failure(range);
            }
        }
    }

    private CorruptFileException failure(LostRange range) {
        return new CorruptFileException(
                context.tablesDirectory().resolve(range.place().table()) + " at offset "
                        + range.place().offset() + ": the block was damaged, and what it had is lost");
    }

    /** From when this returns the places count as empty; before, it is durable that keys of the ranges may be lost. */
    synchronized void giveUp(Collection<DamagedPlace> places, List<LostRange> ranges) throws IOException {
        List<LostRange> all = Stream.concat(lost.stream(), ranges.stream()).toList();
        if (all.size() > RANGES_MAX) {
            throw new CorruptFileException(
                    context.tablesDirectory() + ": more than " + RANGES_MAX + " blocks are damaged");
        }
        List<DamagedPlace> gone =
                Stream.concat(givenUp.stream(), places.stream()).toList();
        save(all, gone);
        givenUp.addAll(places);
    }

    /** These keys are durably in the tables, above whatever was lost. */
    synchronized void written(List<byte[]> keys) throws IOException {
        List<LostRange> next = new ArrayList<>();
        boolean changed = false;
        for (LostRange range : lost) {
            List<byte[]> more = keys.stream().filter(range::hides).toList();
            changed |= !more.isEmpty();
            next.add(more.isEmpty() ? range : range.with(more));
        }
        if (changed) {
            save(next, givenUp);
        }
    }

    /** What was lost of the keys in [from, to) will not come back; an empty `to` means the end of all keys. */
    synchronized void accept(byte[] from, byte[] to) throws IOException {
        List<LostRange> next = new ArrayList<>();
        for (LostRange range : lost) {
            Stream.of(range.below(from), to.length == 0 ? range.below(range.from()) : range.from(to))
                    .filter(rest -> !rest.isEmpty())
                    .forEach(next::add);
        }
        if (!next.equals(lost)) {
            save(next, givenUp);
        }
    }

    private void save(List<LostRange> ranges, Collection<DamagedPlace> places) throws IOException {
        List<LostRange> saved = List.copyOf(ranges);
        List<DamagedPlace> there =
                places.stream().filter(this::isThere).sorted(DamagedPlace.ORDER).toList();
        DamageFile.write(context, new DamageFile.Content(saved, there));
        lost = saved;
    }
}
