package dev.regrow.schema;

import org.jspecify.annotations.Nullable;

/** Where a value sits in an object; written out only when somebody asks. */
record Path(@Nullable Path parent, String step) {
  static final Path ROOT = new Path(null, "");

  Path field(String name) {
    return new Path(this, name);
  }

  Path item(int index) {
    return new Path(this, "[" + index + "]");
  }

  /** As {@code instance.ports[1].port}. */
  @Override
  public String toString() {
    if (parent == null) {
      return step;
    }
    String before = parent.toString();
    return before.isEmpty() || step.startsWith("[") ? before + step : before + "." + step;
  }
}
