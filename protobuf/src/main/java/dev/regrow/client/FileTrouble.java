package dev.regrow.client;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What went wrong with a file, for people: exceptions mostly name the file and no cause. */
public final class FileTrouble {
  private FileTrouble() {}

  /** The cause alone; who tells it names the file. */
  public static String words(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof CharacterCodingException) {
      return "it is no text";
    }
    var cause = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    return cause == null ? e.toString() : cause;
  }
}
