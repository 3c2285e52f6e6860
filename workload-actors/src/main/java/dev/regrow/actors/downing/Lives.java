package dev.regrow.actors.downing;

import org.apache.pekko.cluster.UniqueAddress;

/** What the store calls a life of a cluster system, which is not only its address. */
public final class Lives {

  private Lives() {}

  public static String name(UniqueAddress unique) {
    return unique.address() + "#" + unique.longUid();
  }
}
