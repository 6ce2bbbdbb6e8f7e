package io.kindred.main;

import io.kindred.cluster.antientropy.ExchangeCounters;
import io.kindred.cluster.antientropy.ScrubCounters;
import io.kindred.cluster.core.ChangeTelling;
import io.kindred.cluster.core.ExpiryWatch;
import io.kindred.cluster.core.NodeMetrics;
import io.kindred.cluster.core.ReapCounters;
import io.kindred.cluster.handoff.HandoffCounters;
import io.kindred.cluster.node.LoopStats;
import io.kindred.cluster.pubsub.PubSubCounters;
import io.kindred.cluster.quorum.QuorumCounters;
import io.kindred.cluster.relay.RelayCounters;
import io.kindred.cluster.term.TermCounters;
import io.kindred.cluster.wire.TransportStats;
import io.kindred.cluster.wire.tls.Tls;
import io.kindred.command.CommandCounters;
import io.kindred.command.KeyspaceEvents;
import io.kindred.command.PubSub;
import io.kindred.command.Tracking;
import io.kindred.command.TransactionRoom;
import io.kindred.engine.BackupProgress;
import io.kindred.engine.EngineRecovery;
import io.kindred.engine.EngineStats;
import io.kindred.metrics.MetricSet;
import io.kindred.script.ScriptCache;
import io.kindred.server.ClientLoad;
import io.kindred.server.ServerCounters;
import io.kindred.server.http.HttpCounters;
import java.util.List;
import java.util.function.Function;

/**
 * Every set of metrics of a node, in the sections of {@code INFO}: what {@code INFO}, {@code /metrics} and
 * docs/metrics.md are made from. A metric is declared where it is counted; here is only where its source is found.
 */
final class MetricCatalog {
    /** Who is shown a section of {@code INFO}. */
    enum Shown {
        /** Whoever asks for INFO without more. */
        BY_DEFAULT,
        /** Whoever asks for it, for {@code all} or for {@code everything}. */
        IF_ASKED
    }

    /**
     * A section of {@code INFO}.
     *
     * @param title its headline; in lower case, what a client asks for
     */
    record Section(String title, Shown shown, List<Bound<?>> sets) {
        static Section of(String title, Shown shown, Bound<?>... sets) {
            return new Section(title, shown, List.of(sets));
        }
    }

    /** A set of metrics, and what of a node it is read from. */
    record Bound<S>(MetricSet<S> set, Function<Reading, S> source) {}

    private MetricCatalog() {}

    /** In the order in which Redis has them; Kindred's own is the last. */
    static final List<Section> SECTIONS = List.of(
            Section.of("Server", Shown.BY_DEFAULT, own(ServerMetrics.SERVER)),
            Section.of(
                    "Clients",
                    Shown.BY_DEFAULT,
                    own(ServerMetrics.CLIENTS),
                    set(ClientLoad.METRICS, r -> r.of().server().load())),
            Section.of(
                    "Memory",
                    Shown.BY_DEFAULT,
                    set(MemoryFigures.METRICS, MemoryFigures::take),
                    set(ScriptCache.METRICS, r -> r.of().commands().scripts())),
            Section.of("Persistence", Shown.BY_DEFAULT, own(ServerMetrics.PERSISTENCE)),
            Section.of(
                    "Stats",
                    Shown.BY_DEFAULT,
                    set(ServerCounters.METRICS, r -> r.of().server().counters()),
                    own(ServerMetrics.STATS),
                    set(ReapCounters.EXPIRED, r -> r.views().reaping()),
                    set(CommandCounters.KEYS, r -> r.of().commands().counters())),
            Section.of("Replication", Shown.BY_DEFAULT, own(ServerMetrics.REPLICATION)),
            Section.of("CPU", Shown.BY_DEFAULT, set(ServerMetrics.Cpu.METRICS, ServerMetrics.Cpu::take)),
            Section.of("Modules", Shown.BY_DEFAULT),
            Section.of(
                    "Commandstats",
                    Shown.IF_ASKED,
                    set(CommandCounters.CALLS, r -> r.of().commands().counters())),
            Section.of(
                    "Errorstats",
                    Shown.BY_DEFAULT,
                    set(ServerCounters.ERRORS, r -> r.of().server().counters())),
            Section.of(
                    "Latencystats",
                    Shown.IF_ASKED,
                    set(CommandCounters.LATENCIES, r -> r.of().commands().counters())),
            Section.of("Cluster", Shown.BY_DEFAULT, own(ServerMetrics.CLUSTER)),
            Section.of("Kindred", Shown.BY_DEFAULT, kindred()),
            Section.of("Keyspace", Shown.BY_DEFAULT, own(ServerMetrics.KEYSPACE)));

    private static Bound<?>[] kindred() {
        return new Bound<?>[] {
            set(HealthReport.METRICS, HealthReport::of),
            set(NodeMetrics.SELF, Reading::views),
            set(NodeMetrics.INFO, Reading::views),
            set(NodeMetrics.MemberCounts.METRICS, r -> NodeMetrics.MemberCounts.of(r.views())),
            set(NodeMetrics.WATCH, r -> r.views().watchCounts()),
            set(NodeMetrics.RING, Reading::views),
            set(NodeMetrics.CHANGES, r -> r.views().changeRecords()),
            set(NodeMetrics.QUORUMS, Reading::views),
            set(QuorumCounters.METRICS, r -> r.views().counters()),
            set(TransactionRoom.METRICS, r -> r.of().commands().transactions()),
            set(TermCounters.METRICS, r -> r.views().terms()),
            set(NodeMetrics.REQUESTS, Reading::views),
            set(NodeMetrics.CLOCKS, r -> r.views().clockSkew()),
            set(NodeMetrics.HINTS, Reading::views),
            set(HandoffCounters.METRICS, r -> r.views().handoff()),
            set(RelayCounters.METRICS, r -> r.views().relays()),
            set(ExpiryWatch.METRICS, r -> r.views().expiries()),
            set(Tracking.METRICS, r -> r.of().commands().tracking()),
            set(ChangeTelling.METRICS, r -> r.views().changes()),
            set(KeyspaceEvents.METRICS, r -> r.of().commands().events()),
            set(PubSub.METRICS, r -> r.of().pubSub()),
            set(PubSubCounters.METRICS, r -> r.views().pubSub()),
            set(ExchangeCounters.METRICS, r -> r.views().exchange()),
            set(NodeMetrics.TREES, r -> r.views().trees()),
            set(ScrubCounters.METRICS, r -> r.views().scrubbed()),
            set(ReapCounters.METRICS, r -> r.views().reaping()),
            set(TransportStats.METRICS, r -> r.of().loop().transportStats()),
            set(LoopStats.METRICS, r -> r.of().loop().stats()),
            set(HttpCounters.METRICS, r -> r.of().http()),
            set(LoopLag.METRICS, r -> r.of().meters().lag()),
            set(EngineStats.Log.METRICS, r -> r.of().engine().stats().log()),
            set(EngineRecovery.METRICS, r -> r.of().engine().stats().recovery()),
            set(EngineStats.Memory.METRICS, r -> r.of().engine().stats().memory()),
            set(EngineStats.Tables.METRICS, r -> r.of().engine().stats().tables()),
            set(EngineStats.Values.METRICS, r -> r.of().engine().stats().values()),
            set(Tls.METRICS, r -> r.of().tls()),
            set(BackupProgress.METRICS, r -> r.of().engine().backupProgress()),
        };
    }

    private static <S> Bound<S> set(MetricSet<S> set, Function<Reading, S> source) {
        return new Bound<>(set, source);
    }

    private static Bound<Reading> own(MetricSet<Reading> set) {
        return new Bound<>(set, reading -> reading);
    }
}
