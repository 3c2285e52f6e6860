package dev.regrow.chaos.lab;

/**
 * Nothing that one machine sends arrives at another; what that one sends back does.
 *
 * @param from the machine whose packets are lost, in silence
 */
public record Cut(String from, String to) implements Comparable<Cut> {

  public Cut {
    if (from.equals(to)) {
      throw new IllegalArgumentException("no link leads from " + from + " to itself");
    }
  }

  @Override
  public int compareTo(Cut other) {
    int byFrom = from.compareTo(other.from);
    return byFrom != 0 ? byFrom : to.compareTo(other.to);
  }

  @Override
  public String toString() {
    return from + "→" + to;
  }
}
