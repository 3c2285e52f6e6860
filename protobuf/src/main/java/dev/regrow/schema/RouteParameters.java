package dev.regrow.schema;

import dev.regrow.schema.Route.Parameter;
import java.util.List;

/** What may stand behind the question mark, here and there. */
final class RouteParameters {

  static final Parameter IMAGE =
      new Parameter("image", "string", false, "Its reference, or its digest.");
  static final Parameter CONSISTENT =
      new Parameter("consistent", "boolean", false, "Read linearizably, from a majority.");
  static final Parameter DRY_RUN =
      new Parameter("dryRun", "boolean", false, "Answer with the Plan and change nothing.");
  static final Parameter PULL =
      new Parameter("pull", "boolean", false, "Take what the tag of its image stands for now.");
  static final Parameter LIMIT =
      new Parameter("limit", "integer", false, "1 to 1000, larger is capped.");
  static final Parameter CONTINUE =
      new Parameter("continue", "string", false, "Where the list before this one ended.");
  static final Parameter WATCH =
      new Parameter("watch", "boolean", false, "Stream what is there, then changes.");
  static final Parameter SINCE =
      new Parameter("since", "integer", false, "The index after which changes are wanted.");
  static final Parameter ROLE =
      new Parameter("role", "string", false, "Of the new node: server or worker (the default).");
  static final Parameter FORCE =
      new Parameter(
          "force", "boolean", false, "It is dead: what it ran is replaced without waiting for it.");
  static final Parameter WITH_KEY =
      new Parameter("withKey", "boolean", false, "With the keys of the secrets.");
  static final List<Parameter> LIST =
      List.of(
          new Parameter(
              "label", "string", true, "KEY=VALUE that must match; repeated: all of them."),
          LIMIT,
          CONTINUE,
          WATCH,
          SINCE,
          CONSISTENT);
  static final List<Parameter> EXEC =
      List.of(
          new Parameter("command", "string", true, "The program, then its arguments."),
          new Parameter("tty", "boolean", false, "On a terminal of its own."));
  static final List<Parameter> FILES =
      List.of(
          new Parameter("path", "string", false, "In the instance; needed."),
          new Parameter(
              "name", "string", false, "Of what is brought there; without it files are given."));
  static final Parameter PORT = new Parameter("port", "integer", false, "1 to 65535; needed.");
  static final List<Parameter> LOGS =
      List.of(
          new Parameter("follow", "boolean", false, "Go on until the instance is gone."),
          new Parameter("tail", "integer", false, "Only that many of the last lines."),
          new Parameter("attempt", "integer", false, "Only of this attempt."),
          new Parameter("previous", "boolean", false, "Of the attempt before the present one."),
          new Parameter("since", "string", false, "A duration as 10m, or an RFC 3339 time."));

  private RouteParameters() {}
}
