package dev.regrow.gateway.http;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.regrow.gateway.server.Answer;
import dev.regrow.gateway.server.ByteStream;
import dev.regrow.v1.Problem;
import dev.regrow.v1.Workload;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Answers as HTTP has them. */
final class Answers {

  private static final byte[] SILENT = {};

  private Answers() {}

  static Answer object(int status, Format format, Message message) {
    var answer =
        Answer.of(status, new Answer.Whole(format.mediaType(), Codec.write(message, format)));
    FieldDescriptor index = message.getDescriptorForType().findFieldByName("index");
    // A change is committed before this node's replica knows of it.
    return index == null ? answer : answer.at((Long) message.getField(index));
  }

  /** With its ETag. */
  static Answer workload(int status, Format format, Workload workload) {
    return tagged(status, format, workload, workload.getIndex());
  }

  /** With this index as its ETag. */
  static Answer tagged(int status, Format format, Message message, long index) {
    return object(status, format, message).with("ETag", EntityTags.tag(index));
  }

  static Answer text(int status, String mediaType, String text) {
    return Answer.of(status, new Answer.Whole(mediaType, text.getBytes(StandardCharsets.UTF_8)));
  }

  static Answer problem(HttpProblem problem, String path) {
    Problem body = problem.problem().toBuilder().setInstance(path).build();
    var answer =
        Answer.of(
            body.getStatus(),
            new Answer.Whole("application/problem+json", Codec.write(body, Format.JSON)));
    for (var header : problem.headers().entrySet()) {
      answer = answer.with(header.getKey(), header.getValue());
    }
    return answer;
  }

  /** What goes on and on; not to be kept by anybody on the way. */
  static Answer stream(Format format, ByteStream bytes) {
    return stream(format, bytes, SILENT);
  }

  /**
   * @param whileSilent see {@link Answer.Open}
   */
  static Answer stream(Format format, ByteStream bytes, byte[] whileSilent) {
    return Answer.of(200, new Answer.Open(format.mediaType(), bytes, whileSilent, Optional.empty()))
        .with("Cache-Control", "no-store");
  }
}
