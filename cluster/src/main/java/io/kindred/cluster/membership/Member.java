package io.kindred.cluster.membership;

/**
 * What a node tells of itself and its peers pass on.
 *
 * @param id random, made with the data directory
 * @param name what people call it; shown in clocks and lists
 * @param host the address that peers and clients dial
 * @param clientPort where clients connect without TLS; 0: nowhere
 * @param clientTlsPort where they connect with TLS; 0: nowhere
 * @param weight scales how many partitions it claims
 * @param incarnation the actor's: rises after a start that may have lost a tail of the log
 * @param generation the process's (see {@link Generation}): of two tellings the one with the higher (generation,
 *     heartbeat) is newer
 */
public record Member(
        long id,
        String name,
        String host,
        int clientPort,
        int clientTlsPort,
        int clusterPort,
        String zone,
        String datacenter,
        double weight,
        int incarnation,
        long generation,
        long heartbeat) {

    /** One whose clients do not speak TLS. */
    public Member(
            long id,
            String name,
            String host,
            int clientPort,
            int clusterPort,
            String zone,
            String datacenter,
            double weight,
            int incarnation,
            long generation,
            long heartbeat) {
        this(id, name, host, clientPort, 0, clusterPort, zone, datacenter, weight, incarnation, generation, heartbeat);
    }

    /** Which start of the process it tells of: all but generation and heartbeat stays the same within one. */
    public long start() {
        return Generation.start(generation);
    }

    /** This as a telling of who it was, where it is gone: of no start, so that whatever it tells itself is newer. */
    public Member former() {
        return at(0, 0);
    }

    /** Whether this tells of who it was, and not of a process that there may be. */
    public boolean isFormer() {
        return start() == 0;
    }

    public boolean newerThan(Member other) {
        return isAbove(other.generation, other.heartbeat);
    }

    public boolean isAbove(long otherGeneration, long otherHeartbeat) {
        return generation != otherGeneration ? generation > otherGeneration : heartbeat > otherHeartbeat;
    }

    /** This with another incarnation of the actor. */
    public Member as(int newIncarnation) {
        return new Member(
                id,
                name,
                host,
                clientPort,
                clientTlsPort,
                clusterPort,
                zone,
                datacenter,
                weight,
                newIncarnation,
                generation,
                heartbeat);
    }

    public Member at(long newGeneration, long newHeartbeat) {
        return new Member(
                id,
                name,
                host,
                clientPort,
                clientTlsPort,
                clusterPort,
                zone,
                datacenter,
                weight,
                incarnation,
                newGeneration,
                newHeartbeat);
    }
}
