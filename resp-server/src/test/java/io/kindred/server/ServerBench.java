package io.kindred.server;

import io.kindred.cluster.message.Reply;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * A server that keeps strings in a map, so that {@code redis-benchmark -P 50} measures sockets, codec and connections
 * alone. Run by hand; prints its port and serves until it is killed.
 */
public final class ServerBench {
    private ServerBench() {}

    public static void main(String[] ignored) throws Exception {
        Map<ByteBuffer, Reply> values = new HashMap<>();
        TestServer server = new TestServer((self, session, args, reply) -> {
            if (args.length == 3) {
                values.put(ByteBuffer.wrap(args[1]), Reply.bulk(args[2]));
                reply.complete(Reply.OK);
            } else if (args.length == 2) {
                reply.complete(values.getOrDefault(ByteBuffer.wrap(args[1]), Reply.NIL));
            } else {
                reply.complete(Reply.EMPTY_ARRAY);
            }
        });
        System.out.println(server.port());
        Thread.currentThread().join();
    }
}
