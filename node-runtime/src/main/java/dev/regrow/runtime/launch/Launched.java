package dev.regrow.runtime.launch;

import java.util.List;
import java.util.stream.Stream;

/**
 * An attempt that runs.
 *
 * @param shimPid our child: its end is the attempt's
 * @param pid of the workload, on the host
 * @param boottimeNanos of exec
 * @param warnings what the machine could not give it, each a sentence
 */
public record Launched(int shimPid, int pid, long boottimeNanos, List<String> warnings) {

  public Launched {
    warnings = List.copyOf(warnings);
  }

  Launched with(String warning) {
    return new Launched(
        shimPid, pid, boottimeNanos, Stream.concat(warnings.stream(), Stream.of(warning)).toList());
  }
}
