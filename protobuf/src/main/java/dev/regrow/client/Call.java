package dev.regrow.client;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One call of the API, not yet sent: see {@link Calls}.
 *
 * @param repeatable sending it twice does what sending it once does
 */
public record Call<T>(
    String method,
    String target,
    Map<String, String> headers,
    byte[] body,
    boolean repeatable,
    Parser<T> parser) {

  static <T> Call<T> get(String target, Parser<T> parser) {
    return new Call<>("GET", target, Map.of(), new byte[0], true, parser);
  }

  static <T> Call<T> put(String target, Message body, Parser<T> parser) {
    return new Call<>("PUT", target, Map.of(), body.toByteArray(), true, parser);
  }

  static <T> Call<T> delete(String target, Parser<T> parser) {
    return new Call<>("DELETE", target, Map.of(), new byte[0], true, parser);
  }

  static <T> Call<T> post(String target, Message body, boolean repeatable, Parser<T> parser) {
    return new Call<>("POST", target, Map.of(), body.toByteArray(), repeatable, parser);
  }

  /** Carried out only if the object is as it was read. A repetition would meet its own change. */
  public Call<T> ifMatch(String etag) {
    return new Call<>(method, target, with("If-Match", etag), body, false, parser);
  }

  /** Carried out only if there is no such object yet. */
  public Call<T> ifAbsent() {
    return new Call<>(method, target, with("If-None-Match", "*"), body, false, parser);
  }

  private Map<String, String> with(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return more;
  }
}
