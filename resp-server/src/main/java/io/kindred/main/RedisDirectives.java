package io.kindred.main;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The directives of Redis 7.0 that Kindred does not have ({@link Directives} has those it has), so that a redis.conf starts a
 * node: most of them are about files, processes or structures that are not here, and are taken and shown, and do nothing.
 * Where that would be a promise that is not kept the line is refused, with what to use instead.
 */
final class RedisDirectives {
    /** Taken, shown by CONFIG GET, and without effect. A line is a name and Redis's default. */
    private static final String WITHOUT_MEANING = """
            acl-pubsub-default resetchannels
            acllog-max-len 128
            active-defrag-cycle-max 25
            active-defrag-cycle-min 1
            active-defrag-ignore-bytes 104857600
            active-defrag-max-scan-fields 1000
            active-defrag-threshold-lower 10
            active-defrag-threshold-upper 100
            active-expire-effort 1
            activedefrag no
            activerehashing yes
            always-show-logo no
            aof-disable-auto-gc no
            aof-load-truncated yes
            aof-rewrite-incremental-fsync yes
            aof-timestamp-enabled no
            aof-use-rdb-preamble yes
            aof_rewrite_cpulist
            appenddirname appendonlydir
            appendfilename appendonly.aof
            auto-aof-rewrite-min-size 67108864
            auto-aof-rewrite-percentage 100
            bgsave_cpulist
            bind-source-addr
            bio_cpulist
            busy-reply-threshold 5000
            cluster-allow-pubsubshard-when-down yes
            cluster-allow-reads-when-down no
            cluster-allow-replica-migration yes
            cluster-announce-hostname
            cluster-announce-port 0
            cluster-announce-tls-port 0
            cluster-config-file nodes.conf
            cluster-link-sendbuf-limit 0
            cluster-migration-barrier 1
            cluster-node-timeout 15000
            cluster-preferred-endpoint-type ip
            cluster-replica-no-failover no
            cluster-replica-validity-factor 10
            cluster-require-full-coverage yes
            cluster-slave-no-failover no
            cluster-slave-validity-factor 10
            crash-log-enabled yes
            crash-memcheck-enabled yes
            dbfilename dump.rdb
            disable-thp yes
            dynamic-hz yes
            enable-debug-command no
            enable-module-command no
            enable-protected-configs no
            hash-max-listpack-entries 512
            hash-max-listpack-value 64
            hash-max-ziplist-entries 512
            hash-max-ziplist-value 64
            hll-sparse-max-bytes 3000
            hz 10
            ignore-warnings
            io-threads-do-reads no
            jemalloc-bg-thread yes
            latency-tracking yes
            latency-tracking-info-percentiles 50 99 99.9
            lazyfree-lazy-eviction no
            lazyfree-lazy-expire no
            lazyfree-lazy-server-del no
            lazyfree-lazy-user-del no
            lazyfree-lazy-user-flush no
            lfu-decay-time 1
            lfu-log-factor 10
            list-compress-depth 0
            list-max-listpack-size -2
            list-max-ziplist-size -2
            lua-time-limit 5000
            masterauth
            masteruser
            maxmemory-clients 0
            maxmemory-eviction-tenacity 10
            maxmemory-samples 5
            min-replicas-max-lag 10
            min-slaves-max-lag 10
            no-appendfsync-on-rewrite no
            oom-score-adj no
            oom-score-adj-values 0 200 800
            pidfile
            proc-title-template {title} {listen-addr} {server-mode}
            propagation-error-behavior ignore
            rdb-del-sync-files no
            rdb-save-incremental-fsync yes
            rdbchecksum yes
            rdbcompression yes
            repl-backlog-size 1048576
            repl-backlog-ttl 3600
            repl-disable-tcp-nodelay no
            repl-diskless-load disabled
            repl-diskless-sync yes
            repl-diskless-sync-delay 5
            repl-diskless-sync-max-replicas 0
            repl-ping-replica-period 10
            repl-ping-slave-period 10
            repl-timeout 60
            replica-announce-ip
            replica-announce-port 0
            replica-announced yes
            replica-ignore-disk-write-errors no
            replica-ignore-maxmemory yes
            replica-lazy-flush no
            replica-priority 100
            replica-read-only yes
            replica-serve-stale-data yes
            sanitize-dump-payload no
            server_cpulist
            set-max-intset-entries 512
            set-proc-title yes
            shutdown-on-sigint default
            shutdown-on-sigterm default
            shutdown-timeout 10
            slave-announce-ip
            slave-announce-port 0
            slave-ignore-maxmemory yes
            slave-lazy-flush no
            slave-priority 100
            slave-read-only yes
            slave-serve-stale-data yes
            socket-mark-id 0
            stop-writes-on-bgsave-error yes
            stream-node-max-bytes 4096
            stream-node-max-entries 100
            syslog-enabled no
            syslog-facility local0
            syslog-ident redis
            tcp-backlog 511
            tls-dh-params-file
            tls-session-cache-size 20480
            tls-session-cache-timeout 300
            tls-session-caching yes
            unixsocketperm 0
            zset-max-listpack-entries 128
            zset-max-listpack-value 64
            zset-max-ziplist-entries 128
            zset-max-ziplist-value 64
            """;

    private static final String NO_PRIMARY =
            "nobody is a replica of another here: start the node with 'seeds' to let it join a cluster";

    /** Lines that a redis.conf may have and CONFIG GET does not show; why they are refused. */
    private static final Map<String, String> REFUSED_LINES = Map.of(
            "loadmodule", "there are no modules here",
            "rename-command", "commands cannot be renamed here",
            "user", "there are no users here but the default one: set 'requirepass'");

    private RedisDirectives() {}

    static List<Directive> all() {
        List<Directive> all = new ArrayList<>();
        for (String line : WITHOUT_MEANING.strip().split("\n", -1)) {
            String[] parts = line.split(" ", 2);
            all.add(withoutMeaning(parts[0], parts.length == 1 ? "" : parts[1]));
        }
        // What is so, whatever a file says.
        all.add(fixed("save", "", "there are no snapshots: the commit log has every write"));
        all.add(fixed("appendonly", "yes", "the commit log is always written"));
        all.add(fixed("io-threads", "1", "one thread serves clients, peers and the core"));
        all.add(fixed("daemonize", "no", "a node runs in the foreground: use systemd, or & and nohup"));
        all.add(fixed("supervised", "no", "a node does not tell its supervisor that it is ready: PING does"));
        all.add(fixed(
                "protected-mode",
                "yes",
                "a node that other machines can reach always wants a 'requirepass' and a 'cluster-secret'"));
        // What would be a promise.
        String noMemoryLimit = "nothing is evicted here: what does not fit into memory is on the disk,"
                + " and KINDRED_HEAP bounds the memory";
        all.add(refused("maxmemory", "0", noMemoryLimit));
        all.add(refused("maxmemory-policy", "noeviction", noMemoryLimit));
        all.add(refused(
                "cluster-enabled",
                "no",
                "a node is always part of a cluster, and clients need not know: any" + " node takes any command"));
        all.add(refused("replicaof", "", NO_PRIMARY));
        all.add(refused("slaveof", "", NO_PRIMARY));
        all.add(refused("min-replicas-to-write", "0", "use 'write-quorum'"));
        all.add(refused("min-slaves-to-write", "0", "use 'write-quorum'"));
        all.add(refused("unixsocket", "", "a node listens on TCP only"));
        all.add(refused("aclfile", "", "there are no users here but the default one: set 'requirepass'"));
        all.add(refused(
                "tls-replication", "no", "'tls-cluster yes' is what puts all that nodes tell each other in TLS"));
        return all;
    }

    /** Why a line that names no directive is refused; what Redis says of one that it does not know, either. */
    static String refusal(String name) {
        return REFUSED_LINES.getOrDefault(name, "Bad directive or wrong number of arguments");
    }

    private static Directive withoutMeaning(String name, String byDefault) {
        return new Directive(name, byDefault, ValueForms.anyWords(), Directive.Change.WITHOUT_MEANING, "");
    }

    private static Directive fixed(String name, String value, String why) {
        return new Directive(name, value, ValueForms.anyWords(), Directive.Change.FIXED, why);
    }

    private static Directive refused(String name, String value, String instead) {
        return new Directive(name, value, ValueForms.anyWords(), Directive.Change.REFUSED, instead);
    }
}
