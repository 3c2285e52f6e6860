package dev.regrow.runtime.namespace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The host's programs, for instances without a root file system of their own.
 *
 * @param directories bound read-only, as {@code /usr}
 * @param links made again, as {@code /bin} to {@code usr/bin}
 * @param etc a directory with the safe part of /etc
 */
public record HostPrograms(List<String> directories, Map<String, String> links, Path etc) {

  private static final List<String> TOPS =
      List.of("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "opt");

  public HostPrograms {
    directories = List.copyOf(directories);
    links = new TreeMap<>(links);
  }

  /** What this machine has. */
  public static HostPrograms find(Path hostRoot, Path etc) throws IOException {
    var directories = new ArrayList<String>();
    var links = new TreeMap<String, String>();
    for (var name : TOPS) {
      var path = hostRoot.resolve(name);
      if (Files.isSymbolicLink(path)) {
        links.put("/" + name, Files.readSymbolicLink(path).toString());
      } else if (Files.isDirectory(path)) {
        directories.add("/" + name);
      }
    }
    return new HostPrograms(directories, links, etc);
  }
}
