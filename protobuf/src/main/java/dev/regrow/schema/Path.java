package dev.regrow.schema;

import org.jspecify.annotations.Nullable;

/** Where a value sits in an object; written out only when somebody asks. */
final class Path {
  static final Path ROOT = new Path(null, "");

  private final @Nullable Path parent;
  private final String step;

  /** Asked for again and again while a value is read and judged. */
  private @Nullable String text;

  private Path(@Nullable Path parent, String step) {
    this.parent = parent;
    this.step = step;
  }

  /** Of what this is a part; null: it is all. */
  @Nullable Path parent() {
    return parent;
  }

  Path field(String name) {
    return new Path(this, name);
  }

  Path item(int index) {
    return new Path(this, "[" + index + "]");
  }

  /** As {@code instance.ports[1].port}. */
  @Override
  public String toString() {
    var known = text;
    if (known == null) {
      known = parent == null ? step : within(parent.toString());
      text = known;
    }
    return known;
  }

  private String within(String before) {
    return before.isEmpty() || step.startsWith("[") ? before + step : before + "." + step;
  }
}
