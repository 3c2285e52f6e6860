package dev.regrow.gateway.http;

import com.google.protobuf.Message;
import dev.regrow.v1.Problem;
import dev.regrow.v1.Workload;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;

/** Answers as HTTP has them. */
final class Answers {

  /** Parsed once: there are few, and none comes from outside. */
  private static final Map<String, ContentType> TYPES = new ConcurrentHashMap<>();

  private static final AttributeKey<Long> INDEX = AttributeKey.create("index", Long.class);

  private Answers() {}

  static HttpResponse object(int status, Format format, Message message) {
    var answer =
        HttpResponse.create()
            .withStatus(status)
            .withEntity(strict(format.mediaType(), Codec.write(message, format)));
    var index = message.getDescriptorForType().findFieldByName("index");
    return index == null ? answer : answer.addAttribute(INDEX, (Long) message.getField(index));
  }

  /** How new the answer is: a change is committed before this node's replica knows of it. */
  static long index(HttpResponse answer) {
    return answer.getAttribute(INDEX).orElse(0L);
  }

  /** With its ETag. */
  static HttpResponse workload(int status, Format format, Workload workload) {
    return tagged(status, format, workload, workload.getIndex());
  }

  /** With this index as its ETag. */
  static HttpResponse tagged(int status, Format format, Message message, long index) {
    return object(status, format, message)
        .addHeader(RawHeader.create("ETag", EntityTags.tag(index)));
  }

  static HttpResponse text(int status, String mediaType, String text) {
    return HttpResponse.create()
        .withStatus(status)
        .withEntity(strict(mediaType, text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  static HttpResponse problem(HttpProblem problem, String path) {
    Problem body = problem.problem().toBuilder().setInstance(path).build();
    var answer =
        HttpResponse.create()
            .withStatus(status(body.getStatus()))
            .withEntity(strict("application/problem+json", Codec.write(body, Format.JSON)));
    for (var header : problem.headers().entrySet()) {
      answer = answer.addHeader(RawHeader.create(header.getKey(), header.getValue()));
    }
    return answer;
  }

  /** An entity of that media type; the built-in table of types does not have all of ours. */
  static HttpEntity.Strict strict(String mediaType, byte[] bytes) {
    return HttpEntities.create(contentType(mediaType), ByteString.fromArray(bytes));
  }

  static ContentType contentType(String mediaType) {
    return TYPES.computeIfAbsent(mediaType, ContentTypes::parse);
  }

  private static org.apache.pekko.http.javadsl.model.StatusCode status(int code) {
    return org.apache.pekko.http.javadsl.model.StatusCodes.get(code);
  }
}
