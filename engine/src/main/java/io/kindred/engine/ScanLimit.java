package io.kindred.engine;

/** How much one scan step gives: entries, and bytes of keys and values (which the last entry may exceed). */
record ScanLimit(int entries, long bytes) {
    ScanLimit {
        if (entries <= 0 || bytes <= 0) {
            throw new IllegalArgumentException("a scan step must give at least one entry");
        }
    }
}
