package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.util.Set;

/** The process that this node is. */
public interface NodePort {
    /** The INFO text; sections are lower-case, and an empty set asks for the default ones. */
    String info(Set<String> sections);

    /** How it is; known from the first moment on. */
    HealthView health();
    /** Its version. */
    String version();

    /** What moves data from memory into tables; once the node serves. */
    SavePort saves();
    /** KIN.BACKUP name: makes a backup of this node; answers when it is whole. */
    void backUp(String name, Answer<Reply> answer);

    /** How far the backup that is under way has come, or how the last one ended. */
    Reply backupProgress();

    /** Begins an orderly stop. The connection is closed without a reply. */
    void shutdown(boolean save);
}
