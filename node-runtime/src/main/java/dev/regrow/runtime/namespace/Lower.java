package dev.regrow.runtime.namespace;

import java.nio.file.Path;
import java.util.List;

/**
 * What an instance's root shows below what the instance itself writes.
 *
 * @param shifted whether its files' owners are the instance's ids already; else the mount maps them
 * @param layers names of the directories in it that make up the root, the lowest first; empty: the
 *     directory itself
 */
public record Lower(Path directory, boolean shifted, List<String> layers) {

  public Lower {
    layers = List.copyOf(layers);
  }

  public Lower(Path directory, boolean shifted) {
    this(directory, shifted, List.of());
  }
}
