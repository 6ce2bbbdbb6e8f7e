package io.kindred.engine;

/**
 * Which values are kept apart from the tables, and how much room they may take ({@link SeparatedTables}).
 *
 * @param largeBytes a value of so many bytes, or more, is kept in a value file
 * @param fileBytes a value file is closed at this size; the last value in it may be longer than that
 * @param slackBytes what the files may take beyond twice what lives in them
 */
public record ValueOptions(int largeBytes, long fileBytes, long slackBytes) {
    /** Half of a table's block. What is larger is most of a block, and a pointer to it a hundredth. */
    public static final int LARGE_BYTES = 2 << 10;

    public static final long FILE_BYTES = 64L << 20;
    public static final long SLACK_BYTES = 2 * FILE_BYTES;
    public static final ValueOptions DEFAULTS = new ValueOptions(LARGE_BYTES, FILE_BYTES, SLACK_BYTES);

    public ValueOptions {
        if (largeBytes < 1 || fileBytes < 1 || slackBytes < 0) {
            throw new IllegalArgumentException("ValueOptions: out of range");
        }
    }
}
