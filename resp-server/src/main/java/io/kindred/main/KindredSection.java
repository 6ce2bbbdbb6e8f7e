package io.kindred.main;

import io.kindred.cluster.antientropy.ExchangeCounters;
import io.kindred.cluster.antientropy.MerkleTrees;
import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.core.ReapCounters;
import io.kindred.cluster.handoff.HintLedger;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.Status;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.node.LoopStats;
import io.kindred.cluster.quorum.QuorumCounters;
import io.kindred.cluster.quorum.QuorumSettings;
import io.kindred.cluster.relay.RelayCounters;
import io.kindred.cluster.wire.TransportStats;
import io.kindred.engine.EngineRecovery;
import io.kindred.engine.EngineStats;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** INFO's Kindred section: the ring, the quorums, what the core, the transport and the storage engine count. */
final class KindredSection {
    private final InfoReport.Subjects of;

    KindredSection(InfoReport.Subjects of) {
        this.of = of;
    }

    void append(InfoText out) {
        out.section("Kindred");
        ring(out);
        quorums(out);
        requests(out);
        hints(out);
        relays(out);
        antiEntropy(out);
        transport(out);
        TlsSection.append(out, of.tls(), of.ports());
        loop(out);
        log(out);
        tables(out);
    }

    private void ring(InfoText out) {
        NodeViews views = of.views();
        Member self = views.self();
        NodeViews.WatchCounts watched = views.watchCounts();
        out.field("node_name", self.name())
                .field("node_id", String.format("%016x", self.id()))
                .field("incarnation", self.incarnation())
                .field("generation", self.start())
                .field("start_state", views.startState().text())
                .field("start_state_reason", views.notServingBecause())
                .flag("start_in_doubt", views.isDoubted())
                .field("cluster_id", String.format("%016x", views.cluster()))
                .field("dialed_by_other_clusters", views.mistaken())
                .field("cluster_port", self.clusterPort())
                .field("members_up", members(Status.UP))
                .field("members_suspect", members(Status.SUSPECT))
                .field("members_down", members(Status.DOWN))
                .field("members_joining", members(Status.JOINING))
                .field("members_leaving", members(Status.LEAVING))
                .field("suspicions", watched.suspicions())
                .field("down_verdicts", watched.downs())
                .field("suspicions_refuted", watched.refutations())
                .field("stalls_noticed", watched.stalls())
                .field("datacenter", self.datacenter())
                .field("datacenters", String.join(",", views.datacenters()))
                .field("partitions", views.partitions())
                .field("partitions_owned", views.ring().owned(self.id()))
                .field("partitions_in_transfer", views.partitionsInTransfer())
                .field("partitions_to_fetch", views.partitionsFetching())
                .field("partitions_to_give_away", views.partitionsParting())
                .field("change_records", views.changeRecords().kept())
                .field("change_records_compacted", views.changeRecords().compacted())
                .field("change_records_compactions", views.changeRecords().compactions())
                .field("change_records_outvoted", views.changeRecords().outvoted());
    }

    private long members(Status status) {
        return of.views().members().stream()
                .filter(line -> line.status() == status)
                .count();
    }

    /** As they are with the nodes there are; with R + W above N a read sees the writes before it. */
    private void quorums(InfoText out) {
        QuorumSettings settings = of.views().config().quorums();
        int replicas = Math.min(
                of.views().replicas(), Math.max(1, of.views().ring().members().size()));
        int reads = settings.readsNeeded(QuorumSpec.DEFAULT, replicas);
        int writes = settings.writesNeeded(QuorumSpec.DEFAULT, replicas);
        out.field("replication_n", of.views().replicas())
                .field("read_quorum", reads)
                .field("write_quorum", writes)
                .flag("quorums_overlap", reads + writes > replicas);
    }

    private void requests(InfoText out) {
        QuorumCounters counted = of.views().counters();
        out.field("requests_under_way", of.views().requestsUnderWay())
                .field("reads", counted.reads)
                .field("writes", counted.writes)
                .field("updates", counted.updates)
                .field("forwards", counted.forwards)
                .field("read_repairs", counted.readRepairs)
                .field("sibling_reads", counted.siblingReads)
                .field("lww_losers", counted.lwwLosers)
                .field("clock_prunes", counted.clockPrunes)
                .field("sibling_refusals", counted.siblingRefusals)
                .field("writes_superseded_again", counted.supersededOnAck)
                .field("read_repairs_shed", counted.repairsShed)
                .field("sloppy_writes", counted.sloppyWrites)
                .field("sloppy_updates", counted.sloppyUpdates)
                .field("updates_refused", counted.updatesRefused)
                .field("updates_passed_on", counted.updatesPassedOn)
                .field("term_claims", of.views().terms().won)
                .field("term_claims_repeated", of.views().terms().repeated)
                .field("terms_granted", of.views().terms().granted)
                .field("partitions_uncounted", of.views().partitionsUncounted())
                .field("hedges", counted.hedges)
                .field("put_off", counted.pauses)
                .field("timeouts", counted.timeouts)
                .field("corrupt_records", of.views().corruptRecords())
                .field("records_lost", of.views().lostRecords())
                .field("clock_skews_refused", of.views().clockSkewsRefused());
        clocks(out);
    }

    private void clocks(InfoText out) {
        NodeViews.ClockSkew skew = of.views().clockSkew();
        out.field("clock_skew_ms_max", skew.skewMillisMax())
                .field("clock_skew_node", skew.skewPeer())
                .field("clock_ahead_of_median_ms", skew.aheadOfMedianMillis())
                .field("clock_stamps_ahead_ms", skew.stampsAheadMillis());
    }

    private void hints(InfoText out) {
        NodeViews views = of.views();
        out.field("hints_pending", views.hints().hints())
                .field("hints_pending_bytes", views.hints().bytes())
                .field("hint_max_bytes", views.config().hintBytesMax())
                .field("hints_stored", views.handoff().stored)
                .field("hints_refused", views.handoff().refused)
                .field("hints_delivered", views.handoff().delivered)
                .field("handoff_batches", views.handoff().batches)
                .field("hints_in_parts", views.handoff().inParts)
                .field("hints_lost", views.handoff().lost)
                .field("repair_debt_ranges", views.owedRanges());
        for (HintLedger.Debt debt : views.hints().debts()) {
            String whom = views.nameOf(debt.intended()).replace(' ', '_');
            out.field("hints_for_" + whom, "hints=" + debt.hints() + ",bytes=" + debt.bytes());
        }
    }

    private void relays(InfoText out) {
        RelayCounters relays = of.views().relays();
        out.field("relays_delivered", relays.delivered)
                .field("relays_under_way", relays.underWay)
                .field("relays_under_way_bytes", relays.bytesUnderWay)
                .field("relays_kept_as_hints", relays.kept);
    }

    private void antiEntropy(InfoText out) {
        ExchangeCounters counted = of.views().exchange();
        MerkleTrees trees = of.views().trees();
        out.field("exchange_rounds", counted.rounds)
                .field("exchange_failures", counted.failures)
                .field("exchange_keys_repaired", counted.keysRepaired)
                .field("exchange_keys_in_parts", counted.keysInParts)
                .field("exchange_bytes_sent", counted.bytesSent)
                .field("trees_ready", trees.ready())
                .field("trees_building", trees.building())
                .field("trees_built", counted.treesBuilt)
                .field("trees_bytes", trees.sizeBytes())
                .field("scrub_task", of.views().scrubbed().task)
                .field("scrub_position", of.views().scrubbed().partition)
                .field("scrub_records", of.views().scrubbed().records)
                .field("scrub_records_per_second", of.views().scrubbed().recordsPerSecond)
                .field("scrub_partitions", counted.scrubbed)
                .field("scrub_mismatches", counted.scrubMismatches)
                .field("scrub_unreadable", counted.unreadable)
                .field("records_unreadable", counted.unreadableKeys)
                .field("records_mended", counted.recordsMended)
                .field("partitions_damaged", counted.damagedPartitions)
                .field("losses_accepted", counted.lossesAccepted);
        ReapCounters reaped = of.views().reaping();
        out.field("tombstones", reaped.tombstonesLeft)
                .field("tombstones_reaped", reaped.tombstones)
                .field("expired_keys", reaped.expired)
                .field("reap_marks_raised", reaped.marksRaised)
                .field("reap_partitions_waiting", reaped.partitionsWaiting)
                .field("reap_blocked_by", String.join(",", of.views().reapBlockedBy()));
    }

    private void transport(InfoText out) {
        TransportStats stats = of.loop().transportStats();
        out.field("peer_handshake_failures", stats.handshakeFailures())
                .field("peer_connections_refused", stats.pendingRefused())
                .field("peer_corrupt_frames", stats.corruptFrames())
                .field("messages_to_unknown_nodes", stats.droppedUnknown());
        for (TransportStats.PeerStats peer : stats.peers()) {
            out.field(
                    "peer_" + (peer.name().isEmpty() ? String.format("%016x", peer.nodeId()) : peer.name()),
                    "connected=" + (peer.connected() ? 1 : 0)
                            + ",queued_bytes=" + peer.queuedBytes()
                            + ",messages_in=" + peer.messagesIn()
                            + ",bytes_in=" + peer.bytesIn()
                            + ",messages_out=" + peer.messagesOut()
                            + ",bytes_out=" + peer.bytesOut()
                            + ",shed=" + peer.shed()
                            + ",dropped=" + peer.dropped()
                            + ",oversized=" + peer.oversized()
                            + ",reconnects=" + peer.reconnects()
                            + ",dial_failures=" + peer.dialFailures());
        }
    }

    private void loop(InfoText out) {
        LoopStats stats = of.loop().stats();
        out.field("loop_events", stats.events())
                .field("loop_turns", stats.turns())
                .field("storage_commits", stats.commits())
                .field("storage_writes", stats.persists())
                .field("storage_failures", stats.storeFailures())
                .field("writes_refused_for_room", stats.refusedForRoom())
                .field("peer_reads_put_off", stats.parkedReads())
                .field("peer_writes_waiting_bytes", of.views().peerWritesWaitingBytes())
                .field("writes_under_way_bytes", of.views().writesUnderWayBytes());
    }

    private void log(InfoText out) {
        EngineStats stats = of.engine().stats();
        EngineRecovery recovery = stats.recovery();
        out.field("log_appended_bytes", stats.log().appendedBytes())
                .field("log_segments", stats.log().segments())
                .field("log_fsyncs", stats.log().fsyncs())
                .field(
                        "log_last_fsync_usec",
                        TimeUnit.NANOSECONDS.toMicros(stats.log().lastFsyncNanos()))
                .field("log_failures", stats.log().failures())
                .flag("started_clean", recovery.startedClean())
                .field("log_records_replayed", recovery.replayedRecords())
                .field("log_torn_bytes_cut", recovery.tornBytesCut());
    }

    private void tables(InfoText out) {
        EngineStats.Memory memory = of.engine().stats().memory();
        EngineStats.Tables tables = of.engine().stats().tables();
        out.field("memtable_bytes", memory.memtableBytes())
                .field("memtable_entries", memory.memtableEntries())
                .field("row_cache_bytes", memory.rowCacheBytes())
                .field("row_cache_hits", memory.rowCacheHits())
                .field("row_cache_misses", memory.rowCacheMisses())
                .field("key_filter_bytes", memory.keyFilterBytes())
                .field("key_filter_absences", memory.keyFilterAbsences())
                .field("write_stalls", memory.stalls())
                .field("commits_refused", memory.commitsRefused())
                .field("flushes", tables.flushes())
                .field("flush_failures", tables.flushFailures())
                .field(
                        "table_files_per_level",
                        tables.filesPerLevel().stream().map(String::valueOf).collect(Collectors.joining(",")))
                .field("table_bytes", tables.bytes())
                .field("table_reads", tables.reads())
                .field("bloom_skips", tables.bloomSkips())
                .field("corruptions", tables.corruptions())
                .field("damaged_blocks", tables.damagedBlocks());
    }
}
