package dev.regrow.actors.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import dev.regrow.actors.bridge.GateMessage;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.workload.WorkloadCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireCodecTest {

  /** Run with -Dregrow.golden.record=true to write the files of new messages. */
  private static final boolean RECORD = Boolean.getBoolean("regrow.golden.record");

  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  private final WireCodec codec = new WireCodec(new WireSamples.OneRef());

  static Stream<WireTypes.Entry> records() {
    return WireTypes.table(new WireSamples.OneRef()).stream()
        .filter(entry -> entry.type().isRecord());
  }

  @ParameterizedTest
  @MethodSource("records")
  void every_registered_record_comes_back_as_it_was(WireTypes.Entry entry) {
    var sample = sampleOf(entry);

    assertThat(codec.fromBytes(codec.toBytes(sample))).isEqualTo(sample);
  }

  @ParameterizedTest
  @MethodSource("records")
  void every_registered_record_still_has_and_reads_its_golden_bytes(WireTypes.Entry entry)
      throws IOException {
    var sample = sampleOf(entry);
    var file = GOLDEN.resolve("%d-%s.hex".formatted(entry.id(), nameOf(entry.type())));
    if (RECORD && !Files.exists(file)) {
      Files.writeString(file, HexFormat.of().formatHex(codec.toBytes(sample)) + "\n");
    }

    assertThat(file).as("record it with -Dregrow.golden.record=true").exists();
    var golden = HexFormat.of().parseHex(Files.readString(file).strip());
    assertThat(codec.fromBytes(golden)).isEqualTo(sample);
    assertThat(codec.toBytes(sample)).isEqualTo(golden);
  }

  @Test
  void a_summary_of_the_release_before_says_nothing_of_ports() throws IOException {
    var before = GOLDEN.resolve("before-ports");
    var without = WireSamples.summary(List.of());

    assertThat(golden(before, "113-NodeFact.Summary")).isEqualTo(without);
    assertThat(golden(before, "160-GateMessage.Tell"))
        .isEqualTo(new GateMessage.Tell(without, true));
    assertThat(golden(before, "205-WorkloadCommand.Learn"))
        .isEqualTo(new WorkloadCommand.Learn(without));
    assertThat(golden(before, "111-NodeFact.Refused"))
        .extracting(refused -> ((NodeFact.Refused) refused).summary())
        .isEqualTo(without);
  }

  @Test
  void an_order_of_the_release_before_says_nothing_of_stopping_where_a_node_is_cut_off()
      throws IOException {
    var before = GOLDEN.resolve("before-stop-after");

    assertThat(golden(before, "101-NodeOrder.Run")).isEqualTo(WireSamples.run(0));
    assertThat(golden(before, "162-GateMessage.Assignments"))
        .isEqualTo(new GateMessage.Assignments(List.of(WireSamples.run(0)), "no majority"));
  }

  @Test
  void an_apply_of_before_there_were_contents_refers_to_none() throws IOException {
    assertThat(golden(GOLDEN.resolve("before-contents"), "200-WorkloadCommand.Apply"))
        .isEqualTo(WireSamples.apply(Map.of(), "", 0, 0));
  }

  @Test
  void an_apply_of_before_images_were_looked_up_leaves_that_to_nodes() throws IOException {
    var before = golden(GOLDEN.resolve("before-images"), "200-WorkloadCommand.Apply");

    assertThat(((WorkloadCommand.Apply) before).imageDigest()).isEmpty();
    assertThat(((WorkloadCommand.Apply) before).contents()).isNotEmpty();
  }

  @Test
  void what_was_asked_by_the_release_before_comes_once() throws IOException {
    var before = GOLDEN.resolve("before-numbers");

    assertThat(golden(before, "200-WorkloadCommand.Apply"))
        .isEqualTo(WireSamples.apply(Map.of("config/web", "5f2a"), "sha256:feed", 0, 0));
    for (var each :
        List.of(
            "201-WorkloadCommand.Scale",
            "202-WorkloadCommand.Rollback",
            "203-WorkloadCommand.Restart",
            "204-WorkloadCommand.Delete")) {
      assertThat(golden(before, each))
          .extracting(asked -> ((WorkloadCommand.Asking) asked).number())
          .isEqualTo(0L);
    }
  }

  private Object golden(Path folder, String name) throws IOException {
    var hex = Files.readString(folder.resolve(name + ".hex")).strip();
    return codec.fromBytes(HexFormat.of().parseHex(hex));
  }

  @ParameterizedTest
  @MethodSource("records")
  void no_sample_leaves_a_component_at_its_default(WireTypes.Entry entry) throws Exception {
    var sample = sampleOf(entry);

    for (var component : entry.type().getRecordComponents()) {
      var field = new WireField(component);
      assertThat(field.isDefault(field.get(sample))).as(component.getName()).isFalse();
    }
  }

  @Test
  void no_number_and_no_type_is_registered_twice() {
    var ids = new HashSet<Integer>();
    var types = new HashSet<Class<?>>();

    for (var entry : WireTypes.table(new WireSamples.OneRef())) {
      assertThat(ids.add(entry.id())).as("id %d", entry.id()).isTrue();
      assertThat(types.add(entry.type())).as(entry.type().getName()).isTrue();
      assertThat(entry.id()).isGreaterThanOrEqualTo(20);
    }
  }

  @Test
  void every_record_that_is_a_wire_message_is_registered() throws Exception {
    var registered = WireTypes.table(new WireSamples.OneRef()).stream().map(WireTypes.Entry::type);
    var classes =
        Path.of(WireMessage.class.getProtectionDomain().getCodeSource().getLocation().toURI());

    try (var files = Files.walk(classes)) {
      var messages =
          files
              .map(file -> classes.relativize(file).toString())
              .filter(name -> name.startsWith("dev/regrow/actors/") && name.endsWith(".class"))
              .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
              .map(WireCodecTest::load)
              .filter(type -> type.isRecord() && WireMessage.class.isAssignableFrom(type));
      assertThat(registered).containsAll(messages.toList());
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, WireMessage.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /** What an older version knows of {@link Newer}. */
  record Older(@Tag(1) String name, @Tag(4) int size) {}

  record Newer(
      @Tag(1) String name,
      @Tag(2) List<String> added,
      @Tag(3) long addedToo,
      @Tag(4) int size,
      @Tag(5) @Nullable Duration addedLast) {}

  @Test
  void an_older_node_skips_what_it_does_not_know() {
    var bytes = write(new Newer("web", List.of("a", "b"), -7, 3, Duration.ofSeconds(1)));

    assertThat(read(Older.class, bytes)).isEqualTo(new Older("web", 3));
  }

  @Test
  void a_newer_node_takes_the_default_for_what_is_missing() {
    var bytes = write(new Older("web", 3));

    assertThat(read(Newer.class, bytes)).isEqualTo(new Newer("web", List.of(), 0, 3, null));
  }

  record Values(
      @Tag(1) Map<String, Integer> map,
      @Tag(2) Optional<Instant> present,
      @Tag(3) Optional<String> absent,
      @Tag(4) Set<String> set,
      @Tag(5) double number,
      @Tag(6) @Nullable String missing,
      @Tag(7) Thread.State state,
      @Tag(8) boolean flag,
      @Tag(9) long smallest) {}

  @Test
  void collections_times_and_enumerations_come_back_equal() {
    var values =
        new Values(
            Map.of("a", 1, "b", 2),
            Optional.of(Instant.ofEpochSecond(-1, 5)),
            Optional.empty(),
            Set.of("x", "y"),
            0.5,
            null,
            Thread.State.BLOCKED,
            true,
            Long.MIN_VALUE);

    assertThat(read(Values.class, write(values))).isEqualTo(values);
  }

  @Test
  void an_actor_reference_leads_back_to_the_actor() {
    var kit = ActorTestKit.create("wire");
    try {
      var probe = kit.<String>createTestProbe();
      var refs = WireSerializer.refsOf(ActorRefResolver.get(kit.system()));
      var withRefs = new WireCodec(refs);

      var read = withRefs.fromBytes(withRefs.toBytes(probe.getRef()));

      assertThat(read).isEqualTo(probe.getRef());
    } finally {
      kit.shutdownTestKit();
    }
  }

  @Test
  void pekko_serializes_a_wire_message_with_this_serializer() {
    var kit = ActorTestKit.create("wire");
    try {
      var sample = WireSamples.all().get(1);

      var read = kit.serializationTestKit().verifySerialization(sample, true);

      assertThat(read).isEqualTo(sample);
    } finally {
      kit.shutdownTestKit();
    }
  }

  @Test
  void bytes_that_are_cut_off_or_of_another_layout_are_refused() {
    var bytes = codec.toBytes(WireSamples.all().get(1));
    var cut = java.util.Arrays.copyOf(bytes, bytes.length - 20);
    var foreign = bytes.clone();
    foreign[0] = 9;

    assertThatThrownBy(() -> codec.fromBytes(cut)).isInstanceOf(KryoException.class);
    assertThatThrownBy(() -> codec.fromBytes(foreign))
        .isInstanceOf(KryoException.class)
        .hasMessageContaining("layout 9");
  }

  @Test
  void what_is_not_registered_is_refused() {
    assertThatThrownBy(() -> codec.toBytes(new Object()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void many_threads_may_use_one_codec() throws InterruptedException {
    var failure = new AtomicReference<@Nullable Throwable>();
    var threads =
        IntStream.range(0, 4).mapToObj(i -> new Thread(() -> roundTrips(failure))).toList();

    threads.forEach(Thread::start);
    for (var thread : threads) {
      thread.join(Duration.ofSeconds(30).toMillis());
    }

    assertThat(failure.get()).isNull();
  }

  private void roundTrips(AtomicReference<@Nullable Throwable> failure) {
    try {
      for (int i = 0; i < 200; i++) {
        for (var sample : WireSamples.all()) {
          assertThat(codec.fromBytes(codec.toBytes(sample))).isEqualTo(sample);
        }
      }
    } catch (AssertionError | RuntimeException e) {
      failure.set(e);
    }
  }

  private static Record sampleOf(WireTypes.Entry entry) {
    return WireSamples.all().stream()
        .filter(sample -> sample.getClass() == entry.type())
        .findFirst()
        .orElseThrow(() -> new AssertionError("WireSamples lacks " + entry.type().getName()));
  }

  /** {@code NodeOrder.Run} of {@code dev.regrow.actors.link.NodeOrder$Run}. */
  private static String nameOf(Class<?> type) {
    return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
  }

  private static Kryo kryoWith(Class<? extends Record> type) {
    var kryo = new Kryo(new WireClassResolver(), null);
    kryo.setReferences(false);
    kryo.setRegistrationRequired(true);
    for (var entry : WireTypes.table(new WireSamples.OneRef())) {
      kryo.register(entry.type(), entry.serializer(), entry.id());
    }
    kryo.register(Thread.State.class, WireTypes.constants(900, Thread.State.class).serializer());
    kryo.register(type, new TaggedRecordSerializer<>(type), 999);
    return kryo;
  }

  private static byte[] write(Record message) {
    try (var output = new Output(64, -1)) {
      kryoWith(message.getClass()).writeClassAndObject(output, message);
      return output.toBytes();
    }
  }

  private static <T extends Record> Object read(Class<T> type, byte[] bytes) {
    return kryoWith(type).readClassAndObject(new Input(bytes));
  }
}
