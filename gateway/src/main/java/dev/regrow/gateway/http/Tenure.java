package dev.regrow.gateway.http;

import dev.regrow.gateway.auth.Pass;
import dev.regrow.gateway.auth.Tokens;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.util.ByteString;

/**
 * What a token opened stays open no longer than the token counts. A stream is then aborted, not
 * completed: to a client it must not look as if all had been said. Who connects again gets the 401.
 */
final class Tenure {

  private final Tokens tokens;

  Tenure(Tokens tokens) {
    this.tokens = tokens;
  }

  HttpResponse of(Pass pass, HttpResponse answer) {
    return answer.entity().isChunked() ? answer.transformEntityDataBytes(during(pass)) : answer;
  }

  private Flow<ByteString, ByteString, NotUsed> during(Pass pass) {
    Optional<Duration> left = tokens.left(pass);
    var bytes = Flow.of(ByteString.class);
    return (left.isEmpty() ? bytes : bytes.completionTimeout(left.get()))
        .viaMat(KillSwitches.single(), Keep.right())
        .watchTermination(
            (stream, over) -> {
              var tenancy = tokens.onEnd(pass, () -> stream.abort(new Ended(pass.id())));
              over.whenComplete((done, failure) -> tenancy.close());
              return NotUsed.getInstance();
            });
  }

  /** Says so in the log, in one line. */
  private static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Ended(String token) {
      super("the token " + token + " was revoked", null, false, false);
    }
  }
}
