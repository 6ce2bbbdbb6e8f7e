package io.kindred.cluster.membership;

/**
 * What a node tells of itself and its peers pass on.
 *
 * @param id random, made with the data directory
 * @param name what people call it; shown in clocks and lists
 * @param host the address that peers and clients dial
 * @param weight scales how many partitions it claims
 * @param incarnation the actor's: rises after a start that may have lost a tail of the log
 * @param generation the process's: of two tellings the one with the higher (generation, heartbeat) is newer
 */
public record Member(
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

    public boolean newerThan(Member other) {
        return generation != other.generation ? generation > other.generation : heartbeat > other.heartbeat;
    }

    public Member beat() {
        return new Member(
                id,
                name,
                host,
                clientPort,
                clusterPort,
                zone,
                datacenter,
                weight,
                incarnation,
                generation,
                heartbeat + 1);
    }
}
