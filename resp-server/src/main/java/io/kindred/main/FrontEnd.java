package io.kindred.main;

import io.kindred.cluster.wire.NetLoop;
import io.kindred.cluster.wire.tls.Tls;
import io.kindred.command.ClusterPort;
import io.kindred.command.CommandDispatcher;
import io.kindred.command.CommandTable;
import io.kindred.command.Commands;
import io.kindred.command.KeyPort;
import io.kindred.command.NodePort;
import io.kindred.command.PubSub;
import io.kindred.command.PubSubPort;
import io.kindred.command.ServerView;
import io.kindred.command.Session;
import io.kindred.command.TellingKeys;
import io.kindred.server.CommandRunner;
import io.kindred.server.Entrance;
import io.kindred.server.ReplySlot;
import io.kindred.server.RespServer;
import io.kindred.server.ServerClock;
import io.kindred.server.ServerParts;
import io.netty.channel.ChannelFuture;
import io.netty.channel.IoEventLoop;
import java.net.InetSocketAddress;
import java.time.InstantSource;

/** Commands and the server that takes them from clients, wired together. */
record FrontEnd(CommandTable commands, CommandDispatcher dispatcher, RespServer server, PubSub pubSub) {

    static <P extends KeyPort & ClusterPort & PubSubPort> FrontEnd of(
            NetLoop net, P ports, LiveConfig config, NodePort node, InstantSource clock) {
        IoEventLoop loop = (IoEventLoop) net.loop();
        ServerParts parts = new ServerParts(loop, config, new ServerClock(clock, System::nanoTime));
        CommandTable.Builder table = Commands.standard(config);
        parts.addCommands(table);
        PubSub pubSub = new PubSub(ports);
        pubSub.addCommands(table);
        CommandTable commands = table.build();
        commands.events().publishBy(pubSub::publish);
        config.onKeyspaceEvents(commands.events());
        commands.tracking().toldBy(ports);
        config.onTracking(commands.tracking());
        KeyPort keys = new TellingKeys(ports, commands.events(), commands.tracking(), clock);
        CommandDispatcher dispatcher =
                new CommandDispatcher(new ServerView(keys, ports, config, node, config, commands, clock));
        return new FrontEnd(commands, dispatcher, new RespServer(loop, parts, running(dispatcher)), pubSub);
    }

    /** Listens for clients as the configuration says; not to be called on the loop, which it waits for. */
    ClientPorts bind(ServerConfig config, Tls tls) throws StartFailed {
        BindAddresses addresses = config.bind();
        int plain = (int) config.number(Directives.PORT);
        boolean hasTls = TlsDirectives.hasPort(config);
        int tlsPort = (int) config.number(TlsDirectives.PORT);
        // As in Redis, 'port 0' is no port beside a tls-port; alone it is any.
        return new ClientPorts(
                plain == 0 && hasTls ? 0 : bind(addresses, plain, new Entrance(false, tls::plainGate)),
                hasTls ? bind(addresses, tlsPort, new Entrance(true, tls::clientGate)) : 0);
    }

    private int bind(BindAddresses addresses, int port, Entrance entrance) throws StartFailed {
        int chosen = port;
        for (BindAddresses.Bound address : addresses.all()) {
            ChannelFuture bound = server.bind(address.at(chosen), entrance).awaitUninterruptibly();
            if (bound.isSuccess()) {
                chosen = ((InetSocketAddress) bound.channel().localAddress()).getPort();
            } else if (!address.optional()) {
                throw new StartFailed(
                        "Could not create server TCP listening socket " + address.text() + ":" + chosen + ": "
                                + bound.cause().getMessage(),
                        bound.cause());
            }
        }
        return chosen;
    }

    private static CommandRunner running(CommandDispatcher dispatcher) {
        return new CommandRunner() {
            @Override
            public void run(Session session, byte[][] args, ReplySlot reply) {
                dispatcher.run(session, args, reply);
            }

            @Override
            public void foresee(Session session, byte[][][] commands, int count) {
                dispatcher.foresee(session, commands, count);
            }
        };
    }
}
