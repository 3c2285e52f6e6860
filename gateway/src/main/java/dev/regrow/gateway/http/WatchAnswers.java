package dev.regrow.gateway.http;

import com.google.protobuf.Message;
import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.actors.control.ListQuery;
import dev.regrow.actors.control.Refusal;
import dev.regrow.gateway.server.Answer;
import dev.regrow.gateway.stream.ServerSentEvents;
import dev.regrow.gateway.stream.WatchFeed;
import dev.regrow.schema.Schema;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Answers {@code ?watch=true}: as server-sent events or as varint-delimited Protobuf. */
final class WatchAnswers {

  /** A watch that is refused says so within this time; then the status can still say it. */
  private static final Duration REFUSAL = Duration.ofMillis(100);

  private WatchAnswers() {}

  static CompletionStage<Answer> watch(
      Call call, ControlPlane control, WatchKind kind, ListQuery query) {
    long since = since(call);
    var uri = call.uri();
    var feed =
        WatchFeed.open(
            since > 0,
            refusal -> fault(refusal, uri),
            sink -> control.watch(kind, query, since, sink));
    return feed.refused(REFUSAL)
        .thenApply(
            refusal -> {
              if (refusal.isPresent()) {
                feed.close();
                throw refusal.get();
              }
              return streamed(call.format(), feed);
            });
  }

  /** Last-Event-ID wins, as a browser that reconnects repeats the URL as it was. */
  private static long since(Call call) {
    var last = call.header("Last-Event-ID");
    if (last == null || last.isBlank()) {
      return call.parameters().number("since", 0).orElse(0L);
    }
    if (!last.matches("\\d{1,18}")) {
      throw HttpProblem.malformed("Last-Event-ID: " + last + " is no index");
    }
    return Long.parseLong(last);
  }

  private static Answer streamed(Format format, WatchFeed feed) {
    return format == Format.PROTOBUF
        ? Answers.stream(format, feed.bytes(WatchAnswers::delimited))
        : Answers.stream(format, feed.bytes(WatchAnswers::event), ServerSentEvents.comment());
  }

  private static byte[] delimited(WatchEvent event) {
    var out = new ByteArrayOutputStream(event.getSerializedSize() + 5);
    try {
      event.writeDelimitedTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes every write", e);
    }
    return out.toByteArray();
  }

  private static byte[] event(WatchEvent event) {
    var name =
        switch (event.getType()) {
          case PUT -> "put";
          case DELETE -> "delete";
          case SYNCED -> "synced";
          case FAULT -> "error";
          case WATCH_TYPE_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalStateException("a watch event without a type");
        };
    var id = event.getType() == WatchType.FAULT ? "" : Long.toString(event.getIndex());
    return ServerSentEvents.event(id, name, data(event));
  }

  private static String data(WatchEvent event) {
    Message object =
        switch (event.getObjectCase()) {
          case WORKLOAD -> event.getWorkload();
          case INSTANCE -> event.getInstance();
          case NODE -> event.getNode();
          case REVISION -> event.getRevision();
          case EVENT -> event.getEvent();
          case TOKEN -> event.getToken();
          case CONFIG -> event.getConfig();
          case VOLUME -> event.getVolume();
          case NAMESPACE -> event.getNamespace();
          case SECRET -> event.getSecret();
          case PROBLEM -> event.getProblem();
          case OBJECT_NOT_SET -> null;
        };
    return object == null ? "{\"index\":" + event.getIndex() + "}" : Schema.toJson(object);
  }

  private static WatchEvent fault(Refusal refusal, String uri) {
    return WatchEvent.newBuilder()
        .setType(WatchType.FAULT)
        .setProblem(HttpProblem.of(refusal).problem().toBuilder().setInstance(uri))
        .build();
  }
}
