package dev.regrow.runtime;

/** The machine could not do it. The message names operation, object, cause and fix. */
public class RuntimeFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean retryable;
  private final boolean ofImage;

  /**
   * @param retryable whether the same call may succeed later without anybody changing the spec
   */
  public RuntimeFailure(String message, boolean retryable) {
    super(message);
    this.retryable = retryable;
    this.ofImage = false;
  }

  public RuntimeFailure(String message, boolean retryable, Throwable cause) {
    this(message, retryable, cause, false);
  }

  private RuntimeFailure(String message, boolean retryable, Throwable cause, boolean ofImage) {
    super(message, cause);
    this.retryable = retryable;
    this.ofImage = ofImage;
  }

  /** An image could not be had. */
  public static RuntimeFailure ofImage(String message, boolean retryable, Throwable cause) {
    return new RuntimeFailure(message, retryable, cause, true);
  }

  public boolean isOfImage() {
    return ofImage;
  }

  public boolean retryable() {
    return retryable;
  }
}
