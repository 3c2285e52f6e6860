package dev.regrow.core.model;

import java.util.Comparator;
import java.util.Locale;

/** A declared object that templates refer to, of the workload's own namespace. */
public record ContentRef(Kind kind, String name) implements Comparable<ContentRef> {

  private static final Comparator<ContentRef> ORDER =
      Comparator.comparing(ContentRef::kind).thenComparing(ContentRef::name);

  /** What there is to refer to. */
  public enum Kind {
    CONFIG,
    SECRET,
    VOLUME,
    /** A secret that no instance sees: a registry is shown it. */
    PULL_SECRET;

    /** As in keys and messages. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Override
  public int compareTo(ContentRef other) {
    return ORDER.compare(this, other);
  }

  /** As {@code config/web}. */
  public String path() {
    return kind.text() + "/" + name;
  }

  /** As {@code config web}. */
  @Override
  public String toString() {
    return kind.text() + " " + name;
  }
}
