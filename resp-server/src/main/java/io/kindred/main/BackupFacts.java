package io.kindred.main;

import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.membership.Member;
import io.netty.channel.EventLoop;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a backup's manifest says of the node that made it. docs/backup-format.md lists it. */
final class BackupFacts {
    private BackupFacts() {}

    static NodeBackups backups(EventLoop loop, BackEnd node, ServerConfig config, InstantSource clock) {
        Member self = node.self();
        NodeBackups.Place place = NodeBackups.Place.of(
                config.text(Directives.BACKUP_DIR), config.text(Directives.DIR), self.name(), self.id());
        return new NodeBackups(
                loop, node.engine(), place, () -> facts(node.core().views(), config, clock));
    }

    private static Map<String, String> facts(NodeViews views, ServerConfig config, InstantSource clock) {
        Member self = views.self();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("time", clock.instant().toString());
        facts.put("version", Version.TEXT);
        facts.put("cluster", String.format("%016x", views.cluster()));
        facts.put("node", self.name());
        facts.put("node-id", String.format("%016x", self.id()));
        facts.put("incarnation", Integer.toString(self.incarnation()));
        facts.put("datacenter", self.datacenter());
        facts.put("zone", self.zone());
        facts.put("members", Integer.toString(views.members().size()));
        facts.put("ring-partitions", config.text(Directives.RING_PARTITIONS));
        facts.put("partitioner", config.text(Directives.PARTITIONER));
        facts.put("replication-n", config.text(Directives.REPLICATION_N));
        facts.put("databases", config.text(Directives.DATABASES));
        return facts;
    }
}
