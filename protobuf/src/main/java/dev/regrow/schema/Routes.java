package dev.regrow.schema;

import static dev.regrow.schema.Draft.change;
import static dev.regrow.schema.Draft.list;
import static dev.regrow.schema.Draft.open;
import static dev.regrow.schema.Draft.read;
import static dev.regrow.schema.RouteParameters.CONSISTENT;
import static dev.regrow.schema.RouteParameters.CONTINUE;
import static dev.regrow.schema.RouteParameters.DRY_RUN;
import static dev.regrow.schema.RouteParameters.EXEC;
import static dev.regrow.schema.RouteParameters.FILES;
import static dev.regrow.schema.RouteParameters.LIMIT;
import static dev.regrow.schema.RouteParameters.LOGS;
import static dev.regrow.schema.RouteParameters.PORT;
import static dev.regrow.schema.RouteParameters.PULL;
import static dev.regrow.schema.RouteParameters.ROLE;
import static dev.regrow.schema.RouteParameters.SINCE;
import static dev.regrow.schema.RouteParameters.WATCH;
import static dev.regrow.schema.RouteParameters.WITH_KEY;

import dev.regrow.schema.Route.Access;
import dev.regrow.schema.Route.Trait;
import dev.regrow.v1.AttemptList;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Config;
import dev.regrow.v1.ConfigList;
import dev.regrow.v1.EventList;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstanceList;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.NamedVolumeList;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.NamespaceList;
import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.NodeJoinRequest;
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

  /** In the order in which people meet them. */
  public static final List<Route> ALL = all();

  private Routes() {}

  private static List<Route> all() {
    List<Route> routes = new ArrayList<>();
    workloads(routes);
    configs(routes);
    secrets(routes);
    volumes(routes);
    namespaces(routes);
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

  private static void namespaces(List<Route> routes) {
    Namespace namespace = Namespace.getDefaultInstance();
    routes.add(
        list(
            "/v1/namespaces",
            "listNamespaces",
            "default, and the namespaces that are declared.",
            NamespaceList.getDefaultInstance()));
    routes.add(
        new Draft(
                "PUT",
                NAMESPACE,
                "putNamespace",
                "Declare a namespace, and what its workloads may ask for; stops nothing that runs.",
                Access.ADMIN)
            .body(namespace)
            .answers(namespace, 200, 201)
            .with(DRY_RUN)
            .being(Trait.TAGGED, Trait.CONDITIONAL, Trait.CREATES)
            .route());
    routes.add(
        read(NAMESPACE, "getNamespace", "One namespace, as declared.")
            .answers(namespace, 200)
            .being(Trait.TAGGED)
            .route());
    routes.add(
        new Draft(
                "DELETE",
                NAMESPACE,
                "deleteNamespace",
                "Forget it; refused while anything is in it, and always of default.",
                Access.ADMIN)
            .answers(namespace, 202)
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
    NodeRoutes.addTo(routes);
    routes.add(list("/v1/events", "listAllEvents", "Events everywhere.", events));
    routes.add(list(NAMESPACE + "/events", "listEvents", "Events of one namespace.", events));
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
}
