package io.kindred.autoscale;

import java.io.IOException;
import java.util.List;

/**
 * Has nodes made and ended, wherever they run. The autoscaler decides; this does it. One change is asked for at a time,
 * and never while data is on its way.
 *
 * <p>On Kubernetes nodes are the pods of a StatefulSet, with {@code leave-on-shutdown yes} and a {@code
 * terminationGracePeriodSeconds} above {@code leave-timeout-s}: {@code list} gives the pods with their DNS names,
 * {@code add} raises {@code replicas} by one (the pod template names the headless service as seed), and {@code remove}
 * lowers it. A StatefulSet ends its highest ordinal only, so such a provider lists that one alone as removable; it must
 * also delete the pod's volume claim afterwards, because a node that has left may not come back with its old directory.
 *
 * <p>In a cloud, {@code add} starts an instance of an image whose {@code seeds} name some of the present ones, and {@code
 * remove} sends {@code KIN.LEAVE}, waits as below, and ends the instance with its disk.
 */
public interface NodeProvider {
    /**
     * A node that exists.
     *
     * @param name its {@code node-name}
     * @param removable whether {@link #remove} may be asked to end it
     */
    record ProvidedNode(String name, String host, int port, boolean removable) {}

    /**
     * All nodes that ought to run, in the order of their names; those that have crashed too, so that they are seen to be
     * missing.
     */
    List<ProvidedNode> list() throws IOException;

    /**
     * Starts one more node as a member of the cluster, and returns when it serves clients; its data may still be on its
     * way.
     *
     * @return the new node's name
     */
    String add() throws IOException, InterruptedException;

    /**
     * Has a node leave the ring, waits until {@code KIN.MEMBERS} of another no longer lists it and {@code
     * partitions_in_transfer} is 0, and only then ends it. If that fails or takes too long the node must be left running:
     * what it holds may be the last copy.
     */
    void remove(String name) throws IOException, InterruptedException;
}
