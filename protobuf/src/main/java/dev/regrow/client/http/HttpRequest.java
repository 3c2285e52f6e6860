package dev.regrow.client.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * One request.
 *
 * @param target path and query, encoded
 * @param headers besides Host, Connection and Content-Length, which the transport writes
 * @param body empty for none
 */
public record HttpRequest(String method, String target, Map<String, String> headers, byte[] body) {

  byte[] encode(Endpoint endpoint) {
    var head = new StringBuilder(256);
    head.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(endpoint.authority()).append("\r\n");
    headers.forEach((name, value) -> appendHeader(head, name, value));
    boolean bodyless = method.equals("GET") || method.equals("DELETE");
    if (body.length > 0 || !bodyless) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    head.append("\r\n");
    var first = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    var bytes = new byte[first.length + body.length];
    System.arraycopy(first, 0, bytes, 0, first.length);
    System.arraycopy(body, 0, bytes, first.length, body.length);
    return bytes;
  }

  private static void appendHeader(StringBuilder head, String name, String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
        throw new IllegalArgumentException(
            "the header " + name + " would hold a character that no header may hold");
      }
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }
}
