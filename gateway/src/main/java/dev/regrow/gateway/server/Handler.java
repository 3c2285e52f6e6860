package dev.regrow.gateway.server;

import java.util.concurrent.CompletionStage;

/** What answers requests. Called by the threads that read sockets: it must not block. */
public interface Handler {

  /**
   * @return never fails; whoever takes long looks at {@link Request#whenLate}
   */
  CompletionStage<Answer> answer(Request request);

  /** A connection over which nobody was admitted has made room for another. */
  void madeRoom();

  /** The words for what is no request. */
  Answer unreadable(Unreadable why);
}
