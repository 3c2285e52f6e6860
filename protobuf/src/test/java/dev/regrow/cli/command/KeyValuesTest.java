package dev.regrow.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** KEY=VALUE as people write it. */
class KeyValuesTest {

  @Test
  void values_come_from_words_and_files(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("password"), "p@ss=word\n");

    assertThat(KeyValues.read("secret", List.of("user=web", "empty=", "password=@" + file)))
        .containsEntry("user", "web")
        .containsEntry("empty", "")
        .containsEntry("password", "p@ss=word\n");
  }

  @Test
  void what_is_said_of_a_mistake_holds_no_value(@TempDir Path folder) throws IOException {
    var binary = Files.write(folder.resolve("key"), new byte[] {(byte) 0xff, 's', '3'});

    assertThatThrownBy(() -> KeyValues.read("secret", List.of("user=web", "hunter2")))
        .hasMessageContaining("the 2. of them is not KEY=VALUE")
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> KeyValues.read("secret", List.of("key=@" + binary)))
        .hasMessageContaining("is not UTF-8 text")
        .hasMessageNotContaining("s3");
    assertThatThrownBy(() -> KeyValues.read("secret", List.of("key=@" + folder.resolve("none"))))
        .hasMessageContaining("cannot read");
  }
}
