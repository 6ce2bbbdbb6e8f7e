package io.kindred.cluster.wire;

/** The first byte of a message's body. A number is never given to another message. */
final class MessageType {

    static final int JOIN_REQUEST = 0x10;
    static final int JOIN_REFUSED = 0x11;
    static final int GOSSIP = 0x12;
    static final int GOSSIP_ASK = 0x13;
    static final int GOSSIP_TELL = 0x14;
    static final int PING = 0x15;
    static final int PONG = 0x16;
    static final int PRESSURE = 0x17;
    static final int START_ASKED = 0x19;
    static final int START_KNOWN = 0x18;
    static final int FORWARD = 0x20;
    static final int FORWARD_REPLY = 0x21;
    static final int READ_REQUEST = 0x22;
    static final int READ_REPLY = 0x23;
    static final int DELTAS = 0x24;
    static final int DELTAS_ACK = 0x25;
    static final int DOT_REQUEST = 0x26;
    static final int DOT_REPLY = 0x27;
    static final int HAND_OVER = 0x28;
    static final int HAND_OVER_ACK = 0x29;
    static final int RELAY = 0x2a;
    static final int TERM_CLAIM = 0x2b;
    static final int TERM_REPLY = 0x2c;
    static final int TERMS_REQUEST = 0x2d;
    static final int TERMS_REPLY = 0x2e;
    static final int ACKS = 0x2f;
    static final int COUNT_REQUEST = 0x30;
    static final int COUNT_REPLY = 0x31;
    static final int SCAN_REQUEST = 0x32;
    static final int SCAN_REPLY = 0x33;
    static final int CLOCK_REQUEST = 0x34;
    static final int CLOCK_REPLY = 0x35;
    static final int FLUSH = 0x36;
    static final int FLUSH_ACK = 0x37;
    static final int SCRIPT_REQUEST = 0x38;
    static final int SCRIPT_REPLY = 0x39;
    static final int SCRIPT_FLUSH = 0x3a;

    static final int TREE_ROOTS = 0x40;
    static final int TREE_ROOTS_REPLY = 0x41;
    static final int TREE_LANES = 0x42;
    static final int TREE_LANES_REPLY = 0x43;
    static final int TREE_SUMS = 0x44;
    static final int TREE_SUMS_REPLY = 0x45;
    static final int BUCKET_KEYS = 0x46;
    static final int BUCKET_KEYS_REPLY = 0x47;
    static final int EXCHANGE_OBJECTS = 0x48;
    static final int EXCHANGE_OBJECTS_REPLY = 0x49;
    static final int EXCHANGE_ASKED = 0x4a;
    static final int EXCHANGE_DONE = 0x4b;
    static final int BUCKET_SUMS = 0x4c;
    static final int BUCKET_SUMS_REPLY = 0x4d;

    static final int INTEREST = 0x50;
    static final int INTEREST_ACK = 0x51;
    static final int PUBLICATION = 0x52;

    private MessageType() {}
}
