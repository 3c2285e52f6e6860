package dev.regrow.runtime.launch;

import dev.regrow.runtime.LaunchSpec.Ulimit;
import dev.regrow.runtime.shim.ShimConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What each process of an instance may have: what was asked for, else what is safe, whoever started
 * the node and with what limits.
 *
 * @param most what the node itself may have: without CAP_SYS_RESOURCE nothing below it gets more
 */
record ProcessLimits(Map<Ulimit, Long> most) {

  static final long UNLIMITED = Long.MAX_VALUE;

  private static final Map<String, Ulimit> NAMES =
      Map.of(
          "Max stack size", Ulimit.STACK,
          "Max core file size", Ulimit.CORE,
          "Max processes", Ulimit.NPROC,
          "Max open files", Ulimit.NOFILE,
          "Max locked memory", Ulimit.MEMLOCK);

  private static final int HARD = 1;
  private static final long INFINITY = -1;
  private static final long USUAL_FILES = 1024;

  /** More cost some programs time: they close every number that there might be. */
  private static final long ENOUGH_FILES = 1 << 20;

  private static final long USUAL_MEMORY = 8 << 20;

  ProcessLimits {
    most = Map.copyOf(most);
  }

  static ProcessLimits ofThisProcess() throws IOException {
    return parse(Files.readString(Path.of("/proc/self/limits")));
  }

  /** Total: what it does not understand, nobody limits. */
  static ProcessLimits parse(String limits) {
    var most = new EnumMap<Ulimit, Long>(Ulimit.class);
    for (var line : limits.lines().toList()) {
      NAMES.forEach(
          (name, limit) -> {
            if (line.startsWith(name + " ")) {
              var words = line.substring(name.length()).trim().split("\\s+", -1);
              if (words.length > HARD && words[HARD].matches("[0-9]{1,18}")) {
                most.put(limit, Long.valueOf(words[HARD]));
              }
            }
          });
    }
    return new ProcessLimits(most);
  }

  /** A sentence, if the node cannot give what is asked for. */
  Optional<String> refusal(Map<Ulimit, Long> asked) {
    return new TreeMap<>(asked)
        .entrySet().stream()
            .filter(each -> each.getValue() > hard(each.getKey()))
            .findFirst()
            .map(
                each ->
                    "its ulimit %s of %d is more than this node itself may have, %d; lower it, or start the node with more"
                        .formatted(each.getKey().word(), each.getValue(), hard(each.getKey())));
  }

  private long hard(Ulimit limit) {
    return most.getOrDefault(limit, UNLIMITED);
  }

  void into(ShimConfig config, Map<Ulimit, Long> asked) {
    long files = Math.min(hard(Ulimit.NOFILE), ENOUGH_FILES);
    long locked = Math.min(hard(Ulimit.MEMLOCK), USUAL_MEMORY);
    long stack = hard(Ulimit.STACK);
    set(config, asked, Ulimit.CORE, 0, 0);
    set(config, asked, Ulimit.NOFILE, Math.min(files, USUAL_FILES), files);
    set(config, asked, Ulimit.MEMLOCK, locked, locked);
    set(config, asked, Ulimit.STACK, Math.min(stack, USUAL_MEMORY), stack);
    set(config, asked, Ulimit.NPROC, hard(Ulimit.NPROC), hard(Ulimit.NPROC));
  }

  private static void set(
      ShimConfig config, Map<Ulimit, Long> asked, Ulimit limit, long soft, long hard) {
    var said = asked.get(limit);
    config.rlimit(
        limit.number(), number(said == null ? soft : said), number(said == null ? hard : said));
  }

  private static long number(long value) {
    return value == UNLIMITED ? INFINITY : value;
  }
}
