package dev.regrow.gateway.server;

import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** One request, of which the body may still be on its way. */
public final class Request {

  private final String method;
  private final Target target;
  private final HttpHeaders headers;
  private final Incoming body;
  private volatile @Nullable Runnable late;
  private volatile boolean admitted;

  Request(String method, Target target, HttpHeaders headers, Incoming body) {
    this.method = method;
    this.target = target;
    this.headers = headers;
    this.body = body;
  }

  /** As it came. */
  public String method() {
    return method;
  }

  public Target target() {
    return target;
  }

  /** The first header of that name, in any case. */
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  public Incoming body() {
    return body;
  }

  /**
   * Has it run if there is no answer after the server's patience. To be called before {@link
   * Handler#answer} returns.
   */
  public void whenLate(Runnable then) {
    late = then;
  }

  /** Who sent it has shown that it may ask. To be called before there is an answer. */
  public void admit() {
    admitted = true;
  }

  boolean isAdmitted() {
    return admitted;
  }

  void isLate() {
    var then = late;
    late = null;
    if (then != null) {
      then.run();
    }
  }
}
