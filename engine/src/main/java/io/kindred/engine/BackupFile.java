package io.kindred.engine;

/**
 * A file of a backup.
 *
 * @param name its path below the backup's directory, with slashes
 * @param crc CRC32C of all its bytes
 */
public record BackupFile(String name, long sizeBytes, int crc) {}
