package dev.regrow.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskPaceTest {

  private final Path folder;

  DiskPaceTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void the_disk_is_asked_by_writing_to_it_and_is_named_in_what_people_are_told()
      throws IOException {
    var pace = new DiskPace(folder.resolve("pace"));

    assertThat(pace.ask(4711)).isPositive();

    assertThat(DiskPace.written(folder.resolve("pace"))).isEqualTo(4711);
    assertThat(pace.words()).contains(folder.toString(), " ms ");
  }

  @Test
  void what_was_not_written_whole_is_no_number() throws IOException {
    var file = folder.resolve("pace");
    assertThat(DiskPace.written(file)).isZero();
    new DiskPace(file).ask(4711);
    byte[] content = Files.readAllBytes(file);
    content[3] ^= 1;
    Files.write(file, content);

    assertThat(DiskPace.written(file)).isZero();
  }

  @Test
  void a_disk_that_is_not_there_is_an_error_and_not_slow() {
    var pace = new DiskPace(folder.resolve("gone/pace"));

    assertThatThrownBy(() -> pace.ask(1)).isInstanceOf(IOException.class);
    assertThat(pace.isSlow()).isFalse();
  }
}
