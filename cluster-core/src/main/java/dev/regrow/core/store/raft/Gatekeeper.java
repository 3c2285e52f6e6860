package dev.regrow.core.store.raft;

import dev.regrow.core.identity.NodeUids;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLSession;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** Refuses every question of a node that was removed from the cluster, and tells it so. */
final class Gatekeeper implements ServerInterceptor {

  /** So that the asker knows that asking again, or somebody else, is in vain. */
  private static final Metadata.Key<String> REMOVED =
      Metadata.Key.of("regrow-removed", Metadata.ASCII_STRING_MARSHALLER);

  private final Function<String, Optional<String>> removed;

  /**
   * @param removed by a node's uid: what it is told if it was removed
   */
  Gatekeeper(Function<String, Optional<String>> removed) {
    this.removed = removed;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    Optional<String> words =
        session == null ? Optional.empty() : NodeUids.of(session).flatMap(removed);
    if (words.isEmpty()) {
      return next.startCall(call, headers);
    }
    var trailers = new Metadata();
    trailers.put(REMOVED, words.get());
    call.close(Status.PERMISSION_DENIED.withDescription(words.get()), trailers);
    return new ServerCall.Listener<>() {};
  }

  /** What a failed call says if it failed because the asker was removed. */
  static Optional<String> told(@Nullable Throwable failure) {
    var trailers = failure == null ? null : Status.trailersFromThrowable(failure);
    return trailers == null ? Optional.empty() : Optional.ofNullable(trailers.get(REMOVED));
  }
}
