package dev.regrow.chaos.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Makes the bytes of a request: one text with numbers of a fixed width in it. */
final class Request {

  private static final int KEY_DIGITS = 6;
  private static final int SEQUENCE_DIGITS = 12;
  private static final String KEY = "@KEY@@";
  private static final String SEQUENCE = "@SEQUENCE@@@";

  /** The value's size, as etcd's own benchmarks have it. */
  private static final int VALUE_BYTES = 1000;

  private record Place(int at, boolean sequence, boolean base64) {}

  private final byte[] bytes;
  private final List<Place> places;

  private Request(byte[] bytes, List<Place> places) {
    this.bytes = bytes;
    this.places = places;
  }

  /** The same array each time, filled in anew. */
  byte[] bytes(Writes.Write write) {
    for (Place place : places) {
      byte[] digits =
          place.sequence()
              ? digits(write.sequence(), SEQUENCE_DIGITS)
              : digits(write.key(), KEY_DIGITS);
      byte[] shown = place.base64() ? Base64.getEncoder().encode(digits) : digits;
      System.arraycopy(shown, 0, bytes, place.at(), shown.length);
    }
    return bytes;
  }

  private static byte[] digits(long number, int width) {
    var digits = new byte[width];
    long left = number;
    for (int i = width - 1; i >= 0; i--) {
      digits[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    return digits;
  }

  /** Text of the value's size that no compression shortens much. */
  static String filler(int bytes) {
    var random = new java.util.Random(1);
    var text = new StringBuilder();
    for (int i = 0; i < bytes; i++) {
      text.append((char) ('a' + random.nextInt(26)));
    }
    return text.toString();
  }

  /** PUT of a config that holds the value. */
  static Request config(String host, String token) {
    var body =
        ("{\"kind\":\"Config\",\"name\":\"c-%s\",\"namespace\":\"default\","
                + "\"data\":{\"value\":\"%s%s\"}}")
            .formatted(KEY, SEQUENCE, filler(VALUE_BYTES - SEQUENCE_DIGITS));
    return put("configs/c-" + KEY, body, host, token);
  }

  /** PUT of a workload without instances, whose template holds the value. */
  static Request workload(String host, String token) {
    var body =
        ("{\"kind\":\"Service\",\"name\":\"w-%s\",\"namespace\":\"default\",\"replicas\":0,"
                + "\"labels\":{\"n\":\"%s\"},"
                + "\"instance\":{\"network\":\"none\",\"command\":[\"/bin/true\"],\"env\":{\"VALUE\":\"%s\"}}}")
            .formatted(KEY, SEQUENCE, filler(VALUE_BYTES));
    return put("workloads/w-" + KEY, body, host, token);
  }

  private static Request put(String object, String body, String host, String token) {
    var head =
        "PUT /v1/namespaces/default/%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(object, host, token, body.length());
    return plain(head + body);
  }

  /** Put through etcd's JSON gateway, where keys and values are base64. */
  static Request etcdJson(String host) {
    var key = Base64.getEncoder().encodeToString(bytes("bench-" + KEY));
    var filled = SEQUENCE + filler(VALUE_BYTES - SEQUENCE_DIGITS);
    var value = Base64.getEncoder().encodeToString(bytes(filled));
    var body = "{\"key\":\"%s\",\"value\":\"%s\"}".formatted(key, value);
    var head =
        "POST /v3/kv/put HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(host, body.length());
    var text = head + body;
    return new Request(
        bytes(text),
        List.of(
            new Place(text.indexOf(base64(KEY)), false, true),
            new Place(text.indexOf(base64(SEQUENCE)), true, true)));
  }

  /** A PutRequest of etcd's gRPC API, in Protobuf. */
  static Request etcdPut() {
    var key = "bench-" + KEY;
    var value = SEQUENCE + filler(VALUE_BYTES - SEQUENCE_DIGITS);
    var text = "\n" + (char) key.length() + key + "\u0012" + varint(value.length()) + value;
    return plain(text);
  }

  private static String varint(int number) {
    return "" + (char) ((number & 0x7f) | 0x80) + (char) (number >> 7);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(bytes(text));
  }

  private static Request plain(String text) {
    var places = new java.util.ArrayList<Place>();
    for (int at = text.indexOf(KEY); at >= 0; at = text.indexOf(KEY, at + 1)) {
      places.add(new Place(at, false, false));
    }
    places.add(new Place(text.indexOf(SEQUENCE), true, false));
    return new Request(bytes(text), places);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  int length() {
    return bytes.length;
  }

  /** A copy that another connection may fill in. */
  Request copy() {
    return new Request(Arrays.copyOf(bytes, bytes.length), places);
  }
}
