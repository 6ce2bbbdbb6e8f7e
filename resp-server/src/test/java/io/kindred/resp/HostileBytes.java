package io.kindred.resp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** What a client may send that is no Redis client, or a broken one: noise, scraps of the protocol, damaged commands. */
public final class HostileBytes {
    private static final String[] BITS = {
        "\r\n",
        "\r",
        "\n",
        "*",
        "$",
        "*1\r\n",
        "*2\r\n",
        "*1048576\r\n",
        "*1048577\r\n",
        "$536870912\r\n",
        "$-1\r\n",
        "$1\r\n",
        "$0\r\n\r\n",
        "$3\r\nGET\r\n",
        "\"",
        "'",
        "\\x4",
        "\0",
        " ",
        "-",
        "99999999999999999999",
        "*-1\r\n",
        "PING\r\n",
    };

    private HostileBytes() {}

    public static byte[] stream(Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int kind = random.nextInt(3);
        for (int i = random.nextInt(12); i >= 0; i--) {
            if (kind == 0) {
                byte[] noise = new byte[random.nextInt(20)];
                random.nextBytes(noise);
                out.writeBytes(noise);
            } else if (kind == 1) {
                out.writeBytes(latin1(BITS[random.nextInt(BITS.length)]));
            } else {
                writeCommand(random, out);
            }
        }
        byte[] stream = out.toByteArray();
        if (kind == 2) {
            mutate(random, stream);
        }
        return stream;
    }

    private static void writeCommand(Random random, ByteArrayOutputStream out) {
        int count = 1 + random.nextInt(4);
        out.writeBytes(latin1("*" + count + "\r\n"));
        for (int i = 0; i < count; i++) {
            byte[] arg = new byte[random.nextInt(30)];
            random.nextBytes(arg);
            out.writeBytes(latin1("$" + arg.length + "\r\n"));
            out.writeBytes(arg);
            out.writeBytes(latin1("\r\n"));
        }
    }

    private static void mutate(Random random, byte[] stream) {
        for (int i = random.nextInt(4); i > 0 && stream.length > 0; i--) {
            int at = random.nextInt(stream.length);
            switch (random.nextInt(3)) {
                case 0 -> stream[at] = (byte) random.nextInt(256);
                case 1 -> stream[at] ^= (byte) (1 << random.nextInt(8));
                default -> stream[at] = (byte) ('0' + random.nextInt(10));
            }
        }
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
