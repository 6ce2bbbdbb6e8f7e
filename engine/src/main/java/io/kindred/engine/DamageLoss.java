package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.iq80.leveldb.DBIterator;
import org.iq80.leveldb.ReadOptions;

/** What is lost with blocks of the tables that cannot be read. */
final class DamageLoss {
    private static final System.Logger LOGGER = System.getLogger(LevelDbTables.class.getName());

    private final LevelDbTables tables;
    private final Damage damage;
    private final LevelDbEnv files;
    private final TableLayout layout;

    DamageLoss(LevelDbTables tables, Damage damage, LevelDbEnv files, TableLayout layout) {
        this.tables = tables;
        this.damage = damage;
        this.files = files;
        this.layout = layout;
    }

    /** Has what is damaged counted as empty, so that compactions get past it, and remembers what may be lost. */
    void giveUp(Path directory) throws IOException {
        List<DamagedPlace> places = damage.pending();
        if (places.isEmpty()) {
            return;
        }
        List<LostRange> lost = new ArrayList<>();
        List<DamagedPlace> gone = new ArrayList<>();
        for (DamagedPlace place : places) {
            TableLayout.GivenUp part = layout.of(place);
            if (part == null) {
                damage.unsee(place);
                continue;
            }
            gone.add(place);
            gone.add(part.place());
            if (part.lost() != null) {
                lost.add(part.lost().with(readable(part.lost())));
            }
        }
        if (gone.isEmpty()) {
            return;
        }
        damage.giveUp(gone, lost);
        for (LostRange range : lost) {
            LOGGER.log(
                    System.Logger.Level.ERROR,
                    "damaged: " + directory.resolve(range.place().table()) + " at offset "
                            + range.place().offset() + ": what the block had is lost here; of the keys around it "
                            + range.known().size() + " can be read, others fail until they are replaced");
        }
    }

    /** The keys of which the newest version is elsewhere: they are found without the damaged block. */
    private List<byte[]> readable(LostRange range) throws IOException {
        List<byte[]> readable = new ArrayList<>();
        for (byte[] key : keysWithin(range)) {
            try {
                tables.get(key);
                readable.add(key);
            } catch (CorruptFileException e) {
                LOGGER.log(System.Logger.Level.DEBUG, "lost with its block", e);
            }
        }
        return readable;
    }

    /** Those that there are beside all damaged blocks, in whatever version. */
    private List<byte[]> keysWithin(LostRange range) throws IOException {
        files.setLenient(true);
        try {
            return tables.use(open -> {
                List<byte[]> keys = new ArrayList<>();
                try (DBIterator iterator = open.iterator(new ReadOptions().fillCache(false))) {
                    iterator.seek(range.from());
                    while (iterator.hasNext() && keys.size() < LostRange.KNOWN_MAX) {
                        byte[] key = iterator.next().getKey();
                        if (Arrays.compareUnsigned(key, range.to()) >= 0) {
                            break;
                        }
                        keys.add(key);
                    }
                }
                return keys;
            });
        } finally {
            files.setLenient(false);
        }
    }
}
