package io.kindred.it;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules that ARCHITECTURE.md states, checked over the compiled server: the core is pure, dependencies run one way. */
final class ArchitectureTest {
    private static final String[] CORE = {
        "io.kindred.cluster.version",
        "io.kindred.cluster.ring",
        "io.kindred.cluster.message",
        "io.kindred.cluster.membership",
        "io.kindred.cluster.quorum",
        "io.kindred.cluster.handoff",
        "io.kindred.cluster.antientropy",
        "io.kindred.cluster.relay",
        "io.kindred.cluster.term",
        "io.kindred.cluster.keyspace",
        "io.kindred.cluster.pubsub",
        "io.kindred.cluster.transfer",
        "io.kindred.cluster.core",
    };

    /** Packages of the JDK whose classes neither wait, nor look outside, nor differ from run to run. */
    private static final Set<String> PURE_JDK_PACKAGES = Set.of(
            "java.lang",
            "java.lang.annotation",
            "java.lang.invoke",
            "java.lang.runtime",
            "java.util",
            "java.util.function",
            "java.util.stream",
            "java.nio.charset");

    private static final Set<String> PURE_JDK_CLASSES = Set.of(
            "java.nio.BufferUnderflowException", "java.nio.ByteBuffer", "java.nio.ByteOrder", "java.util.zip.CRC32C");

    /** Inside those packages, what does. */
    private static final Set<String> IMPURE_JDK_CLASSES = Set.of(
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.ProcessHandle",
            "java.lang.Runtime",
            "java.lang.Thread",
            "java.lang.ThreadLocal",
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.util.Timer",
            "java.util.TimerTask",
            "java.util.UUID");

    /** A line of the drawing's left side that begins with the name of a package. */
    private static final Pattern DRAWN = Pattern.compile("^  \\| {1,3}([a-z]+) ");

    private static final Pattern CODE = Pattern.compile("\\{@code\\s+([\\w.]+)}");

    private static final int FILE_LINES_MAX = 500;

    private static final int PARAMETERS_MAX = 6;

    /** Constructors that may take more, by the reason. */
    private static final Map<String, Set<String>> WIDE = Map.of(
            "figures that are read together, each by its name",
            Set.of(
                    "PeerStats",
                    "TransportStats",
                    "LoopStats",
                    "Memory",
                    "Tables",
                    "MemoryFigures",
                    "NodeReading",
                    "BackupProgress",
                    "MemberView",
                    "ServerView",
                    "Measured"),
            "a format has these fields, in this order",
            Set.of(
                    "Member",
                    "ChangeRecord",
                    "Forward",
                    "Range",
                    "Hello",
                    "Identity",
                    "LocalNode",
                    "Start",
                    "Recovered"),
            "settings, each with its name and its default",
            Set.of("NodeConfig", "EngineOptions", "Limits", "Options", "SetOptions"),
            "what Redis tells of a command",
            Set.of("CommandSpec", "Command"),
            "everything that figures are read of",
            Set.of("Subjects"),
            "what an operation is begun with, which everything behind it asks for by its name",
            Set.of("Ticket"));

    private static JavaClasses server;

    @BeforeAll
    static void read() {
        server = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages("io.kindred")
                .that(DescribedPredicate.not(resideInAnyPackage(ArchitectureTest.class.getPackageName())));
        Set<String> modules = new TreeSet<>();
        server.forEach(type -> modules.add(type.getPackageName().split("\\.", -1)[2]));
        assertTrue(modules.containsAll(Set.of("engine", "cluster", "resp", "command", "server")), modules::toString);
    }

    @Test
    void theCoreDependsOnNothingThatActs() {
        classes()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .onlyDependOnClassesThat(
                        describe("are of the core or of the JDK's pure part", ArchitectureTest::isPure))
                .check(server);
    }

    private static boolean isPure(JavaClass type) {
        JavaClass element = type.getBaseComponentType();
        String outermost = element.getName().split("\\$", 2)[0];
        return element.isPrimitive()
                || Arrays.asList(CORE).contains(element.getPackageName())
                || element.getPackageName().equals("io.kindred.metrics")
                || element.getPackageName().startsWith("org.jspecify")
                || PURE_JDK_CLASSES.contains(outermost)
                // The ring's positions are digests; the next rule keeps them there.
                || element.getPackageName().equals("java.security")
                || (PURE_JDK_PACKAGES.contains(element.getPackageName()) && !IMPURE_JDK_CLASSES.contains(outermost));
    }

    @Test
    void onlyTheRingDigests() {
        noClasses()
                .that(resideInAnyPackage(CORE)
                        .and(DescribedPredicate.not(resideInAnyPackage("io.kindred.cluster.ring"))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.security")
                .check(server);
    }

    @Test
    void theCoreAsksNoClockNoEnvironmentAndNoChance() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .accessTargetWhere(
                        describe("is System but arraycopy, chance, or a parallel stream", ArchitectureTest::isImpure))
                .check(server);
    }

    private static boolean isImpure(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getTarget().getName();
        return (owner.equals("java.lang.System") && !name.equals("arraycopy"))
                || ((owner.equals("java.lang.Math") || owner.equals("java.lang.StrictMath")) && name.equals("random"))
                || name.equals("parallel")
                || name.equals("parallelStream");
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.kindred.(**)").should().beFreeOfCycles().check(server);
    }

    @Test
    void modulesDependOneWay() {
        noClasses()
                .that()
                .resideInAPackage("io.kindred.engine..")
                .should()
                .dependOnClassesThat(describe(
                        "are of another module", type -> isOurs(type, "cluster", "resp", "command", "server", "main")))
                .check(server);
        noClasses()
                .that()
                .resideInAPackage("io.kindred.cluster..")
                .should()
                .dependOnClassesThat(
                        describe("are of the front end", type -> isOurs(type, "resp", "command", "server", "main")))
                .check(server);
    }

    private static boolean isOurs(JavaClass type, String... packages) {
        return Stream.of(packages)
                .anyMatch(name -> (type.getPackageName() + ".").startsWith("io.kindred." + name + "."));
    }

    @Test
    void nettyStaysAtTheEdges() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.kindred.cluster.wire..",
                        "io.kindred.cluster.node..",
                        "io.kindred.resp..",
                        "io.kindred.server..",
                        "io.kindred.main..",
                        "io.kindred.client..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(server);
    }

    /** Tools ask a node from outside; no node asks through them. */
    @Test
    void theToolsClientIsForToolsAlone() {
        noClasses()
                .that(describe(
                        "are a node's", type -> isOurs(type, "engine", "cluster", "resp", "command", "server", "main")))
                .should()
                .dependOnClassesThat(describe("are a tool's", type -> isOurs(type, "client", "autoscale")))
                .check(server);
    }

    @Test
    void levelDbStaysInTheEngine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kindred.engine..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.iq80..")
                .check(server);
    }

    /** The packages of the core in ARCHITECTURE.md's drawing, from its top to its bottom. */
    private static List<String> drawn() throws IOException {
        List<String> lines = Files.readAllLines(Program.HOME.resolve("ARCHITECTURE.md"));
        int from = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith("  cluster  "))
                .findFirst()
                .orElseThrow());
        List<String> packages = new ArrayList<>();
        // The line after the next one is the first of the box.
        for (String line : lines.subList(from + 2, lines.size())) {
            Matcher row = DRAWN.matcher(line);
            if (!row.find()) {
                break;
            }
            packages.add("io.kindred.cluster." + row.group(1));
        }
        return packages;
    }

    @Test
    void theDrawingHasEveryPackageOfTheCore() throws IOException {
        assertEquals(Set.of(CORE), Set.copyOf(drawn()));
    }

    @Test
    void packagesOfTheCoreImportWhatIsDrawnBelowThem() throws IOException {
        List<String> order = drawn();
        Set<String> upwards = new TreeSet<>();
        imports()
                .forEach((name, imported) -> imported.stream()
                        .filter(other -> order.contains(name) && order.indexOf(other) >= 0)
                        .filter(other -> order.indexOf(other) < order.indexOf(name))
                        .forEach(other -> upwards.add(name + " -> " + other)));
        assertEquals(Set.of(), upwards, "what ARCHITECTURE.md draws the other way round");
    }

    /** By package, the other packages of Kindred that its classes know. */
    private static Map<String, Set<String>> imports() {
        Map<String, Set<String>> imports = new TreeMap<>();
        for (JavaClass type : server) {
            Set<String> its = imports.computeIfAbsent(type.getPackageName(), name -> new TreeSet<>());
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                its.add(dependency.getTargetClass().getBaseComponentType().getPackageName());
            }
            its.removeIf(name -> !name.startsWith("io.kindred.") || name.equals(type.getPackageName()));
        }
        return imports;
    }

    @Test
    void everyPackageInfoNamesWhatItsPackageImports() throws IOException {
        Map<String, Set<String>> imports = imports();
        Map<String, Set<String>> named = new TreeMap<>();
        for (String module : List.of("engine", "cluster", "resp-server")) {
            Path sources = Program.HOME.resolve(module).resolve("src/main/java");
            try (Stream<Path> files = Files.walk(sources)) {
                for (Path file :
                        files.filter(each -> each.endsWith("package-info.java")).toList()) {
                    String name =
                            sources.relativize(file.getParent()).toString().replace('/', '.');
                    if (imports.containsKey(name)) {
                        named.put(name, namedIn(Files.readString(file)));
                    }
                }
            }
        }
        assertEquals(imports, named);
    }

    private static Set<String> namedIn(String packageInfo) {
        int from = packageInfo.indexOf("Imports of Kindred:");
        assertTrue(from >= 0, packageInfo);
        Set<String> names = new TreeSet<>();
        Matcher code = CODE.matcher(packageInfo.substring(from, packageInfo.indexOf("*/", from)));
        while (code.find()) {
            names.add("io.kindred." + code.group(1));
        }
        return names;
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = new TreeSet<>();
        for (JavaClass type : server) {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                unmarked.add(type.getPackageName());
            }
        }
        assertEquals(Set.of(), unmarked, "packages whose package-info lacks @NullMarked");
    }

    /** Past it, a file wants a concept that it does not name yet. */
    @Test
    void noSourceFileIsTooLong() throws IOException {
        Set<String> tooLong = new TreeSet<>();
        for (String module : List.of("engine", "cluster", "resp-server", "integration-tests")) {
            try (Stream<Path> files = Files.walk(Program.HOME.resolve(module).resolve("src"))) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".java")).toList()) {
                    try (Stream<String> lines = Files.lines(file)) {
                        long count = lines.count();
                        if (count > FILE_LINES_MAX) {
                            tooLong.add(file.getFileName() + ": " + count);
                        }
                    }
                }
            }
        }
        assertEquals(Set.of(), tooLong);
    }

    /** Past it, what belongs together wants a name. */
    @Test
    void noConstructorTakesTooMuch() {
        Set<String> tooMany = new TreeSet<>();
        for (JavaClass type : server) {
            for (JavaConstructor constructor : type.getConstructors()) {
                Constructor<?> made = constructor.reflect();
                // What the compiler adds is not written down, and has no generic type.
                int count = Math.min(made.getParameterCount(), made.getGenericParameterTypes().length);
                boolean isWritten = !made.isSynthetic() && !type.isAnonymousClass() && !type.isEnum();
                if (isWritten && count > PARAMETERS_MAX && !isExcepted(type)) {
                    tooMany.add(type.getSimpleName() + ": " + count);
                }
            }
        }
        assertEquals(Set.of(), tooMany);
    }

    private static boolean isExcepted(JavaClass type) {
        return WIDE.values().stream().anyMatch(names -> names.contains(type.getSimpleName()));
    }
}
