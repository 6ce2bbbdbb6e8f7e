package io.kindred.command;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What each command takes, for COMMAND DOCS: a line is a command and its arguments, in {@link ArgumentNotation}. */
final class CommandArguments {
    private static final String ALL = """
            append key:key value:string
            auth [username:string] password:string
            bgsave [SCHEDULE]
            client|caching mode(YES | NO)
            client|kill filter(old-format:string | new-format(selector(ID=client-id:integer | TYPE=client-type(NORMAL | MASTER | REPLICA | PUBSUB) | USER=username:string | ADDR=addr:string | LADDR=laddr:string | SKIPME=skipme(YES | NO))...))
            client|list [TYPE=client-type(NORMAL | MASTER | REPLICA | PUBSUB)] [ID=client-id:integer...]
            client|no-evict enabled(ON | OFF)
            client|no-touch enabled(ON | OFF)
            client|pause timeout:integer [mode(WRITE | ALL)]
            client|reply on-off-skip(ON | OFF | SKIP)
            client|setinfo attr(LIB-NAME=libname:string | LIB-VER=libver:string)
            client|setname connection-name:string
            client|tracking status(ON | OFF) [REDIRECT=client-id:integer] [PREFIX=prefix:string]... [BCAST] [OPTIN] [OPTOUT] [NOLOOP]
            command|docs [command-name:string]...
            command|getkeys command:string arg:string...
            command|getkeysandflags command:string arg:string...
            command|info [command-name:string]...
            command|list [FILTERBY=filterby(MODULE=module-name:string | ACLCAT=category:string | PATTERN=pattern:pattern)]
            config|get parameter:string...
            config|set data(parameter:string value:string)...
            decr key:key
            decrby key:key decrement:integer
            del key:key...
            echo message:string
            eval script:string numkeys:integer [key:key]... [arg:string]...
            eval_ro script:string numkeys:integer [key:key]... [arg:string]...
            evalsha sha1:string numkeys:integer [key:key]... [arg:string]...
            evalsha_ro sha1:string numkeys:integer [key:key]... [arg:string]...
            exists key:key...
            expire key:key seconds:integer [condition(NX | XX | GT | LT)]
            expireat key:key unix-time-seconds:unix-time [condition(NX | XX | GT | LT)]
            expiretime key:key
            flushall [flush-type(ASYNC | SYNC)]
            flushdb [flush-type(ASYNC | SYNC)]
            get key:key
            getdel key:key
            getex key:key [expiration(EX=seconds:integer | PX=milliseconds:integer | EXAT=unix-time-seconds:unix-time | PXAT=unix-time-milliseconds:unix-time | PERSIST)]
            getrange key:key start:integer end:integer
            getset key:key value:string
            hello [arguments(protover:integer [AUTH=auth(username:string password:string)] [SETNAME=clientname:string])]
            incr key:key
            incrby key:key increment:integer
            incrbyfloat key:key increment:double
            info [section:string]...
            keys pattern:pattern
            kin.backup [name:string]
            kin.clock key:key [R=replicas:integer]
            kin.del key:key context:string [W=replicas:integer]
            kin.dump key:key...
            kin.forget name:string
            kin.get key:key [R=replicas:integer]
            kin.plan change(JOIN=join(name:string weight:double [zone:string]) | LEAVE=name:string)
            kin.put key:key context:string value:string [expiration(EX=seconds:integer | PX=milliseconds:integer | EXAT=unix-time-seconds:unix-time | PXAT=unix-time-milliseconds:unix-time)] [W=replicas:integer]
            kin.quorum [SCOPE=scope(LOCAL | GLOBAL)] [R=replicas:integer] [W=replicas:integer] [PR=replicas:integer] [PW=replicas:integer] [DEFAULT]
            kin.repair [key:key]
            kin.replace old:string
            kin.replicas key:key
            kin.restore data(key:key record:string)...
            kin.ring [what(FULL | partition:integer)]
            kin.siblings key:key [R=replicas:integer]
            latency|histogram [command:string]...
            latency|history event:string
            latency|reset [event:string]...
            lolwut [VERSION=version:integer]
            memory|usage key:key [SAMPLES=count:integer]
            mget key:key...
            mset data(key:key value:string)...
            msetnx data(key:key value:string)...
            object|encoding key:key
            object|freq key:key
            object|idletime key:key
            object|refcount key:key
            persist key:key
            pexpire key:key milliseconds:integer [condition(NX | XX | GT | LT)]
            pexpireat key:key unix-time-milliseconds:unix-time [condition(NX | XX | GT | LT)]
            pexpiretime key:key
            ping [message:string]
            psetex key:key milliseconds:integer value:string
            psubscribe pattern(pattern:pattern)...
            pttl key:key
            publish channel:string message:string
            pubsub|channels [pattern:pattern]
            pubsub|numsub [channel:string]...
            pubsub|shardchannels [pattern:pattern]
            pubsub|shardnumsub [shardchannel:string]...
            punsubscribe [pattern:pattern]...
            scan cursor:integer [MATCH=pattern:pattern] [COUNT=count:integer] [TYPE=type:string]
            select index:integer
            set key:key value:string [condition(NX | XX)] [GET] [expiration(EX=seconds:integer | PX=milliseconds:integer | EXAT=unix-time-seconds:unix-time | PXAT=unix-time-milliseconds:unix-time | KEEPTTL)]
            setex key:key seconds:integer value:string
            setnx key:key value:string
            setrange key:key offset:integer value:string
            shutdown [save-selector(NOSAVE | SAVE)] [NOW] [FORCE] [ABORT]
            script|exists sha1:string...
            script|flush [flush-type(ASYNC | SYNC)]
            script|load script:string
            slowlog|get [count:integer]
            spublish shardchannel:string message:string
            ssubscribe shardchannel:string...
            strlen key:key
            subscribe channel:string...
            substr key:key start:integer end:integer
            sunsubscribe [shardchannel:string]...
            touch key:key...
            ttl key:key
            type key:key
            unlink key:key...
            unsubscribe [channel:string]...
            wait numreplicas:integer timeout:integer
            watch key:key...
            """;

    private static final Map<String, List<Argument>> BY_COMMAND = read();

    private CommandArguments() {}

    /** Empty: it takes none. */
    static List<Argument> of(String command) {
        return BY_COMMAND.getOrDefault(command, List.of());
    }

    /** All that are described. */
    static Map<String, List<Argument>> all() {
        return Map.copyOf(BY_COMMAND);
    }

    private static Map<String, List<Argument>> read() {
        Map<String, List<Argument>> read = new HashMap<>();
        ALL.lines().forEach(line -> {
            int blank = line.indexOf(' ');
            read.put(line.substring(0, blank), ArgumentNotation.parse(line.substring(blank + 1)));
        });
        return read;
    }
}
