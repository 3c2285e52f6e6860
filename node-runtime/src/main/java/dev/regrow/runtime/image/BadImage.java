package dev.regrow.runtime.image;

/**
 * An image, or a reference to one, is not what it should be. Trying again cannot help; the message
 * says what is wrong with which part of it.
 */
public final class BadImage extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public BadImage(String message) {
    super(message);
  }

  public BadImage(String message, Throwable cause) {
    super(message, cause);
  }
}
