package dev.regrow.core.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.regrow.v1.Sealed;
import dev.regrow.v1.SecretKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of secrets, and what is sealed by them. */
class SealingTest {

  private static final SecretKey KEY = SecretKeys.generate(1);
  private static final SecretKey OTHER = SecretKeys.generate(2);

  @Property(tries = 200)
  void what_was_sealed_is_opened_by_the_same_key_for_the_same_thing_alone(@ForAll byte[] content) {
    var sealed = Sealing.seal(KEY, "default/db", content);

    assertThat(Sealing.open(KEY, "default/db", sealed)).contains(content);
    assertThat(Sealing.open(OTHER, "default/db", sealed)).isEmpty();
    assertThat(Sealing.open(KEY, "shop/db", sealed)).isEmpty();
  }

  @Property(tries = 200)
  void a_changed_bit_is_noticed(@ForAll byte[] content, @ForAll int where) {
    var sealed = Sealing.seal(KEY, "default/db", content);
    var bytes = sealed.getContent().toByteArray();
    int bit = Math.floorMod(where, bytes.length * 8);
    bytes[bit / 8] ^= (byte) (1 << bit % 8);

    var changed = sealed.toBuilder().setContent(ByteString.copyFrom(bytes)).build();

    assertThat(Sealing.open(KEY, "default/db", changed)).isEmpty();
  }

  @Test
  void garbage_is_not_opened() {
    assertThat(Sealing.open(KEY, "default/db", Sealed.getDefaultInstance())).isEmpty();
  }

  @Test
  void equal_contents_are_sealed_differently_each_time_and_hash_equally_by_one_key_only() {
    var content = "password".getBytes(StandardCharsets.UTF_8);

    assertThat(Sealing.seal(KEY, "a", content)).isNotEqualTo(Sealing.seal(KEY, "a", content));
    assertThat(Sealing.hash(KEY, content)).isEqualTo(Sealing.hash(KEY, content));
    assertThat(Sealing.hash(KEY, content)).isNotEqualTo(Sealing.hash(OTHER, content));
  }

  @Test
  void keys_are_kept_for_their_owner_alone(@TempDir Path directory) throws IOException {
    new SecretKeys(directory).add(List.of(KEY));
    new SecretKeys(directory).add(List.of(OTHER, KEY));

    var file = directory.resolve("secret-keys");
    assertThat(new SecretKeys(directory).all()).containsExactlyInAnyOrder(KEY, OTHER);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void a_damaged_file_is_told_of_by_its_line_and_not_by_what_is_in_it(@TempDir Path directory)
      throws IOException {
    var file = directory.resolve("secret-keys");
    Files.writeString(file, SecretKeys.text(List.of(KEY)) + "0123 top-secret! 5\n");

    assertThatThrownBy(() -> new SecretKeys(directory).all())
        .hasMessageContaining("line 2")
        .hasMessageNotContaining("top-secret");
  }
}
