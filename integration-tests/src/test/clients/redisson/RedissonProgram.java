import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.redisson.Redisson;
import org.redisson.api.RAtomicLong;
import org.redisson.api.RBucket;
import org.redisson.api.RCountDownLatch;
import org.redisson.api.RSemaphore;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisException;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/** Redisson: writes through one port, reads through another; a script on what is not there is refused, once and soon. */
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
            runsScripts(writer, reader);
            try {
                boolean locked = writer.getLock("redisson:lock").tryLockAsync(0, 1000, TimeUnit.MILLISECONDS, 1)
                        .toCompletableFuture()
                        .get(WITHIN_SECONDS, TimeUnit.SECONDS);
                throw new AssertionError("a lock without hashes: " + locked);
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

    /** What it keeps in strings, it changes by scripts, and waits for by what these publish. */
    private static void runsScripts(RedissonClient writer, RedissonClient reader) throws Exception {
        check(writer.getBucket("redisson:k", StringCodec.INSTANCE).compareAndSet(null, "v"), "an absent value");
        check(reader.getBucket("redisson:k", StringCodec.INSTANCE).compareAndSet("v", "w"), "the value that there was");
        check(!writer.getBucket("redisson:k", StringCodec.INSTANCE).compareAndSet("v", "x"), "a value that was gone");
        RAtomicLong number = writer.getAtomicLong("redisson:n");
        check(number.incrementAndGet() == 1, "the first increment");
        check(reader.getAtomicLong("redisson:n").compareAndSet(1, 5) && number.get() == 5, "a number");
        RSemaphore semaphore = writer.getSemaphore("redisson:permits");
        RSemaphore same = reader.getSemaphore("redisson:permits");
        check(semaphore.trySetPermits(2), "permits");
        check(semaphore.tryAcquire() && same.tryAcquire() && !same.tryAcquire(), "two permits, not three");
        CompletableFuture<Boolean> waits = same.tryAcquireAsync(1, Duration.ofSeconds(WITHIN_SECONDS))
                .toCompletableFuture();
        semaphore.release();
        check(waits.get(WITHIN_SECONDS, TimeUnit.SECONDS), "a permit that was given back");
        RCountDownLatch latch = writer.getCountDownLatch("redisson:latch");
        check(latch.trySetCount(1), "a count");
        reader.getCountDownLatch("redisson:latch").countDown();
        check(latch.await(WITHIN_SECONDS, TimeUnit.SECONDS), "a latch that is open");
        writer.getKeys().delete("redisson:k", "redisson:n", "redisson:permits", "redisson:latch");
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
