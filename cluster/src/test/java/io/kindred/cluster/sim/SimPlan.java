package io.kindred.cluster.sim;

import io.kindred.cluster.message.QuorumSpec;

/**
 * What one run is like; drawn from its seed.
 *
 * @param syncsEachWrite {@code appendfsync always}; else everysec
 * @param trouble what goes wrong
 * @param hintBytesMax how much may be held for other nodes
 * @param changes how often the ring changes
 * @param datacenters how many there are; each has its share of the nodes
 * @param flushes whether clients flush the database now and then
 */
public record SimPlan(
        int nodes,
        int clients,
        int keys,
        int readQuorum,
        int writeQuorum,
        boolean syncsEachWrite,
        Trouble trouble,
        boolean flushes,
        int changes,
        double memoryMissRate,
        long hintBytesMax,
        long lastsNanos,
        int datacenters) {

    private static final long HINT_BYTES_ENOUGH = 1 << 30;

    /** What goes wrong. */
    enum Trouble {
        NONE,
        /** Everything that {@link FaultPlan} has. */
        ANY,
        /** Nodes are killed, or stand still, and go on. */
        KILLS,
        /** {@link FirstFaults}; clients only update. */
        FIRST_REPLICAS,
        /** {@link FirstFaults} of slow disks alone: all are there, all the time; clients only update. */
        SLOW_DISKS,
        /** {@link ApartFaults}; clients only update. */
        APART,
        /** {@link HeirFaults}; clients only update. */
        HEIRS,
        /** {@link RewindFaults}; clients only update. */
        REWINDS
    }

    static SimPlan draw(SimRandom random) {
        SimPlan plan = drawAny(random);
        return random.chance(0.2) ? plan.withKillsOnly() : plan;
    }

    private static SimPlan drawAny(SimRandom random) {
        int nodes = 3 + random.nextInt(7);
        // Mostly the majorities; the others are legal too, and promise less.
        int quorum = random.nextInt(6);
        return new SimPlan(
                nodes,
                4 + random.nextInt(5),
                2 + random.nextInt(7),
                quorum == 0 ? 1 : quorum == 1 ? 3 : 0,
                quorum == 0 ? 3 : quorum == 1 ? 1 : 0,
                random.chance(0.5),
                Trouble.ANY,
                random.chance(0.3),
                random.chance(0.6) ? 1 + random.nextInt(5) : 0,
                random.chance(0.5) ? 0.3 : 0.02,
                random.chance(0.1) ? 2_000 : 1 << 30,
                12_000_000_000L,
                1);
    }

    /** Two datacenters, and a long link between them that is cut for a while. */
    static SimPlan drawDatacenters(SimRandom random) {
        return new SimPlan(
                6 + random.nextInt(4),
                4 + random.nextInt(5),
                2 + random.nextInt(7),
                0,
                0,
                random.chance(0.5),
                Trouble.ANY,
                random.chance(0.2),
                random.chance(0.6) ? 1 + random.nextInt(5) : 0,
                random.chance(0.5) ? 0.3 : 0.02,
                random.chance(0.2) ? 2_000 : 1 << 30,
                12_000_000_000L,
                2);
    }

    /** Few nodes, and updates of few keys: whoever runs them is what goes wrong. */
    static SimPlan drawFirstReplicas(SimRandom random) {
        boolean isSlow = random.chance(0.1);
        return new SimPlan(
                random.chance(0.6) ? 3 : 4 + random.nextInt(2),
                12,
                0,
                0,
                0,
                random.chance(0.4),
                isSlow ? Trouble.SLOW_DISKS : Trouble.FIRST_REPLICAS,
                false,
                !isSlow && random.chance(0.3) ? 1 + random.nextInt(4) : 0,
                random.chance(0.5) ? 0.3 : 0.02,
                1 << 30,
                24_000_000_000L,
                1);
    }

    /** As {@link #drawFirstReplicas}, with nodes enough for what goes wrong, and no change by chance. */
    SimPlan withTrouble(Trouble trouble) {
        return new SimPlan(
                trouble == Trouble.REWINDS ? 3 : 5,
                clients,
                keys,
                readQuorum,
                writeQuorum,
                syncsEachWrite,
                trouble,
                flushes,
                0,
                memoryMissRate,
                hintBytesMax,
                lastsNanos,
                datacenters);
    }

    /** As it is, for half of the time. */
    SimPlan shorter() {
        return new SimPlan(
                nodes,
                clients,
                keys,
                readQuorum,
                writeQuorum,
                syncsEachWrite,
                trouble,
                flushes,
                changes,
                memoryMissRate,
                hintBytesMax,
                lastsNanos / 2,
                datacenters);
    }

    static SimPlan drawReaping(SimRandom random) {
        return new SimPlan(
                3 + random.nextInt(3),
                3 + random.nextInt(3),
                4 + random.nextInt(6),
                0,
                0,
                random.chance(0.5),
                Trouble.ANY,
                false,
                0,
                0.1,
                random.chance(0.2) ? 2_000 : 1 << 30,
                60_000_000_000L,
                1);
    }

    /** Nodes join and leave, several of them at once, and nothing goes wrong. */
    static SimPlan drawCalmChanges(SimRandom random) {
        return new SimPlan(
                3 + random.nextInt(3),
                6,
                40,
                0,
                0,
                true,
                Trouble.NONE,
                false,
                2 + random.nextInt(3),
                0.02,
                1 << 30,
                6_000_000_000L,
                1);
    }

    /** As {@link #drawReaping}, with the nodes in two datacenters. */
    static SimPlan drawReapingDatacenters(SimRandom random) {
        SimPlan plan = drawReaping(random);
        return new SimPlan(
                6,
                plan.clients,
                plan.keys,
                0,
                0,
                plan.syncsEachWrite,
                Trouble.ANY,
                false,
                0,
                plan.memoryMissRate,
                plan.hintBytesMax,
                plan.lastsNanos,
                2);
    }

    /** Where there are no keys for clients that write, all clients update. */
    boolean onlyUpdates() {
        return switch (trouble) {
            case FIRST_REPLICAS, SLOW_DISKS, APART, HEIRS, REWINDS -> true;
            default -> false;
        };
    }

    boolean isTroubled() {
        return trouble != Trouble.NONE;
    }

    /** What a client asks of a read. Strict: R of the key's own replicas, which is what promises to see its writes. */
    QuorumSpec reading(boolean strict, boolean global) {
        if (global) {
            return QuorumSpec.DEFAULT.withScope(true);
        }
        return strict ? new QuorumSpec(0, 0, readQuorum == 0 ? 2 : readQuorum, 0) : QuorumSpec.DEFAULT;
    }

    /** What a client asks of a write. Strict: W of the key's own replicas. */
    QuorumSpec writing(boolean strict, boolean global) {
        if (global) {
            return QuorumSpec.DEFAULT.withScope(true);
        }
        return strict ? new QuorumSpec(0, 0, 0, writeQuorum == 0 ? 2 : writeQuorum) : QuorumSpec.DEFAULT;
    }

    /** What a client asks of an update: whatever it is, it takes a majority of the key's own replicas, or is sloppy. */
    QuorumSpec updating(SimRandom random) {
        if (trouble == Trouble.HEIRS) {
            // Whoever has something of a key is gone for long: beside a sloppy update nothing would have to be exact.
            return new QuorumSpec(0, 0, 2, 2);
        }
        return switch (random.nextInt(6)) {
            case 0 -> new QuorumSpec(1, 1, 0, 0);
            case 1 -> new QuorumSpec(2, 2, 2, 2);
            default -> QuorumSpec.DEFAULT;
        };
    }

    /** Where the nodes of one datacenter only are, it has no name. */
    String datacenter(int number) {
        return datacenters == 1 ? "" : "dc" + (number % datacenters + 1);
    }

    /** Hints have room for all that is missed, for nothing else makes up for it soon. */
    SimPlan withoutFaults() {
        return new SimPlan(
                nodes,
                clients,
                keys,
                readQuorum,
                writeQuorum,
                syncsEachWrite,
                Trouble.NONE,
                false,
                0,
                memoryMissRate,
                HINT_BYTES_ENOUGH,
                lastsNanos,
                datacenters);
    }

    /** Mostly of three nodes, which all have every key. */
    private SimPlan withKillsOnly() {
        return new SimPlan(
                nodes < 7 ? 3 : 5,
                Math.max(6, clients),
                keys,
                0,
                0,
                true,
                Trouble.KILLS,
                false,
                0,
                memoryMissRate,
                1 << 30,
                lastsNanos,
                1);
    }
}
