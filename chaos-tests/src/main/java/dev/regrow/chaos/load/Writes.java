package dev.regrow.chaos.load;

/** Which key is written next: round and round over a fixed number of them. */
final class Writes {

  private final int keys;
  private long sequence;

  Writes(int keys, long from) {
    this.keys = keys;
    this.sequence = from;
  }

  /**
   * One write.
   *
   * @param sequence different for each, so that each changes something
   */
  record Write(int key, long sequence) {}

  Write next() {
    sequence++;
    return new Write((int) (sequence % keys), sequence);
  }
}
