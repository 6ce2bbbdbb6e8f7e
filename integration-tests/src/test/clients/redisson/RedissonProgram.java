import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.redisson.Redisson;
import org.redisson.api.RBucket;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisException;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/** Redisson: writes through one port, reads through another; what is a script there is refused, once and soon. */
final class RedissonProgram {
    private static final int WITHIN_SECONDS = 10;

    public static void main(String[] ports) throws Exception {
        RedissonClient writer = client(ports[0]);
        RedissonClient reader = client(ports[1]);
        try {
            RBucket<String> bucket = writer.getBucket("redisson:k", StringCodec.INSTANCE);
            bucket.set("v");
            String read = reader.<String>getBucket("redisson:k", StringCodec.INSTANCE).get();
            check("v".equals(read), "read " + read);
            check(bucket.delete(), "nothing to delete");
            try {
                boolean locked = writer.getLock("redisson:lock").tryLockAsync(0, 1000, TimeUnit.MILLISECONDS, 1)
                        .toCompletableFuture()
                        .get(WITHIN_SECONDS, TimeUnit.SECONDS);
                throw new AssertionError("a lock without scripts: " + locked);
            } catch (ExecutionException refused) {
                check(refused.getCause() instanceof RedisException, refused.toString());
                System.out.println("redisson refused: " + refused.getCause().getMessage());
            }
        } finally {
            writer.shutdown();
            reader.shutdown();
        }
        System.out.println("redisson ok");
    }

    private static RedissonClient client(String port) {
        Config config = new Config();
        config.useSingleServer().setAddress("redis://127.0.0.1:" + port);
        return Redisson.create(config);
    }

    private static void check(boolean holds, String why) {
        if (!holds) {
            throw new AssertionError(why);
        }
    }
}
