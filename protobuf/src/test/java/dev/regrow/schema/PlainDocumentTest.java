package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlainDocumentTest {

  private static PlainDocument read(String text) {
    return PlainDocument.read(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void it_is_read_as_maps_lists_texts_numbers_and_truth() {
    var document = read("a: [x, 2.5, true]\nb: {c: '7'}\n");

    assertThat(document.value())
        .isEqualTo(Map.of("a", List.of("x", new BigDecimal("2.5"), true), "b", Map.of("c", "7")));
  }

  @Test
  void what_is_wrong_is_told_with_its_place() {
    var document = read("a:\n  - x\n  - {b: 1}\n");

    assertThat(document.violation("a[1].b", "is wrong")).hasToString("3:6: a[1].b: is wrong");
  }

  @Test
  void what_is_missing_is_told_where_it_would_be() {
    var document = read("a:\n  - x\n  - {b: 1}\n");

    assertThat(document.violation("a[1].c", "is missing")).hasToString("3:5: a[1].c: is missing");
    assertThat(document.violation("d", "is missing")).hasToString("1:1: d: is missing");
  }

  @Test
  void what_is_no_YAML_of_ours_is_refused() {
    assertThatThrownBy(() -> read("a: *b")).hasMessageContaining("1:4");
    assertThatThrownBy(() -> read("a: 1\na: 2\n")).hasMessageContaining("2:1: a: is written twice");
    assertThatThrownBy(() -> read("# nothing\n")).hasMessageContaining("there is nothing in it");
    assertThatThrownBy(() -> read("a: 1\n---\na: 2\n")).hasMessageContaining("a second document");
  }
}
