package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupCountsTest {
    @Test
    void keepsEverySumWhileItGrows() {
        GroupCounts counts = new GroupCounts();
        int groups = 5000;
        for (int group = 0; group < groups; group++) {
            counts.add(group * 0x10001, group + 1);
        }
        for (int group = 0; group < groups; group++) {
            assertEquals(group + 1, counts.get(group * 0x10001), "group " + group);
        }
    }

    @Test
    void visitsGroupsInTheOrderOfTheirUnsignedNumbers() {
        GroupCounts counts = new GroupCounts();
        counts.add(-1, 3);
        counts.add(7, 1);
        counts.add(Integer.MIN_VALUE, 2);
        counts.add(8, 4);
        counts.add(8, -4);
        List<Integer> visited = new ArrayList<>();
        counts.forEach((group, sum) -> visited.add(group));
        assertEquals(List.of(7, Integer.MIN_VALUE, -1), visited);
    }
}
