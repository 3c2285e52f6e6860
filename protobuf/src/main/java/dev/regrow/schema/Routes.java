package dev.regrow.schema;

import com.google.protobuf.Message;
import dev.regrow.schema.Route.Access;
import dev.regrow.schema.Route.Parameter;
import dev.regrow.schema.Route.Trait;
import dev.regrow.v1.AttemptList;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Config;
import dev.regrow.v1.ConfigList;
import dev.regrow.v1.DrainRequest;
import dev.regrow.v1.EventList;
import dev.regrow.v1.ImagePull;
import dev.regrow.v1.ImagePullRequest;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstanceList;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.NamedVolumeList;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodeImageList;
import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.NodeJoinRequest;
import dev.regrow.v1.NodeList;
import dev.regrow.v1.NodeUsage;
import dev.regrow.v1.Plan;
import dev.regrow.v1.RevisionList;
import dev.regrow.v1.RollbackRequest;
import dev.regrow.v1.ScaleRequest;
import dev.regrow.v1.Secret;
import dev.regrow.v1.SecretList;
import dev.regrow.v1.Timeline;
import dev.regrow.v1.Token;
import dev.regrow.v1.TokenList;
import dev.regrow.v1.TokenRequest;
import dev.regrow.v1.VersionInfo;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Every route of this release. The gateway is checked against it, and the OpenAPI document made of
 * it.
 */
public final class Routes {
  private static final String NAMESPACE = "/v1/namespaces/{namespace}";
  private static final String WORKLOAD = NAMESPACE + "/workloads/{workload}";

  private static final String CONFIG = NAMESPACE + "/configs/{config}";
  private static final String SECRET = NAMESPACE + "/secrets/{secret}";
  private static final String VOLUME = NAMESPACE + "/volumes/{volume}";

  private static final String IMAGES = "/v1/nodes/{node}/images";

  private static final Parameter IMAGE =
      new Parameter("image", "string", false, "Its reference, or its digest.");
  private static final Parameter CONSISTENT =
      new Parameter("consistent", "boolean", false, "Read linearizably, from a majority.");
  private static final Parameter DRY_RUN =
      new Parameter("dryRun", "boolean", false, "Answer with the Plan and change nothing.");
  private static final Parameter PULL =
      new Parameter("pull", "boolean", false, "Take what the tag of its image stands for now.");
  private static final Parameter LIMIT =
      new Parameter("limit", "integer", false, "1 to 1000, larger is capped.");
  private static final Parameter CONTINUE =
      new Parameter("continue", "string", false, "Where the list before this one ended.");
  private static final Parameter WATCH =
      new Parameter("watch", "boolean", false, "Stream what is there, then changes.");
  private static final Parameter SINCE =
      new Parameter("since", "integer", false, "The index after which changes are wanted.");
  private static final Parameter ROLE =
      new Parameter("role", "string", false, "Of the new node: server or worker (the default).");
  private static final Parameter FORCE =
      new Parameter(
          "force", "boolean", false, "It is dead: what it ran is replaced without waiting for it.");
  private static final Parameter WITH_KEY =
      new Parameter("withKey", "boolean", false, "With the keys of the secrets.");
  private static final List<Parameter> LIST =
      List.of(
          new Parameter(
              "label", "string", true, "KEY=VALUE that must match; repeated: all of them."),
          LIMIT,
          CONTINUE,
          WATCH,
          SINCE,
          CONSISTENT);
  private static final List<Parameter> EXEC =
      List.of(
          new Parameter("command", "string", true, "The program, then its arguments."),
          new Parameter("tty", "boolean", false, "On a terminal of its own."));
  private static final List<Parameter> FILES =
      List.of(
          new Parameter("path", "string", false, "In the instance; needed."),
          new Parameter(
              "name", "string", false, "Of what is brought there; without it files are given."));
  private static final Parameter PORT =
      new Parameter("port", "integer", false, "1 to 65535; needed.");
  private static final List<Parameter> LOGS =
      List.of(
          new Parameter("follow", "boolean", false, "Go on until the instance is gone."),
          new Parameter("tail", "integer", false, "Only that many of the last lines."),
          new Parameter("attempt", "integer", false, "Only of this attempt."),
          new Parameter("previous", "boolean", false, "Of the attempt before the present one."),
          new Parameter("since", "string", false, "A duration as 10m, or an RFC 3339 time."));

  /** In the order in which people meet them. */
  public static final List<Route> ALL = all();

  private Routes() {}

  private static List<Route> all() {
    List<Route> routes = new ArrayList<>();
    workloads(routes);
    configs(routes);
    secrets(routes);
    volumes(routes);
    observed(routes);
    tokens(routes);
    itself(routes);
    return List.copyOf(routes);
  }

  private static void configs(List<Route> routes) {
    Config config = Config.getDefaultInstance();
    ConfigList configs = ConfigList.getDefaultInstance();
    routes.add(list("/v1/configs", "listAllConfigs", "Configs of all namespaces.", configs));
    routes.add(list(NAMESPACE + "/configs", "listConfigs", "Configs of one namespace.", configs));
    routes.add(
        change(
                "PUT",
                CONFIG,
                "putConfig",
                "Declare a config; equal content changes nothing, other content rolls who uses it.")
            .body(config)
            .answers(config, 200, 201)
            .with(DRY_RUN)
            .being(Trait.TAGGED, Trait.CONDITIONAL, Trait.CREATES)
            .route());
    routes.add(
        read(CONFIG, "getConfig", "One config, as declared.")
            .answers(config, 200)
            .being(Trait.TAGGED)
            .route());
    routes.add(
        change("DELETE", CONFIG, "deleteConfig", "Forget it; refused while a workload uses it.")
            .answers(config, 202)
            .being(Trait.CONDITIONAL)
            .route());
  }

  private static void secrets(List<Route> routes) {
    Secret secret = Secret.getDefaultInstance();
    SecretList secrets = SecretList.getDefaultInstance();
    routes.add(list("/v1/secrets", "listAllSecrets", "Secrets of all namespaces.", secrets));
    routes.add(list(NAMESPACE + "/secrets", "listSecrets", "Secrets of one namespace.", secrets));
    routes.add(
        change(
                "PUT",
                SECRET,
                "putSecret",
                "Declare a secret. A key in hashes, with the hash that it has, keeps its value.")
            .body(secret)
            .answers(secret, 200, 201)
            .with(DRY_RUN)
            .being(Trait.TAGGED, Trait.CONDITIONAL, Trait.CREATES)
            .route());
    routes.add(
        read(SECRET, "getSecret", "The keys of one secret, with hashes; never its values.")
            .answers(secret, 200)
            .being(Trait.TAGGED)
            .route());
    routes.add(
        change("DELETE", SECRET, "deleteSecret", "Forget it; refused while a workload uses it.")
            .answers(secret, 202)
            .being(Trait.CONDITIONAL)
            .route());
  }

  private static void volumes(List<Route> routes) {
    NamedVolume volume = NamedVolume.getDefaultInstance();
    NamedVolumeList volumes = NamedVolumeList.getDefaultInstance();
    routes.add(list("/v1/volumes", "listAllVolumes", "Volumes of all namespaces.", volumes));
    routes.add(list(NAMESPACE + "/volumes", "listVolumes", "Volumes of one namespace.", volumes));
    routes.add(
        change("PUT", VOLUME, "putVolume", "Declare a volume; equal content changes nothing.")
            .body(volume)
            .answers(volume, 200, 201)
            .with(DRY_RUN)
            .being(Trait.TAGGED, Trait.CONDITIONAL, Trait.CREATES)
            .route());
    routes.add(
        read(VOLUME, "getVolume", "One volume, and on which nodes the data of its slots is.")
            .answers(volume, 200)
            .being(Trait.TAGGED)
            .route());
    routes.add(
        change(
                "DELETE",
                VOLUME,
                "deleteVolume",
                "Delete it and all its data; refused while a workload uses it.")
            .answers(volume, 202)
            .being(Trait.CONDITIONAL)
            .route());
  }

  private static void workloads(List<Route> routes) {
    Workload workload = Workload.getDefaultInstance();
    WorkloadList workloads = WorkloadList.getDefaultInstance();
    routes.add(
        list("/v1/workloads", "listAllWorkloads", "Workloads of all namespaces.", workloads));
    routes.add(
        list(NAMESPACE + "/workloads", "listWorkloads", "Workloads of one namespace.", workloads));
    routes.add(
        change(
                "PUT",
                WORKLOAD,
                "applyWorkload",
                "Declare a workload; equal content changes nothing.")
            .body(workload)
            .answers(workload, 200, 201)
            .with(List.of(DRY_RUN, PULL))
            .being(Trait.TAGGED, Trait.CONDITIONAL, Trait.CREATES)
            .route());
    routes.add(
        read(WORKLOAD, "getWorkload", "One workload, as declared and as it is.")
            .answers(workload, 200)
            .being(Trait.TAGGED)
            .route());
    routes.add(
        change("DELETE", WORKLOAD, "deleteWorkload", "Stop all instances, then forget it.")
            .answers(workload, 202)
            .being(Trait.CONDITIONAL)
            .route());
    routes.add(
        change("POST", WORKLOAD + "/scale", "scaleWorkload", "Change the number of replicas.")
            .body(ScaleRequest.getDefaultInstance())
            .answers(workload, 200)
            .being(Trait.TAGGED, Trait.CONDITIONAL)
            .route());
    routes.add(
        change("POST", WORKLOAD + "/rollback", "rollbackWorkload", "A new revision of old content.")
            .optionalBody(RollbackRequest.getDefaultInstance())
            .answers(workload, 200)
            .being(Trait.TAGGED, Trait.CONDITIONAL)
            .route());
    routes.add(
        change("POST", WORKLOAD + "/restart", "restartWorkload", "Replace all instances, paced.")
            .answers(workload, 200)
            .being(Trait.TAGGED, Trait.CONDITIONAL)
            .route());
    routes.add(
        read("POST", WORKLOAD + "/plan", "planWorkload", "What applying this would do.")
            .body(workload)
            .with(PULL)
            .answers(Plan.getDefaultInstance(), 200)
            .route());
    routes.add(
        list(
            WORKLOAD + "/revisions",
            "listRevisions",
            "Its revisions, newest first.",
            RevisionList.getDefaultInstance()));
    routes.add(
        list(
            WORKLOAD + "/instances",
            "listInstancesOfWorkload",
            "Its instances.",
            InstanceList.getDefaultInstance()));
    routes.add(
        list(
            WORKLOAD + "/events",
            "listEventsOfWorkload",
            "What was decided and what happened.",
            EventList.getDefaultInstance()));
    routes.add(
        read(WORKLOAD + "/timeline", "getTimeline", "The same as one causal story.")
            .answers(Timeline.getDefaultInstance(), 200)
            .route());
  }

  private static void observed(List<Route> routes) {
    InstanceList instances = InstanceList.getDefaultInstance();
    EventList events = EventList.getDefaultInstance();
    String instance = NAMESPACE + "/instances/{instance}";
    routes.add(list("/v1/instances", "listAllInstances", "Instances everywhere.", instances));
    routes.add(
        list(NAMESPACE + "/instances", "listInstances", "Instances of one namespace.", instances));
    routes.add(
        read(instance, "getInstance", "One instance, by its id or slot.")
            .answers(Instance.getDefaultInstance(), 200)
            .route());
    routes.add(
        read(instance + "/logs", "getLogs", "What it wrote, as it wrote it.")
            .with(LOGS)
            .being(Trait.LOGS)
            .route());
    routes.add(
        read(instance + "/attempts", "listAttempts", "Its attempts that logs are kept of.")
            .answers(AttemptList.getDefaultInstance(), 200)
            .route());
    routes.add(
        change(
                "GET",
                instance + "/exec",
                "execInInstance",
                "A WebSocket (v5.channel.k8s.io) to a further command in it.")
            .with(EXEC)
            .being(Trait.SOCKET)
            .route());
    routes.add(
        change(
                "GET",
                instance + "/portforward",
                "forwardPort",
                "A WebSocket (v5.channel.k8s.io) that is a TCP connection to one of its ports.")
            .with(PORT)
            .being(Trait.SOCKET)
            .route());
    routes.add(
        change(
                "GET",
                instance + "/files",
                "copyFiles",
                "A WebSocket (v5.channel.k8s.io) that copies files out of it or into it.")
            .with(FILES)
            .being(Trait.SOCKET)
            .route());
    routes.add(list("/v1/nodes", "listNodes", "The machines.", NodeList.getDefaultInstance()));
    routes.add(
        read("/v1/nodes/{node}", "getNode", "One machine.")
            .answers(Node.getDefaultInstance(), 200)
            .route());
    routes.add(
        read("/v1/nodes/{node}/usage", "getNodeUsage", "What is used of it, and by what.")
            .answers(NodeUsage.getDefaultInstance(), 200)
            .route());
    nodeChange(routes, "cordon", "cordonNode", "It takes no new instances.", 200, null);
    nodeChange(routes, "uncordon", "uncordonNode", "It takes new instances again.", 200, null);
    nodeChange(
        routes,
        "drain",
        "drainNode",
        "Its instances move elsewhere; answered when that has begun.",
        202,
        DrainRequest.getDefaultInstance());
    nodeChange(
        routes,
        "promote",
        "promoteNode",
        "It keeps the store, too; answered when that is said, the node becomes it by itself.",
        202,
        null);
    nodeChange(
        routes,
        "demote",
        "demoteNode",
        "It runs instances only; as promote, and refused where the store would stop.",
        202,
        null);
    routes.add(
        new Draft(
                "DELETE",
                "/v1/nodes/{node}",
                "removeNode",
                "Out of the cluster for good; answered with the node as it was.",
                Access.ADMIN)
            .answers(Node.getDefaultInstance(), 200)
            .with(List.of(FORCE))
            .route());
    images(routes);
    routes.add(list("/v1/events", "listAllEvents", "Events everywhere.", events));
    routes.add(list(NAMESPACE + "/events", "listEvents", "Events of one namespace.", events));
  }

  private static void images(List<Route> routes) {
    routes.add(
        read(IMAGES, "listImages", "What the node has of images, and what is on its way there.")
            .answers(NodeImageList.getDefaultInstance(), 200)
            .route());
    routes.add(
        new Draft(
                "POST",
                IMAGES,
                "pullImage",
                "Bring an image to the node; answered when that has begun.",
                Access.ADMIN)
            .body(ImagePullRequest.getDefaultInstance())
            .answers(ImagePull.getDefaultInstance(), 202)
            .route());
    routes.add(
        new Draft(
                "DELETE",
                IMAGES,
                "removeImage",
                "Remove an image that nothing runs from; answered with what was removed.",
                Access.ADMIN)
            .with(IMAGE)
            .answers(NodeImageList.getDefaultInstance(), 200)
            .route());
  }

  private static void nodeChange(
      List<Route> routes,
      String action,
      String operation,
      String summary,
      int status,
      @Nullable Message body) {
    var draft = new Draft("POST", "/v1/nodes/{node}/" + action, operation, summary, Access.ADMIN);
    routes.add(
        (body == null ? draft : draft.optionalBody(body))
            .answers(Node.getDefaultInstance(), status)
            .route());
  }

  private static void tokens(List<Route> routes) {
    routes.add(
        new Draft("GET", "/v1/tokens", "listTokens", "Who may come in.", Access.ADMIN)
            .answers(TokenList.getDefaultInstance(), 200)
            .with(List.of(LIMIT, CONTINUE, WATCH, SINCE, CONSISTENT))
            .being(Trait.WATCHABLE)
            .route());
    routes.add(
        new Draft(
                "POST",
                "/v1/tokens",
                "createToken",
                "A new token; this answer alone holds it.",
                Access.ADMIN)
            .body(TokenRequest.getDefaultInstance())
            .answers(Token.getDefaultInstance(), 201)
            .route());
    routes.add(
        new Draft("DELETE", "/v1/tokens/{id}", "revokeToken", "Count it no more.", Access.ADMIN)
            .answers(Token.getDefaultInstance(), 200)
            .route());
  }

  private static void itself(List<Route> routes) {
    routes.add(
        new Draft(
                "POST",
                "/v1/cluster/upgrade",
                "raiseFeatureLevel",
                "Uses what the releases of all nodes know; older releases cannot come back.",
                Access.ADMIN)
            .answers(Cluster.getDefaultInstance(), 200)
            .route());
    routes.add(
        new Draft(
                "POST",
                "/v1/cluster/rotate-secret-key",
                "rotateSecretKey",
                "Seal all secrets by a new key.",
                Access.ADMIN)
            .answers(Cluster.getDefaultInstance(), 200)
            .route());
    routes.add(
        read("/v1/cluster", "getCluster", "Members, leader, store.")
            .answers(Cluster.getDefaultInstance(), 200)
            .route());
    routes.add(
        new Draft(
                "GET",
                "/v1/cluster/backup",
                "getBackup",
                "All that is declared, as a file; keep it as a secret.",
                Access.ADMIN)
            .with(WITH_KEY)
            .being(Trait.GIVES_BACKUP)
            .route());
    routes.add(
        new Draft(
                "POST",
                "/v1/cluster/restore",
                "restoreBackup",
                "Fill an empty cluster with a backup.",
                Access.ADMIN)
            .being(Trait.TAKES_BACKUP)
            .answers(Cluster.getDefaultInstance(), 200)
            .route());
    routes.add(
        new Draft(
                "POST",
                "/v1/join",
                "joinCluster",
                "Let a new node in; asking again renews.",
                Access.JOIN)
            .body(NodeJoinRequest.getDefaultInstance())
            .answers(NodeJoinReply.getDefaultInstance(), 200)
            .with(ROLE)
            .route());
    routes.add(
        read("/v1/version", "getVersion", "What this node runs.")
            .answers(VersionInfo.getDefaultInstance(), 200)
            .route());
    routes.add(open("/healthz", "getHealth", "Whether this node lives: 200 with a word."));
    routes.add(
        open("/readyz", "getReadiness", "Whether it can serve: 200, or 503 with the reason."));
    routes.add(
        new Draft("GET", "/openapi.json", "getOpenApi", "This document.", Access.READ).route());
  }

  private static Route list(String path, String operation, String summary, Message list) {
    return read(path, operation, summary)
        .answers(list, 200)
        .with(LIST)
        .being(Trait.WATCHABLE)
        .route();
  }

  private static Draft read(String path, String operation, String summary) {
    return read("GET", path, operation, summary).with(CONSISTENT);
  }

  private static Draft read(String method, String path, String operation, String summary) {
    return new Draft(method, path, operation, summary, Access.READ);
  }

  private static Draft change(String method, String path, String operation, String summary) {
    return new Draft(method, path, operation, summary, Access.DEPLOY);
  }

  private static Route open(String path, String operation, String summary) {
    return new Draft("GET", path, operation, summary, Access.OPEN).route();
  }

  /** A route in the making. */
  private static final class Draft {
    private final String method;
    private final String path;
    private final String operation;
    private final String summary;
    private final Access access;
    private Optional<Message> request = Optional.empty();
    private boolean optionalBody;
    private List<Integer> statuses = List.of(200);
    private Optional<Message> response = Optional.empty();
    private List<Parameter> parameters = List.of();
    private List<Trait> traits = List.of();

    Draft(String method, String path, String operation, String summary, Access access) {
      this.method = method;
      this.path = path;
      this.operation = operation;
      this.summary = summary;
      this.access = access;
    }

    Draft body(Message type) {
      request = Optional.of(type);
      return this;
    }

    Draft optionalBody(Message type) {
      optionalBody = true;
      return body(type);
    }

    Draft answers(Message type, Integer... success) {
      response = Optional.of(type);
      statuses = List.of(success);
      return this;
    }

    Draft with(Parameter parameter) {
      return with(List.of(parameter));
    }

    Draft with(List<Parameter> all) {
      parameters = all;
      return this;
    }

    Draft being(Trait... all) {
      traits = List.of(all);
      return this;
    }

    Route route() {
      return new Route(
          method,
          path,
          operation,
          summary,
          access,
          request,
          optionalBody,
          statuses,
          response,
          parameters,
          traits);
    }
  }
}
