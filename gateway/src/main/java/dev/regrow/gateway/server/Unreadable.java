package dev.regrow.gateway.server;

/** What came is no request that anybody could answer: its status and why. */
public final class Unreadable extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * @param status 4xx
   * @param detail for people
   */
  Unreadable(int status, String detail) {
    super(detail, null, false, false); // No stack: the client is wrong, not we.
    this.status = status;
  }

  public int status() {
    return status;
  }
}
