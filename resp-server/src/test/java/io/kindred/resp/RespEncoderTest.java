package io.kindred.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class RespEncoderTest {
    static Stream<Arguments> encodings() {
        Reply bulk = Reply.bulk("ab");
        return Stream.of(
                Arguments.of(Reply.OK, "+OK~", "+OK~"),
                Arguments.of(new Reply.Simple("PONG"), "+PONG~", "+PONG~"),
                Arguments.of(new Reply.Simple("string"), "+string~", "+string~"),
                Arguments.of(Reply.error("ERR no\r\n+OK"), "-ERR no  +OK~", "-ERR no  +OK~"),
                Arguments.of(Reply.error("ERR h\u00e9"), "-ERR h\u00c3\u00a9~", "-ERR h\u00c3\u00a9~"),
                Arguments.of(Reply.integer(0), ":0~", ":0~"),
                Arguments.of(Reply.integer(1023), ":1023~", ":1023~"),
                Arguments.of(Reply.integer(1024), ":1024~", ":1024~"),
                Arguments.of(Reply.integer(-1), ":-1~", ":-1~"),
                Arguments.of(Reply.integer(Long.MIN_VALUE), ":-9223372036854775808~", ":-9223372036854775808~"),
                Arguments.of(bulk, "$2~ab~", "$2~ab~"),
                Arguments.of(Reply.bulk(""), "$0~~", "$0~~"),
                Arguments.of(Reply.NIL, "$-1~", "_~"),
                Arguments.of(Reply.NIL_ARRAY, "*-1~", "_~"),
                Arguments.of(Reply.EMPTY_ARRAY, "*0~", "*0~"),
                Arguments.of(Reply.array(List.of(bulk, Reply.NIL)), "*2~$2~ab~$-1~", "*2~$2~ab~_~"),
                Arguments.of(new Reply.Pairs(List.of(bulk, Reply.ONE)), "*2~$2~ab~:1~", "%1~$2~ab~:1~"),
                Arguments.of(new Reply.Unordered(List.of(bulk)), "*1~$2~ab~", "~1~$2~ab~"),
                Arguments.of(new Reply.Push(List.of(bulk)), "*1~$2~ab~", ">1~$2~ab~"),
                Arguments.of(new Reply.Real(1.5), "$3~1.5~", ",1.5~"),
                Arguments.of(new Reply.Bool(true), ":1~", "#t~"),
                Arguments.of(new Reply.Bool(false), ":0~", "#f~"),
                Arguments.of(new Reply.Verbatim("txt", new byte[] {'a'}), "$1~a~", "=5~txt:a~"));
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void writesBothProtocols(Reply reply, String resp2, String resp3) {
        assertEquals(lines(resp2), encode(reply, RespEncoder.RESP2));
        assertEquals(resp3.startsWith("~") ? "~" + lines(resp3.substring(1)) : lines(resp3), encode(reply, 3));
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "-0.0,-0",
        "1,1",
        "3.1,3.1",
        "-2.5,-2.5",
        "0.1,0.1",
        "100,100",
        "123456789,123456789",
        "1e21,1e+21",
        "12345678901234567890,12345678901234567000",
        "1e30,1e+30",
        "1.5e30,1.5e+30",
        "0.0001,0.0001",
        "1e-7,1e-7",
        "1.5e-10,1.5e-10",
        "2e-3,0.002",
        "5e-324,5e-324",
        "1.7976931348623157e308,1.7976931348623157e+308",
        "2e-44,2e-44",
        "9007199254740993,9007199254740992",
        "0.30000000000000004,0.30000000000000004",
        "Infinity,inf",
        "-Infinity,-inf",
        "NaN,nan",
    })
    void writesDoublesAsRedisDoes(double value, String expected) {
        assertEquals(expected, DoubleText.of(value));
    }

    @Test
    void doublesReadBackAsTheyWere() {
        Seeds.each(RespEncoderTest.class, 2000, random -> {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                assertEquals(value, Double.parseDouble(DoubleText.of(value)));
            }
        });
    }

    @Test
    void sizesAreNeverTooSmall() {
        encodings().map(arguments -> (Reply) arguments.get()[0]).forEach(reply -> {
            int written = encode(reply, RespEncoder.RESP3).length();
            assertTrue(written <= RespEncoder.sizeBytes(reply), () -> reply + " took " + written);
        });
    }

    private static String lines(String text) {
        return text.replace("~", "\r\n");
    }

    private static String encode(Reply reply, int protocol) {
        ByteBuf out = Unpooled.buffer();
        try {
            RespEncoder.write(out, reply, protocol);
            return out.toString(StandardCharsets.ISO_8859_1);
        } finally {
            out.release();
        }
    }
}
