package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class GroupCountsTest {
    private static Map<Integer, Long> visited(GroupCounts counts) {
        Map<Integer, Long> visited = new TreeMap<>(Integer::compareUnsigned);
        List<Integer> order = new ArrayList<>();
        counts.forEach((group, count) -> {
            visited.put(group, count);
            order.add(group);
        });
        assertEquals(List.copyOf(visited.keySet()), order, "ascending");
        return visited;
    }

    @Test
    void sumsManyGroupsAndKeepsThemOverTheirBytes() {
        Random random = new Random(7);
        GroupCounts counts = new GroupCounts();
        Map<Integer, Long> model = new TreeMap<>(Integer::compareUnsigned);
        for (int i = 0; i < 20_000; i++) {
            int group = random.nextInt(2000) - 1000;
            int delta = random.nextInt(3) - 1;
            counts.add(group, delta);
            model.merge(group, (long) delta, Long::sum);
        }
        model.values().removeIf(sum -> sum == 0);
        assertEquals(model, visited(counts));
        assertEquals(model, visited(counts.copy()));
        ByteBuffer bytes = ByteBuffer.allocate(counts.encodedBytes());
        counts.encode(bytes);
        assertEquals(model, visited(GroupCounts.decode(bytes.flip())));
        model.forEach((group, sum) -> assertEquals(sum, counts.get(group)));
        assertEquals(0, counts.get(5000));
    }
}
