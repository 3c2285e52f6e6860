package dev.regrow.gateway.http;

import dev.regrow.gateway.auth.Pass;
import dev.regrow.gateway.auth.Tokens;
import dev.regrow.gateway.server.Answer;
import dev.regrow.gateway.server.ByteStream;
import dev.regrow.gateway.server.Dialogue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a token opened stays open no longer than the token counts, whether the client reads or not.
 * A stream is then broken off, not ended: to a client it must not look as if all had been said. Who
 * connects again gets the 401.
 */
final class Tenure {

  private static final Logger LOG = LoggerFactory.getLogger(Tenure.class);

  private final Tokens tokens;

  Tenure(Tokens tokens) {
    this.tokens = tokens;
  }

  Answer of(Pass pass, Answer answer) {
    if (answer.content() instanceof Answer.Switched switched) {
      return answer.with(
          new Answer.Switched(
              new HeldDialogue(pass, switched.dialogue()), switched.framed(), tokens.left(pass)));
    }
    return answer.content() instanceof Answer.Open open
        ? answer.with(
            new Answer.Open(
                open.mediaType(),
                new Held(pass, open.bytes()),
                open.whileSilent(),
                tokens.left(pass)))
        : answer;
  }

  /** Until the token is revoked, by any thread: so all but {@link #isCutOff} is one at a time. */
  private class Held implements ByteStream {
    private final Pass pass;
    private final ByteStream bytes;
    private volatile boolean revoked;
    private boolean closed;
    private Tokens.@Nullable Tenancy tenancy;

    private Held(Pass pass, ByteStream bytes) {
      this.pass = pass;
      this.bytes = bytes;
    }

    @Override
    public synchronized void start(Runnable ready) {
      tenancy = tokens.onEnd(pass, () -> revoke(ready));
      if (!closed) {
        bytes.start(ready);
      }
    }

    private void revoke(Runnable ready) {
      LOG.info("The token {} was revoked: what it opened ends", pass.id());
      revoked = true;
      close();
      ready.run();
    }

    @Override
    public synchronized Next next() {
      return closed ? BROKEN : bytes.next();
    }

    @Override
    public boolean isCutOff() {
      return revoked;
    }

    @Override
    public synchronized void close() {
      if (closed) {
        return;
      }
      closed = true;
      if (tenancy != null) {
        tenancy.close();
      }
      bytes.close();
    }

    synchronized void unlessClosed(Runnable work) {
      if (!closed) {
        work.run();
      }
    }
  }

  /** The same, of what goes both ways. */
  private final class HeldDialogue extends Held implements Dialogue {
    private final Dialogue dialogue;

    private HeldDialogue(Pass pass, Dialogue dialogue) {
      super(pass, dialogue);
      this.dialogue = dialogue;
    }

    @Override
    public void take(byte[] part, boolean begins, boolean ends) {
      unlessClosed(() -> dialogue.take(part, begins, ends));
    }

    @Override
    public boolean isFull() {
      return dialogue.isFull();
    }
  }
}
