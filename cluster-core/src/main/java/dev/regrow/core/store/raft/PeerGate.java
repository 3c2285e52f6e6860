package dev.regrow.core.store.raft;

import dev.regrow.core.identity.CertifiedNode;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.ratis.thirdparty.io.grpc.Attributes;
import org.apache.ratis.thirdparty.io.grpc.Context;
import org.apache.ratis.thirdparty.io.grpc.Contexts;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.ServerTransportFilter;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows who calls: reads each connection's certificate once, lets only those who keep the store
 * speak Raft, and tells the store's own service the caller of each call.
 */
final class PeerGate extends ServerTransportFilter implements ServerInterceptor {

  private static final Logger LOG = LoggerFactory.getLogger(PeerGate.class);

  /** Between servers. Ratis' services for clients and administrators are nobody's. */
  private static final String RAFT = "ratis.grpc.RaftServerProtocolService";

  private static final Attributes.Key<Peer> OF_CONNECTION = Attributes.Key.create("regrow-peer");
  private static final Context.Key<Peer> OF_CALL = Context.key("regrow-peer");

  private final Supplier<Instant> now;

  PeerGate(Supplier<Instant> now) {
    this.now = now;
  }

  /** Who makes the call that this thread is serving. */
  static Peer caller() {
    @Nullable Peer peer = OF_CALL.get();
    if (peer == null) {
      throw new IllegalStateException("not within a call, or past its gate");
    }
    return peer;
  }

  @Override
  public Attributes transportReady(Attributes connection) {
    var peer = read(connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
    return peer.isEmpty()
        ? connection
        : connection.toBuilder().set(OF_CONNECTION, peer.get()).build();
  }

  private Optional<Peer> read(@Nullable SSLSession session) {
    try {
      if (session != null && session.getPeerCertificates()[0] instanceof X509Certificate shown) {
        var node = CertifiedNode.of(shown);
        return Optional.of(new Peer(node, node.isExpired(now.get()), shown));
      }
      LOG.warn("a connection without a certificate is refused");
    } catch (SSLPeerUnverifiedException | GeneralSecurityException unnamed) {
      LOG.warn("a connection is refused: {}", unnamed.getMessage());
    }
    return Optional.empty();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    @Nullable Peer peer = call.getAttributes().get(OF_CONNECTION);
    Optional<String> refusal = refusal(peer, call.getMethodDescriptor().getFullMethodName());
    if (peer == null || refusal.isPresent()) {
      LOG.warn("{} of {} is refused", call.getMethodDescriptor().getFullMethodName(), peer);
      var why = peer != null && peer.late() ? Status.UNAUTHENTICATED : Status.PERMISSION_DENIED;
      call.close(why.withDescription(refusal.orElse("nobody is known")), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return Contexts.interceptCall(Context.current().withValue(OF_CALL, peer), call, headers, next);
  }

  /**
   * Why that peer may not make the call at all; empty: it may, as far as this gate knows.
   *
   * @param method as {@code SERVICE/METHOD}
   */
  static Optional<String> refusal(@Nullable Peer peer, String method) {
    if (peer == null) {
      return Optional.of("the connection does not say which node it is");
    }
    var node = peer.node();
    if (method.startsWith(Wire.SERVICE + "/")) {
      if (peer.late() && !method.equals(Wire.RENEW.getFullMethodName())) {
        return Optional.of(
            "the certificate of node %s ended at %s".formatted(node.uid(), node.goodUntil()));
      }
      return Optional.empty(); // Which judges each call by itself.
    }
    if (!method.startsWith(RAFT + "/")) {
      return Optional.of("nobody is served by " + method);
    }
    // Late or not: the group knows its members, and must not fall apart over a resumed session.
    return node.role().keepsStore()
        ? Optional.empty()
        : Optional.of(
            "node %s is a %s and keeps no store".formatted(node.uid(), node.role().text()));
  }
}
