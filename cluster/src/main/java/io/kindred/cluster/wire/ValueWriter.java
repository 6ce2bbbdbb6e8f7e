package io.kindred.cluster.wire;

import static io.kindred.cluster.wire.FrameWriter.writeBoolean;
import static io.kindred.cluster.wire.FrameWriter.writeBytes;
import static io.kindred.cluster.wire.FrameWriter.writeSigned;
import static io.kindred.cluster.wire.FrameWriter.writeString;
import static io.kindred.cluster.wire.FrameWriter.writeVarint;

import io.kindred.cluster.membership.Accusation;
import io.kindred.cluster.membership.Beat;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.ClockReading;
import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What messages carry, as bytes; {@link ValueReader} is the other end. Numbers of the variants are the wire's. */
final class ValueWriter {

    /** Of the clients' ports the one with TLS stands above the other; where there is none the field is as it always was. */
    static final int PORT_BITS = 16;

    static final int ABSENT = 0;
    static final int PRESENT = 1;

    static final int GET = 1;
    static final int PUT = 2;
    static final int UPDATE = 3;
    static final int GROUP_UPDATE = 4;

    static final int FOUND = 1;
    static final int WRITTEN = 2;
    static final int UPDATED = 3;
    static final int TRY_AGAIN = 4;
    static final int NO_QUORUM = 5;
    static final int REFUSED = 6;

    private ValueWriter() {}

    static void write(ByteBuf out, Member member) {
        out.writeLong(member.id());
        writeString(out, member.name());
        writeString(out, member.host());
        writeVarint(out, (long) member.clientTlsPort() << PORT_BITS | member.clientPort());
        writeVarint(out, member.clusterPort());
        writeString(out, member.zone());
        writeString(out, member.datacenter());
        out.writeDouble(member.weight());
        writeVarint(out, member.incarnation());
        writeVarint(out, member.generation());
        writeVarint(out, member.heartbeat());
    }

    static void write(ByteBuf out, ClockReading reading) {
        writeVarint(out, reading.start());
        out.writeLong(reading.nanos());
        out.writeLong(reading.wallMillis());
    }

    static void write(ByteBuf out, Beat beat) {
        out.writeLong(beat.id());
        writeVarint(out, beat.generation());
        writeVarint(out, beat.heartbeat());
        writeVarint(out, beat.accused().size());
        for (Accusation accusation : beat.accused()) {
            out.writeLong(accusation.subject());
            writeVarint(out, accusation.generation());
        }
        out.writeLong(beat.standing().recordsHash());
        writeVarint(out, beat.standing().holdingVersion());
        out.writeLong(beat.standing().oldestDebtStamp());
        out.writeLong(beat.standing().clockStamp());
    }

    static void write(ByteBuf out, HeldPartitions holding) {
        out.writeLong(holding.id());
        writeVarint(out, holding.version());
        writeBoolean(out, holding.hasJoined());
        writeVarint(out, holding.words());
        for (int word = 0; word < holding.words(); word++) {
            out.writeLong(holding.word(word));
        }
    }

    static void write(ByteBuf out, ChangeRecord change) {
        out.writeByte(ChangeKinds.code(change.kind()));
        out.writeLong(change.author());
        out.writeLong(change.stamp());
        out.writeLong(change.subject());
        out.writeDouble(change.weight());
        writeString(out, change.zone());
        writeString(out, change.datacenter());
        out.writeLong(change.other());
    }

    static void write(ByteBuf out, QuorumSpec quorum) {
        writeVarint(out, quorum.r());
        writeVarint(out, quorum.w());
        writeVarint(out, quorum.pr());
        writeVarint(out, quorum.pw());
        out.writeByte(quorum.global() ? PRESENT : ABSENT);
    }

    static void write(ByteBuf out, RecordKey key) {
        writeBytes(out, key.bytes());
    }

    static void writeRecords(ByteBuf out, List<Record> records) {
        writeVarint(out, records.size());
        for (Record each : records) {
            write(out, each.key());
            write(out, each.versions());
        }
    }

    static void write(ByteBuf out, Versions versions) {
        writeBytes(out, VersionsCodec.encode(versions));
    }

    static void write(ByteBuf out, Term term) {
        writeVarint(out, term.number());
        if (!term.isNone()) {
            out.writeLong(term.node());
        }
    }

    static void write(ByteBuf out, Guard guard) {
        write(out, guard.term());
        out.writeLong(guard.datacenter());
        out.writeLong(guard.ringStamp());
        out.writeLong(guard.ringPrint());
        writeBoolean(out, guard.holdsPlain());
    }

    static void writeNullable(ByteBuf out, @Nullable Guard guard) {
        if (guard == null) {
            out.writeByte(ABSENT);
        } else {
            out.writeByte(PRESENT);
            write(out, guard);
        }
    }

    static void writeNullable(ByteBuf out, @Nullable Versions versions) {
        if (versions == null) {
            out.writeByte(ABSENT);
        } else {
            out.writeByte(PRESENT);
            write(out, versions);
        }
    }

    static void write(ByteBuf out, VersionVector vector) {
        writeBytes(out, VersionsCodec.encode(vector));
    }

    static void writeStamps(ByteBuf out, List<Long> stamps) {
        writeVarint(out, stamps.size());
        for (long stamp : stamps) {
            out.writeLong(stamp);
        }
    }

    static void write(ByteBuf out, Operation operation) {
        if (operation instanceof Operation.Get) {
            writeHead(out, GET, operation);
        } else if (operation instanceof Operation.Put put) {
            writeHead(out, PUT, operation);
            writePut(out, put);
        } else if (operation instanceof Operation.Update update) {
            writeHead(out, UPDATE, operation);
            write(out, update.args());
        } else if (operation instanceof Operation.GroupUpdate group) {
            writeHead(out, GROUP_UPDATE, operation);
            writeVarint(out, group.keys().size() - 1);
            for (Operation.KeyName key : group.keys().subList(1, group.keys().size())) {
                writeVarint(out, key.db());
                writeBytes(out, key.key());
            }
            write(out, group.args());
        } else {
            throw new IllegalStateException("no bytes for " + operation.getClass());
        }
    }

    private static void write(ByteBuf out, byte[][] args) {
        writeVarint(out, args.length);
        for (byte[] arg : args) {
            writeBytes(out, arg);
        }
    }

    static void write(ByteBuf out, Outcome outcome) {
        if (outcome instanceof Outcome.Found found) {
            out.writeByte(FOUND);
            write(out, found.versions());
        } else if (outcome instanceof Outcome.Written written) {
            out.writeByte(WRITTEN);
            write(out, written.context());
        } else if (outcome instanceof Outcome.Updated updated) {
            out.writeByte(UPDATED);
            ReplyCodec.write(out, updated.reply());
        } else if (outcome instanceof Outcome.TryAgain tryAgain) {
            out.writeByte(TRY_AGAIN);
            writeString(out, tryAgain.why());
        } else if (outcome instanceof Outcome.NoQuorum noQuorum) {
            out.writeByte(NO_QUORUM);
            writeString(out, noQuorum.what());
        } else if (outcome instanceof Outcome.Refused refused) {
            out.writeByte(REFUSED);
            writeString(out, refused.error());
        } else {
            throw new IllegalStateException("no bytes for " + outcome.getClass());
        }
    }

    private static void writeHead(ByteBuf out, int type, Operation operation) {
        out.writeByte(type);
        writeVarint(out, operation.db());
        writeBytes(out, operation.key());
    }

    private static void writePut(ByteBuf out, Operation.Put put) {
        VersionVector context = put.context();
        writeBoolean(out, context != null);
        if (context != null) {
            write(out, context);
        }
        byte[] value = put.value();
        writeBoolean(out, value != null);
        if (value != null) {
            writeBytes(out, value);
        }
        writeSigned(out, put.expireAtMillis());
    }
}
