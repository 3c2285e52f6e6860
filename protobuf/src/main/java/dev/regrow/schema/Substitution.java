package dev.regrow.schema;

import dev.regrow.schema.Tree.Entry;
import dev.regrow.schema.Tree.Items;
import dev.regrow.schema.Tree.Scalar;
import dev.regrow.schema.Tree.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code ${K}} and {@code ${K:-x}} in the values of a manifest, as in Compose: {@code $$} stands
 * for one dollar sign, and a variable that is not given and has no default is an error. It works on
 * what was read, never on the text, so a value cannot smuggle in structure.
 */
final class Substitution {
  private static final Pattern VARIABLE =
      Pattern.compile("\\$\\$|\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?-)([^}]*))?\\}|\\$\\{");

  private final Map<String, String> variables;
  private final Findings findings;

  Substitution(Map<String, String> variables, Findings findings) {
    this.variables = variables;
    this.findings = findings;
  }

  Tree in(Tree tree, Path path) {
    if (tree instanceof Table table) {
      List<Entry> entries = new ArrayList<>();
      for (Entry entry : table.entries()) {
        entries.add(
            new Entry(entry.mark(), entry.key(), in(entry.value(), path.field(entry.key()))));
      }
      return new Table(table.mark(), entries);
    }
    if (tree instanceof Items items) {
      List<Tree> results = new ArrayList<>();
      for (Tree item : items.items()) {
        results.add(in(item, path.item(results.size())));
      }
      return new Items(items.mark(), results);
    }
    Scalar scalar = (Scalar) tree;
    return scalar.text().indexOf('$') < 0 ? scalar : in(scalar, path);
  }

  private Scalar in(Scalar scalar, Path path) {
    Matcher variable = VARIABLE.matcher(scalar.text());
    var out = new StringBuilder();
    boolean substituted = false;
    while (variable.find()) {
      String value = variable.group().equals("$$") ? "$" : valueOf(variable, scalar, path);
      substituted |= variable.group(1) != null;
      variable.appendReplacement(out, Matcher.quoteReplacement(value));
    }
    variable.appendTail(out);
    String text = out.toString();
    Tree.ScalarType type =
        substituted && YamlTree.typeOf(text) == Tree.ScalarType.BOOL
            ? Tree.ScalarType.BOOL
            : scalar.type();
    return new Scalar(scalar.mark(), type, text, substituted);
  }

  private String valueOf(Matcher variable, Scalar scalar, Path path) {
    String name = variable.group(1);
    if (name == null) {
      findings.unreadable(
          path,
          scalar.mark(),
          "holds a ${ that begins no ${NAME} or ${NAME:-default}; write $${ to keep it");
      return "";
    }
    String value = variables.get(name);
    String fallback = variable.group(3);
    boolean emptyCounts = ":-".equals(variable.group(2));
    if (value != null && !(value.isEmpty() && emptyCounts)) {
      return value;
    }
    if (fallback != null) {
      return fallback;
    }
    findings.unreadable(
        path,
        scalar.mark(),
        "needs the variable "
            + name
            + ", which is not set; give it with --var "
            + name
            + "=VALUE, write ${"
            + name
            + ":-DEFAULT}, or $${"
            + name
            + "} to keep it as it is");
    return "";
  }
}
