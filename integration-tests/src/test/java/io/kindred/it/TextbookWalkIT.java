package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The walk of the Dynamo paper's figure 3, to the letter, over three real nodes named as there. */
final class TextbookWalkIT {
    @Test
    void givesThePapersClocks(@TempDir Path dir) {
        try (KindredCluster cluster = KindredCluster.started(dir, List.of("sx", "sy", "sz"));
                RespConnection sx = cluster.connect(0);
                RespConnection sy = cluster.connect(1);
                RespConnection sz = cluster.connect(2)) {
            String first = sx.value("KIN.PUT", "cart", "", "D1");
            assertEquals(List.of("sx", "1"), sx.texts("KIN.CLOCK", "cart"));
            String second = sx.value("KIN.PUT", "cart", first, "D2");
            assertEquals(List.of("sx", "2"), sx.texts("KIN.CLOCK", "cart", "R", 3));

            sy.text("KIN.PUT", "cart", second, "D3");
            sz.text("KIN.PUT", "cart", second, "D4");
            List<?> both = sx.list("KIN.GET", "cart", "R", 3);
            assertEquals(List.of("D3", "D4"), List.copyOf(new TreeSet<>(RespConnection.asTexts(both.get(1)))));
            assertEquals(List.of("D3 sy:1 value", "D4 sz:1 value"), siblings(sx));
            assertEquals(List.of("sx", "2", "sy", "1", "sz", "1"), sx.texts("KIN.CLOCK", "cart", "R", 3));

            sx.text("KIN.PUT", "cart", String.valueOf(RespConnection.asText(both.get(0))), "D5", "W", 3);
            assertEquals(List.of("sx", "3", "sy", "1", "sz", "1"), sx.texts("KIN.CLOCK", "cart"));
            assertEquals(List.of("D5 sx:3 value"), siblings(sy));
            assertEquals("D5", sz.text("GET", "cart"));
        }
    }

    /** Each sibling's value, dot and kind, in the order of the values. */
    private static List<String> siblings(RespConnection node) {
        List<String> shown = new ArrayList<>();
        for (Object row : node.list("KIN.SIBLINGS", "cart", "R", 3)) {
            List<String> fields = RespConnection.asTexts(row);
            assertEquals("-1", fields.get(3), "expiry");
            shown.add(fields.get(0) + " " + fields.get(1) + " " + fields.get(4));
        }
        shown.sort(null);
        return shown;
    }
}
