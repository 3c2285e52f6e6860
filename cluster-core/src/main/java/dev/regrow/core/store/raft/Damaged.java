package dev.regrow.core.store.raft;

import java.io.IOException;

/** Stored bytes are not what was written. The message names the file and the fix. */
public final class Damaged extends IOException {

  private static final long serialVersionUID = 1L;

  private final String what;

  /**
   * @param what names the file
   * @param fix where nobody else has a copy
   */
  Damaged(String what, String fix) {
    super(what + "; " + fix);
    this.what = what;
  }

  /** Without a fix. */
  Damaged(String what) {
    super(what);
    this.what = what;
  }

  /** Without the fix, which is none where others have a copy. */
  String what() {
    return what;
  }
}
