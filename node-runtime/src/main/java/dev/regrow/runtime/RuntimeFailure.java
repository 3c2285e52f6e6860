package dev.regrow.runtime;

/** The machine could not do it. The message names operation, object, cause and fix. */
public final class RuntimeFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  /**
   * @param retryable whether the same call may succeed later without anybody changing the spec
   */
  public RuntimeFailure(String message, boolean retryable) {
    super(message);
    this.retryable = retryable;
  }

  public RuntimeFailure(String message, boolean retryable, Throwable cause) {
    super(message, cause);
    this.retryable = retryable;
  }

  public boolean retryable() {
    return retryable;
  }
}
