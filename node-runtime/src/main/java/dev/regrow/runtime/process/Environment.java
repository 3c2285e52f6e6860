package dev.regrow.runtime.process;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * The variables that an instance was started with, as its own process has them. They may hold
 * secrets, so nobody else keeps them.
 */
final class Environment {

  private static final int BYTES_MAX = 1 << 20;
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private Environment() {}

  /** What cannot be read is left out. */
  static Map<String, String> of(int pid, String slot) {
    try (var file = new FileInputStream("/proc/" + pid + "/environ")) {
      return parse(new String(file.readNBytes(BYTES_MAX), StandardCharsets.UTF_8), slot);
    } catch (IOException ended) {
      return parse("", slot);
    }
  }

  /** A program may have written over its own: what is no variable is left out. */
  static Map<String, String> parse(String environ, String slot) {
    var variables = new TreeMap<>(Map.of("PATH", PATH, "HOME", "/", "HOSTNAME", slot));
    for (var entry : environ.split("\0", -1)) {
      int equals = entry.indexOf('=');
      if (equals > 0 && entry.substring(0, equals).matches("[A-Za-z_][A-Za-z0-9_.-]*")) {
        variables.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    return variables;
  }
}
