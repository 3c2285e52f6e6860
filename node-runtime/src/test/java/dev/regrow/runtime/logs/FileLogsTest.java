package dev.regrow.runtime.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Logs.Chunk;
import dev.regrow.runtime.Logs.Query;
import dev.regrow.runtime.Logs.Reading;
import dev.regrow.runtime.Logs.Sink;
import dev.regrow.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLogsTest {

  private static final InstanceKey KEY = new InstanceKey("shop", "web", "web-1-a");
  private static final Query ALL = new Query(0, -1, null, false);

  private final ExecutorService executor = Executors.newFixedThreadPool(2);

  @TempDir private Path root = Path.of("unset");
  private FileLogs logs = new FileLogs(Path.of("unset"), executor);

  @BeforeEach
  void makeDirectory() throws IOException {
    logs = new FileLogs(root, executor);
    Files.createDirectories(logs.directory(KEY));
  }

  @AfterEach
  void close() {
    logs.close();
    executor.shutdownNow();
  }

  @Test
  void all_attempts_are_read_in_order_the_oldest_file_first() throws Exception {
    write("2.log", "e\n");
    write("1.log", "c\nd\n");
    write("1.log.1", "b\n");
    write("1.log.2", "a\n");
    write("10.log", "f\n");

    assertThat(read(ALL)).isEqualTo("a\nb\nc\nd\ne\nf\n");
    assertThat(read(new Query(1, -1, null, false))).isEqualTo("a\nb\nc\nd\n");
    assertThat(read(new Query(-1, -1, null, false))).isEqualTo("e\n");
    assertThat(read(new Query(7, -1, null, false))).isEmpty();
  }

  @Test
  void instances_of_one_workload_come_and_go_at_the_same_time() throws Exception {
    logs.forget(KEY);

    var left = executor.submit(() -> comeAndGo("web-1-a"));
    var right = executor.submit(() -> comeAndGo("web-2-a"));

    left.get(1, TimeUnit.MINUTES);
    right.get(1, TimeUnit.MINUTES);
    logs.tidy();
    assertThat(root).isEmptyDirectory();
  }

  private void comeAndGo(String instanceId) {
    var key = new InstanceKey("shop", "web", instanceId);
    for (int i = 0; i < 2000; i++) {
      assertThat(logs.prepare(key)).isDirectory();
      logs.forget(key);
      logs.tidy();
    }
  }

  @Test
  void levels_that_an_agent_left_empty_are_removed_by_the_next() throws IOException {
    Files.createDirectories(root.resolve("shop/cart"));
    Files.createDirectories(root.resolve("empty"));

    logs.tidyAfterTheLastAgent();
    logs.tidy();

    assertThat(root.resolve("shop/cart")).doesNotExist();
    assertThat(root.resolve("empty")).doesNotExist();
    assertThat(logs.directory(KEY)).isDirectory();
  }

  @Test
  void what_no_agent_put_beside_the_logs_stays_there(@TempDir Path elsewhere) throws IOException {
    var file = Files.writeString(root.resolve("notes"), "mine");
    var link = Files.createSymbolicLink(root.resolve("link"), elsewhere);
    var inner = Files.writeString(root.resolve("shop/notes"), "mine");

    logs.tidyAfterTheLastAgent();
    logs.tidy();

    assertThat(file).hasContent("mine");
    assertThat(inner).hasContent("mine");
    assertThat(link).isSymbolicLink();
  }

  @Test
  void the_attempt_before_the_first_is_none() throws Exception {
    write("1.log", "a\n");

    assertThat(read(new Query(-1, -1, null, false))).isEmpty();
  }

  @Test
  void the_tail_counts_lines_across_files_and_an_unfinished_line() throws Exception {
    write("1.log.1", "a\nb\n");
    write("1.log", "c\nd");

    assertThat(read(new Query(0, 3, null, false))).isEqualTo("b\nc\nd");
    assertThat(read(new Query(0, 1, null, false))).isEqualTo("d");
    assertThat(read(new Query(0, 0, null, false))).isEmpty();
    assertThat(read(new Query(0, 99, null, false))).isEqualTo("a\nb\nc\nd");
  }

  @Test
  void since_leaves_out_what_is_older() throws Exception {
    var noon = Instant.parse("2026-01-01T12:00:00Z");
    append("1.log", Frames.at(noon.minusSeconds(1), "before\n"));
    append("1.log", Frames.at(noon.plusSeconds(1), "after\n"));

    assertThat(read(new Query(0, -1, noon, false))).isEqualTo("after\n");
    assertThat(read(new Query(0, 5, noon, false))).isEqualTo("after\n");
  }

  @Test
  void a_reader_that_has_enough_ends_the_reading() throws Exception {
    write("1.log", "a\n");
    append("1.log", Frames.out("b\n"));
    var collected = new Collected(1);

    logs.read(KEY, ALL, collected);

    assertThat(collected.text()).isEqualTo("a\n");
  }

  @Test
  void readers_that_take_nothing_keep_no_thread_from_the_others() throws Exception {
    write("1.log.1", "a\nb\n");
    write("1.log", "c\n");
    append("1.log", Frames.out("d\n"));
    var all = "a\nb\nc\nd\n";
    var slow = List.of(new Slow(logs, ALL), new Slow(logs, ALL));
    for (var each : slow) {
      each.isAsked();
    }

    assertThat(read(ALL)).isEqualTo(all);

    for (var each : slow) {
      for (int chunks = 0; chunks < 4; chunks++) {
        each.makeRoom();
      }
      each.expect(all);
      each.isEnded();
    }
  }

  @Test
  void what_is_rotated_away_while_a_reader_has_no_room_is_read_when_it_has() throws Exception {
    write("1.log", "a\n");
    var slow = new Slow(logs, new Query(0, -1, null, true));
    slow.isAsked();

    append("1.log", Frames.out("b\n"));
    Files.move(file("1.log"), file("1.log.1"));
    write("1.log", "c\n");
    for (int chunks = 0; chunks < 4; chunks++) {
      slow.makeRoom();
    }

    slow.expect("a\nb\nc\n");
    logs.forget(KEY);
    slow.isEnded();
  }

  @Test
  void a_reading_that_has_no_room_can_be_closed() throws Exception {
    write("1.log", "a\n");
    var slow = new Slow(logs, ALL);
    slow.isAsked();

    slow.reading.close();

    slow.isEnded();
    assertThat(slow.taken.chunks).isEmpty();
  }

  @Test
  void following_sees_what_is_appended_rotated_and_started_later() throws Exception {
    write("1.log", "a\n");
    var lines = new Following();
    try (var reading = logs.read(KEY, new Query(0, -1, null, true), lines)) {
      lines.expect("a\n");
      append("1.log", Frames.out("b\n"));
      lines.expect("b\n");

      append("1.log", Frames.out("c\n"));
      Files.move(file("1.log"), file("1.log.1"));
      write("1.log", "d\n");
      lines.expect("c\n");
      lines.expect("d\n");

      write("2.log", "e\n");
      lines.expect("e\n");
      assertThat(reading).isNotNull();
    }
    assertThat(lines.end.get(20, TimeUnit.SECONDS)).isEqualTo("ended");
  }

  @Test
  void following_ends_when_the_instance_is_forgotten() throws Exception {
    write("1.log", "a\n");
    var lines = new Following();
    logs.read(KEY, new Query(0, -1, null, true), lines);
    lines.expect("a\n");

    logs.forget(KEY);
    logs.forget(KEY);

    assertThat(lines.end.get(20, TimeUnit.SECONDS)).isEqualTo("ended");
    logs.tidy();
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void only_the_last_attempts_are_kept() throws Exception {
    for (int attempt = 1; attempt <= 4; attempt++) {
      write(attempt + ".log", attempt + "\n");
      write(attempt + ".log.1", attempt + "\n");
    }

    logs.retain(KEY, 2, 1 << 20);
    assertThat(read(ALL)).isEqualTo("3\n3\n4\n4\n");

    logs.retain(KEY, 9, 1);
    assertThat(read(ALL)).isEqualTo("4\n4\n");
  }

  @Property(tries = 25)
  void nothing_is_lost_or_doubled_while_files_rotate_under_a_reader(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int linesPerFile)
      throws Exception {
    root = Files.createTempDirectory("regrow-logs");
    makeDirectory();
    var lines = new Following();
    var expected = new StringBuilder();
    try (var reading = logs.read(KEY, new Query(0, -1, null, true), lines)) {
      assertThat(reading).isNotNull();
      int files = 0;
      for (int i = 0; i < 60; i++) {
        var line = "line " + i + "\n";
        expected.append(line);
        append("1.log", Frames.out(line));
        if (i % linesPerFile == linesPerFile - 1 && random.nextInt(3) > 0) {
          for (int n = files++; n >= 1; n--) {
            Files.move(file("1.log." + n), file("1.log." + (n + 1)));
          }
          Files.move(file("1.log"), file("1.log.1"));
        }
      }
      lines.expect(expected.toString());
    } finally {
      logs.forget(KEY);
      logs.close();
      Files.deleteIfExists(root);
    }
  }

  private Path file(String name) {
    return logs.directory(KEY).resolve(name);
  }

  private void write(String name, String text) throws IOException {
    append(name, Frames.out(text));
  }

  private void append(String name, byte[] frame) throws IOException {
    Files.write(file(name), frame, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private String read(Query query) throws Exception {
    var collected = new Collected(Integer.MAX_VALUE);
    logs.read(KEY, query, collected);
    return collected.text();
  }

  private static final class Collected implements Sink {
    private final CompletableFuture<String> all = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private int wanted;

    Collected(int wanted) {
      this.wanted = wanted;
    }

    @Override
    public boolean onChunk(Chunk chunk) {
      text.append(new String(chunk.bytes(), StandardCharsets.UTF_8));
      return --wanted > 0;
    }

    @Override
    public void onEnd(@Nullable RuntimeFailure failure) {
      all.complete(failure == null ? text.toString() : "failed: " + failure.getMessage());
    }

    String text() throws Exception {
      return all.get(20, TimeUnit.SECONDS);
    }
  }

  /** Has room for what it was given room for, and for nothing at first. */
  private static final class Slow implements Sink {
    private final Following taken = new Following();
    private final AtomicInteger room = new AtomicInteger();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final Reading reading;

    Slow(FileLogs logs, Query query) {
      reading = logs.read(KEY, query, this);
    }

    @Override
    public boolean hasRoom() {
      asked.countDown();
      return room.get() > 0;
    }

    @Override
    public boolean onChunk(Chunk chunk) {
      room.decrementAndGet();
      return taken.onChunk(chunk);
    }

    @Override
    public void onEnd(@Nullable RuntimeFailure failure) {
      taken.onEnd(failure);
    }

    void isAsked() throws InterruptedException {
      assertThat(asked.await(20, TimeUnit.SECONDS)).as("asked for room").isTrue();
    }

    void makeRoom() {
      room.incrementAndGet();
      reading.goOn();
    }

    void expect(String text) throws InterruptedException {
      taken.expect(text);
    }

    void isEnded() throws Exception {
      assertThat(taken.end.get(20, TimeUnit.SECONDS)).isEqualTo("ended");
    }
  }

  private static final class Following implements Sink {
    private final LinkedBlockingQueue<String> chunks = new LinkedBlockingQueue<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();

    @Override
    public boolean onChunk(Chunk chunk) {
      return chunks.add(new String(chunk.bytes(), StandardCharsets.UTF_8));
    }

    @Override
    public void onEnd(@Nullable RuntimeFailure failure) {
      end.complete(failure == null ? "ended" : "failed: " + failure.getMessage());
    }

    void expect(String text) throws InterruptedException {
      var seen = new StringBuilder();
      while (seen.length() < text.length()) {
        var chunk = chunks.poll(20, TimeUnit.SECONDS);
        assertThat(chunk).as("seen so far: %s", seen).isNotNull();
        seen.append(chunk);
      }
      assertThat(seen).hasToString(text);
    }
  }
}
