package dev.regrow.runtime.namespace;

import java.util.stream.Collectors;

/** Whom instances with an address of their own ask for names. Pure. */
final class Resolvers {

  private Resolvers() {}

  /**
   * The same without servers that listen on the host's loopback: an instance has another one. IPv6
   * goes, too, for it has none.
   *
   * @param resolvConf see resolv.conf(5)
   */
  static String beyondThisMachine(String resolvConf) {
    return resolvConf
        .lines()
        .filter(line -> !isUnreachable(line.trim().split("\\s+", -1)))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  private static boolean isUnreachable(String[] words) {
    return words.length >= 2
        && words[0].equals("nameserver")
        && (words[1].startsWith("127.") || words[1].contains(":"));
  }
}
