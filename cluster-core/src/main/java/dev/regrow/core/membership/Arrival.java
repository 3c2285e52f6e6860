package dev.regrow.core.membership;

import java.util.Collection;
import java.util.Collections;

/** Where a node that is up has come to. */
public enum Arrival {
  /** The view of the members is behind: this node itself isn't in it. */
  UNSEEN,
  /** With one of those that it asked. */
  AS_NAMED,
  /** Among others, who are another cluster. */
  ELSEWHERE;

  /**
   * @param self its unique address
   * @param members those of all that it sees
   * @param asked those of whom it asked to be let in
   */
  public static Arrival of(String self, Collection<String> members, Collection<String> asked) {
    if (!members.contains(self)) {
      return UNSEEN;
    }
    return Collections.disjoint(members, asked) ? ELSEWHERE : AS_NAMED;
  }
}
