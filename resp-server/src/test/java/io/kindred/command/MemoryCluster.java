package io.kindred.command;

import io.kindred.cluster.message.DumpedRecord;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.LiveValue;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Versions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The whole-cluster port over {@link MemoryKeys}. A cursor is a position in the order of the keys. */
final class MemoryCluster implements ClusterPort {
    private final MemoryKeys keys;
    private final InstantSource clock;
    private final List<String> administered = new ArrayList<>();
    /** Searches for scripts that nobody has answered yet. */
    final List<Answer<List<byte[]>>> searches = new ArrayList<>();

    boolean open = true;

    MemoryCluster(MemoryKeys keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    List<String> administered() {
        return administered;
    }

    private List<KeyView> live(int db) {
        List<KeyView> live = new ArrayList<>();
        for (Map.Entry<byte[], Versions> entry : keys.database(db).entrySet()) {
            if (LiveValue.of(entry.getValue(), clock.millis()) != null) {
                live.add(new KeyView(entry.getKey(), "string"));
            }
        }
        return live;
    }

    @Override
    public void scan(int db, long cursor, int count, Answer<ScanPage> answer) {
        List<KeyView> live = live(db);
        int from = (int) Math.min(live.size(), cursor);
        int to = Math.min(live.size(), from + count);
        answer.done(new ScanPage(to == live.size() ? 0 : to, live.subList(from, to)));
    }

    @Override
    public void findScripts(List<String> names, Answer<List<byte[]>> answer) {
        searches.add(answer);
    }

    @Override
    public int replicasEverywhere() {
        return 6;
    }

    @Override
    public void copies(int db, byte[] key, Answer<Integer> answer) {
        answer.done(1);
    }

    @Override
    public void dbsize(int db, Answer<Long> answer) {
        answer.done((long) live(db).size());
    }

    @Override
    public void flush(int db, Answer<Reply> answer) {
        for (int i = 0; i < 16; i++) {
            if (db == ALL_DATABASES || db == i) {
                keys.database(i).clear();
            }
        }
        answer.done(Reply.OK);
    }

    @Override
    public void randomKey(int db, Answer<List<byte[]>> answer) {
        answer.done(live(db).stream().limit(1).map(KeyView::key).toList());
    }

    @Override
    public void restore(int db, byte[] key, DumpedRecord record, Answer<Reply> answer) {
        keys.database(db).merge(key, record.versions(), Versions::join);
        answer.done(Reply.OK);
    }

    @Override
    public List<MemberView> members(boolean overTls) {
        return List.of(
                new MemberView("n1", 1, "127.0.0.1:7001", "a", "", 1.0, "up", 2),
                new MemberView("n2", -2, "127.0.0.1:7002", "", "", 0.5, "down", 2));
    }

    @Override
    public List<PartitionView> ring() {
        return List.of(
                new PartitionView(0, "0".repeat(32), List.of("n1", "n2")),
                new PartitionView(1, "8" + "0".repeat(31), List.of("n2", "n1")));
    }

    @Override
    public List<ReplicaView> replicas(int db, byte[] key, boolean overTls) {
        return List.of(
                new ReplicaView("n1", "127.0.0.1:7001", "up", "primary"),
                new ReplicaView("n2", "127.0.0.1:7002", "down", "fallback"));
    }

    @Override
    public @Nullable PlanView planJoin(String name, double weight, String zone) {
        return name.equals("n1")
                ? null
                : new PlanView(List.of(new PlanRow(name, 0, (int) weight, 0, 2, 2)), 2, zone.length());
    }

    @Override
    public @Nullable PlanView planLeave(String name) {
        return name.equals("n1") ? new PlanView(List.of(new PlanRow("n1", 2, 0, 2, 0, 0)), 0, 2) : null;
    }

    @Override
    public String actorName(Actor actor) {
        return "n" + actor.nodeId() + (actor.incarnation() == 0 ? "" : "#" + (actor.incarnation() + 1));
    }

    @Override
    public void leave(Answer<Reply> answer) {
        administered.add("leave");
        answer.done(Reply.OK);
    }

    @Override
    public void replace(String oldName, Answer<Reply> answer) {
        administered.add("replace " + oldName);
        answer.done(Reply.OK);
    }

    @Override
    public void forget(String name, Answer<Reply> answer) {
        answer.failed("ERR no member is called '" + name + "'");
    }

    @Override
    public void repair(int db, byte @Nullable [] key, Answer<Reply> answer) {
        administered.add("repair " + (key == null ? "all" : Ascii.text(key)));
        answer.done(Reply.ONE);
    }

    @Override
    public boolean isOpen() {
        return open;
    }
}
