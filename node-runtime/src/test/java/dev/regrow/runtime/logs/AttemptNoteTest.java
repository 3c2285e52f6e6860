package dev.regrow.runtime.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Logs.Attempt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AttemptNoteTest {

  private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");
  private static final InstanceKey KEY = new InstanceKey("shop", "web", "web-0-a");

  private static Ended ended(int code) {
    return new Ended(code, null, Ended.Reason.ERROR, "exit code " + code, START.plusSeconds(5));
  }

  @Property
  void an_end_is_read_as_it_was_noted(
      @ForAll @IntRange(max = 255) int code,
      @ForAll Ended.Reason reason,
      @ForAll @StringLength(max = 500) String message) {
    var ended = new Ended(code, null, reason, message, START.plusSeconds(5));

    assertThat(AttemptNote.read(7, AttemptNote.text(new Attempt(7, START, ended))))
        .isEqualTo(new Attempt(7, START, ended));
  }

  @Property
  void what_is_damaged_is_not_known(@ForAll String text) {
    assertThat(AttemptNote.read(3, text)).isEqualTo(new Attempt(3, null, null));
  }

  @Test
  void ends_are_kept_as_long_as_the_logs_of_their_attempts(@TempDir Path root) throws IOException {
    var logs = new FileLogs(root, Runnable::run);
    try (logs) {
      var directory = logs.prepare(KEY);
      for (int attempt = 1; attempt <= 4; attempt++) {
        Files.writeString(directory.resolve(attempt + ".log"), "some");
        if (attempt < 4) {
          logs.noteEnd(KEY, attempt, START, ended(attempt));
        }
      }
      assertThat(logs.attempts(KEY))
          .containsExactly(
              new Attempt(1, START, ended(1)),
              new Attempt(2, START, ended(2)),
              new Attempt(3, START, ended(3)),
              new Attempt(4, null, null));

      logs.retain(KEY, 3, 1 << 20);

      assertThat(logs.attempts(KEY)).extracting(Attempt::attempt).isEqualTo(List.of(2, 3, 4));
      logs.forget(KEY);
      logs.noteEnd(KEY, 4, START, ended(4));
      assertThat(logs.attempts(KEY)).isEmpty();
      logs.tidy();
      assertThat(root).isEmptyDirectory();
    }
  }

  @Test
  void an_end_is_dropped_in_its_turn_also_when_its_attempt_said_nothing(@TempDir Path root)
      throws IOException {
    var logs = new FileLogs(root, Runnable::run);
    try (logs) {
      var directory = logs.prepare(KEY);
      logs.noteEnd(KEY, 1, START, ended(1));
      for (int attempt = 2; attempt <= 4; attempt++) {
        Files.writeString(directory.resolve(attempt + ".log"), "some");
      }

      logs.retain(KEY, 3, 1 << 20);

      assertThat(logs.attempts(KEY)).extracting(Attempt::attempt).isEqualTo(List.of(2, 3, 4));
    }
  }

  @Test
  void an_end_waits_a_moment_for_the_disk_and_is_known_at_once(@TempDir Path root)
      throws Exception {
    var later = new ArrayList<Runnable>();
    var logs = new FileLogs(root, Runnable::run, later::add);
    try (logs) {
      var directory = logs.prepare(KEY);
      logs.noteEnd(KEY, 1, START, ended(1));
      assertThat(directory).isEmptyDirectory();
      assertThat(logs.attempts(KEY)).containsExactly(new Attempt(1, START, ended(1)));
      assertThat(directory.resolve("1.end")).exists();

      logs.noteEnd(KEY, 2, START, ended(2));
      assertThat(directory.resolve("2.end")).doesNotExist();
      assertThat(later).as("one moment for all that waits").hasSize(1);
      later.get(0).run();
      assertThat(directory.resolve("2.end")).exists();

      logs.noteEnd(KEY, 3, START, ended(3));
      assertThat(later).hasSize(2);
    }
    assertThat(logs.directory(KEY).resolve("3.end")).exists();
  }

  @Test
  void an_end_is_known_also_while_another_writes_it(@TempDir Path root) throws Exception {
    var logs = new FileLogs(root, Runnable::run);
    try (logs) {
      logs.prepare(KEY);
      for (int code = 1; code <= 2000; code++) {
        logs.noteEnd(KEY, 1, START, ended(code));
        var writing = CompletableFuture.runAsync(logs::tidy);
        assertThat(logs.attempts(KEY)).containsExactly(new Attempt(1, START, ended(code)));
        writing.get(20, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void a_first_attempt_that_has_said_nothing_is_one_all_the_same(@TempDir Path root)
      throws Exception {
    var logs = new FileLogs(root, Runnable::run);
    try (logs) {
      assertThat(logs.attempts(KEY)).isEmpty();
      logs.prepare(KEY);
      assertThat(logs.attempts(KEY)).containsExactly(new Attempt(1, null, null));
    }
  }

  @Test
  void an_end_that_is_noted_meanwhile_does_not_keep_what_is_forgotten(@TempDir Path root)
      throws Exception {
    var logs = new FileLogs(root, Runnable::run);
    try (logs) {
      for (int round = 0; round < 200; round++) {
        var directory = logs.prepare(KEY);
        var noting =
            new Thread(
                () -> {
                  for (int attempt = 1; attempt <= 20; attempt++) {
                    logs.noteEnd(KEY, attempt, START, ended(attempt));
                    logs.tidy();
                  }
                });
        noting.start();
        logs.forget(KEY);
        noting.join();
        assertThat(directory).doesNotExist();
      }
    }
  }
}
