package io.kindred.server;

import io.kindred.cluster.message.Reply;
import io.kindred.command.Subscriptions;

/** A client, as what others publish reaches it. */
final class Subscriber implements Subscriptions.Client {
    private final ClientConnection client;

    Subscriber(ClientConnection client) {
        this.client = client;
    }

    @Override
    public void push(Reply message) {
        client.push(message, null);
    }

    @Override
    public void changed() {
        client.output().kind(ClientClass.of(client.session()));
    }
}
