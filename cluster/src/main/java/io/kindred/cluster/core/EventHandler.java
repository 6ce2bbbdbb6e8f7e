package io.kindred.cluster.core;

/** One method an event, so that an event that nobody handles does not compile. */
public interface EventHandler {
    void onStarted(Event.Started event);

    void onRequest(Event.Request event);

    void onClusterRequest(Event.ClusterRequest event);

    void onPublish(Event.Publish event);

    void onUnsubscribed(Event.Unsubscribed event);

    void onReceived(Event.Received event);

    void onPersisted(Event.Persisted event);

    void onSynced(Event.Synced event);

    void onLoaded(Event.Loaded event);

    void onScanned(Event.Scanned event);

    void onLossAccepted(Event.LossAccepted event);

    void onPeerConnected(Event.PeerConnected event);

    void onPeerLost(Event.PeerLost event);

    void onRefused(Event.Refused event);

    void onMistaken(Event.Mistaken event);

    void onTick(Event.Tick event);
}
