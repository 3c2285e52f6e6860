package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class OpenApiTest {
  private final String document = OpenApi.document("0.1.0");

  @Test
  void it_is_json_that_describes_every_route() throws MalformedTextException {
    var root = (Tree.Table) JsonTree.read(document);

    assertThat(text(root, "openapi")).isEqualTo("3.1.0");
    for (Route route : Routes.ALL) {
      Tree.Table path = table(table(root, "paths"), route.path());
      assertThat(
              text(table(path, route.method().toLowerCase(java.util.Locale.ROOT)), "operationId"))
          .isEqualTo(route.operation());
    }
  }

  @Test
  void every_reference_leads_somewhere() throws MalformedTextException {
    var components = table((Tree.Table) JsonTree.read(document), "components");
    var reference = Pattern.compile("\"#/components/([a-z]+)/([A-Za-z]+)\"").matcher(document);
    Set<String> seen = new HashSet<>();

    while (reference.find()) {
      assertThat(table(table(components, reference.group(1)), reference.group(2))).isNotNull();
      seen.add(reference.group(2));
    }

    assertThat(seen).contains("Workload", "Instance", "WatchEvent", "Problem", "Resources");
  }

  @Test
  void routes_are_unambiguous_and_operations_have_names_of_their_own() {
    Set<String> routes = new HashSet<>();
    Set<String> operations = new HashSet<>();
    for (Route route : Routes.ALL) {
      assertThat(routes.add(route.method() + " " + route.path())).as(route.path()).isTrue();
      assertThat(operations.add(route.operation())).as(route.operation()).isTrue();
    }
  }

  private static Tree.Table table(Tree.Table parent, String key) {
    return (Tree.Table) value(parent, key);
  }

  private static String text(Tree.Table parent, String key) {
    return ((Tree.Scalar) value(parent, key)).text();
  }

  private static Tree value(Tree.Table parent, String key) {
    return parent.entries().stream()
        .filter(entry -> entry.key().equals(key))
        .map(Tree.Entry::value)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + key));
  }
}
