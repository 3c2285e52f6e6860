package dev.regrow.core.store.raft;

import dev.regrow.core.identity.NodeTls;
import dev.regrow.core.identity.TlsFiles;
import dev.regrow.core.store.StoreException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.GrpcSslContexts;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContext;

/** One connection to each server of the store that is spoken to, by mutual TLS. */
final class Channels implements AutoCloseable {

  /** A machine that died says nothing: without these probes a watch would wait for ever. */
  private static final long PROBE_SECONDS = 2;

  private final TlsFiles files;
  private volatile SslContext tls;
  private final Executor executor;
  private final Map<String, ManagedChannel> byAddress = new ConcurrentHashMap<>();
  private final CompletableFuture<String> expelled = new CompletableFuture<>();
  private volatile boolean closed;

  /**
   * @param executor where answers arrive
   */
  Channels(TlsFiles files, Executor executor) throws IOException {
    this.files = files;
    this.tls = context(files);
    this.executor = lasting(executor);
  }

  /** The end of a call is told even when the store is closed by then, else its caller waits on. */
  static Executor lasting(Executor executor) {
    return task -> {
      try {
        executor.execute(task);
      } catch (RejectedExecutionException over) {
        task.run();
      }
    };
  }

  /**
   * Asks one question.
   *
   * @param address HOST:PORT
   * @return fails with {@link Proposer.NotProposed} if it is certain that it did not arrive, else
   *     with an {@link IOException} that names the server
   */
  <Q, A> CompletableFuture<A> ask(
      String address, MethodDescriptor<Q, A> method, Q question, Duration patience) {
    return askForAll(address, method, question, patience)
        .thenApply(
            answers -> {
              if (answers.isEmpty()) {
                throw new IllegalStateException(address + " ended the call without an answer");
              }
              return answers.get(0);
            });
  }

  /** The same, for an answer in several parts. */
  <Q, A> CompletableFuture<List<A>> askForAll(
      String address, MethodDescriptor<Q, A> method, Q question, Duration patience) {
    var answer = new CompletableFuture<List<A>>();
    var parts = new ArrayList<A>();
    open(
        address,
        method,
        question,
        CallOptions.DEFAULT.withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS),
        new StreamObserver<>() {
          @Override
          public void onNext(A part) {
            parts.add(part);
          }

          @Override
          public void onError(Throwable failure) {
            answer.completeExceptionally(failure(address, failure));
          }

          @Override
          public void onCompleted() {
            answer.complete(List.copyOf(parts));
          }
        });
    return answer;
  }

  /** Begins a stream of answers; it ends by {@code options} or by cancelling. */
  <Q, A> void open(
      String address,
      MethodDescriptor<Q, A> method,
      Q question,
      CallOptions options,
      StreamObserver<A> answers) {
    if (closed) {
      answers.onError(new Proposer.NotProposed("the store's connections are closed"));
      return;
    }
    ManagedChannel channel = byAddress.computeIfAbsent(address, this::connect);
    ClientCalls.asyncServerStreamingCall(
        channel.newCall(method, options), question, listening(answers));
  }

  private <A> StreamObserver<A> listening(StreamObserver<A> answers) {
    return new StreamObserver<>() {
      @Override
      public void onNext(A part) {
        answers.onNext(part);
      }

      @Override
      public void onError(Throwable failure) {
        Gatekeeper.told(failure).ifPresent(expelled::complete);
        answers.onError(failure);
      }

      @Override
      public void onCompleted() {
        answers.onCompleted();
      }
    };
  }

  private ManagedChannel connect(String address) {
    return NettyChannelBuilder.forTarget("dns:///" + address)
        .sslContext(tls)
        .executor(executor)
        .maxInboundMessageSize(Wire.MESSAGE_BYTES_MAX)
        .keepAliveTime(PROBE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(PROBE_SECONDS, TimeUnit.SECONDS)
        .build();
  }

  private static SslContext context(TlsFiles files) throws IOException {
    var node = NodeTls.of(files);
    return GrpcSslContexts.forClient()
        .keyManager(node.keys())
        .trustManager(node.trust())
        .protocols("TLSv1.3")
        .build();
  }

  /**
   * Who was denied something shows its certificate as it is by then, with the next call: by another
   * connection, that resumes no session in which an earlier one was shown.
   */
  void showAgain(String address) {
    try {
      tls = context(files);
    } catch (IOException unreadable) {
      return; // The connection that there is remains, and what it answers says why.
    }
    ManagedChannel before = byAddress.remove(address);
    if (before != null) {
      before.shutdown();
    }
  }

  /** What a failed call means: whether it can have arrived. */
  private RuntimeException failure(String address, Throwable failure) {
    if (failure instanceof Proposer.NotProposed known) {
      return known;
    }
    ManagedChannel channel = byAddress.get(address);
    if (channel != null) {
      channel.resetConnectBackoff(); // Else a server that is back is not asked for minutes.
    }
    Status status = Status.fromThrowable(failure);
    for (Throwable at = status.getCause(); at != null; at = at.getCause()) {
      if (at instanceof ConnectException
          || at instanceof NoRouteToHostException
          || at instanceof UnknownHostException) {
        return new Proposer.NotProposed(address + " cannot be reached: " + at.getMessage());
      }
    }
    if (status.getCode() == Status.Code.UNAUTHENTICATED) {
      showAgain(address); // Another certificate is being asked for.
      return new Proposer.NotProposed("%s refuses: %s".formatted(address, why(status)));
    }
    if (status.getCode() == Status.Code.PERMISSION_DENIED) {
      showAgain(address);
      return new StoreException(
          StoreException.Kind.DENIED, "%s refuses: %s".formatted(address, why(status)));
    }
    if (status.getCode() == Status.Code.UNIMPLEMENTED) {
      return new Proposer.NotProposed(address + " is no server of the store");
    }
    return new NoAnswer("no answer from %s (%s)".formatted(address, why(status)));
  }

  private static String why(Status status) {
    return status.getDescription() == null
        ? status.getCode().name()
        : status.getCode() + ": " + status.getDescription();
  }

  /** The question may have arrived, and its answer is lost. */
  static final class NoAnswer extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoAnswer(String message) {
      super(message);
    }
  }

  /** Completes, with why, once any server says that this node was removed from the cluster. */
  CompletableFuture<String> expelled() {
    return expelled.copy();
  }

  @Override
  public void close() {
    closed = true;
    byAddress.values().forEach(ManagedChannel::shutdownNow);
  }
}
