package dev.regrow.runtime.cgroup;

/**
 * How often a limit was hit since the cgroup was made. An attempt's own count is the difference to
 * its baseline, taken before it starts.
 *
 * @param oomKills processes killed for the memory limit
 * @param pidsLimitHits forks refused for the pids limit
 */
public record Counters(long oomKills, long pidsLimitHits) {

  public static final Counters ZERO = new Counters(0, 0);

  /** What happened since. Never negative: a cgroup made anew counts from 0. */
  public Counters since(Counters baseline) {
    return new Counters(
        Math.max(0, oomKills - baseline.oomKills),
        Math.max(0, pidsLimitHits - baseline.pidsLimitHits));
  }

  /**
   * The number behind a key in a flat keyed file ({@code oom_kill 3}).
   *
   * @return 0 if the key is missing
   */
  static long value(String flatKeyed, String key) {
    return flatKeyed
        .lines()
        .filter(line -> line.startsWith(key + " "))
        .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1).trim()))
        .findFirst()
        .orElse(0);
  }
}
