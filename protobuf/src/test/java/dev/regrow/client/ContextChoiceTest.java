package dev.regrow.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.client.Context.LocalNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContextChoiceTest {
  private static final LocalNode N1 =
      new LocalNode("n1", "http://127.0.0.1:7400", 4711, 99, "/var/lib/regrow/n1");

  @TempDir Path folder = Path.of("");
  private ContextFile file = ContextFile.at(Path.of("/nowhere"));

  @BeforeEach
  void where() {
    file = ContextFile.at(folder.resolve("deep/context.json"));
  }

  private void stored() throws IOException {
    file.write(new Context(N1.address(), "stored-token", "", "shop", List.of(N1)));
  }

  @Test
  void what_is_written_is_read_again_and_only_by_its_owner() throws Exception {
    stored();

    assertThat(file.read())
        .contains(new Context(N1.address(), "stored-token", "", "shop", List.of(N1)));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
        .isEqualTo("rw-------");
  }

  @Test
  void the_command_line_goes_before_the_environment_and_that_before_the_file() throws Exception {
    stored();

    var context =
        new ContextChoice(null, null, null, "mine")
            .resolve(Map.of("REGROW_NAMESPACE", "theirs", "REGROW_TOKEN", "other"), file);

    assertThat(context.namespace()).isEqualTo("mine");
    assertThat(context.token()).isEqualTo("other");
    assertThat(context.address()).isEqualTo(N1.address());
  }

  @Test
  void the_token_of_the_file_never_goes_to_another_address() throws Exception {
    stored();

    var context =
        new ContextChoice("http://127.0.0.9:7400", null, null, null).resolve(Map.of(), file);

    assertThat(context.token()).isEmpty();
    assertThat(context.nodes()).isEmpty();
  }

  @Test
  void a_token_file_is_read_without_its_line_end() throws Exception {
    var token = Files.writeString(folder.resolve("token"), "from-file\n");

    var context =
        new ContextChoice("http://127.0.0.9:7400", token, null, null).resolve(Map.of(), file);

    assertThat(context.token()).isEqualTo("from-file");
  }

  @Test
  void without_any_word_on_a_cluster_the_missing_file_is_named() {
    assertThatThrownBy(() -> ContextChoice.none().resolve(Map.of(), file))
        .isInstanceOf(ContextChoice.NoContextException.class)
        .hasMessageContaining(file.path().toString());
  }

  @Test
  void a_damaged_file_is_named_and_not_ignored() throws Exception {
    stored();
    Files.writeString(file.path(), "{\"address\": ");

    assertThatThrownBy(() -> ContextChoice.none().resolve(Map.of(), file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.path().toString())
        .hasMessageContaining("damaged");
  }
}
