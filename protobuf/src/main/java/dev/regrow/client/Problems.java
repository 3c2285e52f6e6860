package dev.regrow.client;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.client.http.Endpoint;
import dev.regrow.client.http.HttpResponse;
import dev.regrow.client.http.TransportException;
import dev.regrow.client.http.TransportException.Stage;
import dev.regrow.v1.FieldError;
import dev.regrow.v1.Problem;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** Finds out what an answer that is no success says, and how far one came that broke off. */
final class Problems {
  private static final int SHOWN = 300;

  private Problems() {}

  static Problem read(HttpResponse response, byte[] body) {
    var type = response.header("content-type");
    var media = type == null ? "" : type;
    var problem = Problem.newBuilder();
    if (media.startsWith(RegrowClient.PROTOBUF)) {
      try {
        problem.mergeFrom(body);
      } catch (InvalidProtocolBufferException e) {
        problem.clear().setDetail("an answer that cannot be read");
      }
    } else if (media.contains("json")) {
      readJson(problem, new String(body, StandardCharsets.UTF_8));
    } else {
      var text = new String(body, StandardCharsets.UTF_8).strip();
      problem.setDetail(text.length() > SHOWN ? text.substring(0, SHOWN) + " ..." : text);
    }
    problem.setStatus(response.status());
    if (problem.getTitle().isEmpty()) {
      problem.setTitle("HTTP " + response.status());
    }
    return problem.build();
  }

  /** How far an exchange came that failed; in the middle of its answer it was sent, too. */
  static Stage stage(IOException e) {
    if (e instanceof TransportException transport) {
      return transport.stage();
    }
    return e instanceof SocketTimeoutException ? Stage.TIMED_OUT : Stage.SENT;
  }

  /** What went wrong with it, for people, with the node's address. */
  static String words(Endpoint endpoint, IOException e) {
    return e instanceof TransportException
        ? String.valueOf(e.getMessage())
        : endpoint + " broke off in the middle of its answer: " + e.getMessage();
  }

  private static void readJson(Problem.Builder problem, String text) {
    Object tree;
    try {
      tree = Json.read(text);
    } catch (IOException e) {
      problem.setDetail("an answer that is no JSON");
      return;
    }
    problem.setType(Json.text(tree, "type"));
    problem.setTitle(Json.text(tree, "title"));
    problem.setDetail(Json.text(tree, "detail"));
    problem.setInstance(Json.text(tree, "instance"));
    for (var error : Json.list(tree, "errors")) {
      problem.addErrors(
          FieldError.newBuilder()
              .setField(Json.text(error, "field"))
              .setLine((int) Json.number(error, "line"))
              .setColumn((int) Json.number(error, "column"))
              .setMessage(Json.text(error, "message")));
    }
  }
}
