package dev.regrow.client;

import com.google.protobuf.Empty;
import dev.regrow.schema.BackupFile;
import dev.regrow.v1.AttemptList;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Config;
import dev.regrow.v1.ConfigList;
import dev.regrow.v1.DrainRequest;
import dev.regrow.v1.EventList;
import dev.regrow.v1.Fault;
import dev.regrow.v1.FaultList;
import dev.regrow.v1.FaultRequest;
import dev.regrow.v1.ImagePull;
import dev.regrow.v1.ImagePullRequest;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstanceList;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.NamedVolumeList;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.NamespaceList;
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
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadList;
import java.time.Duration;
import java.util.Map;

/** Every call of the API that has an object as its answer. */
public final class Calls {
  private Calls() {}

  /** Creates or changes a workload; what is equal stays untouched. Status 201 says created. */
  public static Call<Workload> apply(Workload declared) {
    return Call.put(of(declared), declared, Workload.parser());
  }

  /** The same; it takes what its image's tag stands for now. */
  public static Call<Workload> applyPulling(Workload declared) {
    return Call.put(Uris.with(of(declared), "pull", "true"), declared, Workload.parser());
  }

  /** What {@link #apply} would do. */
  public static Call<Plan> plan(Workload declared) {
    return Call.post(of(declared) + "/plan", declared, true, Plan.parser());
  }

  /** What {@link #applyPulling} would do. */
  public static Call<Plan> planPulling(Workload declared) {
    var path = Uris.with(of(declared) + "/plan", "pull", "true");
    return Call.post(path, declared, true, Plan.parser());
  }

  public static Call<Workload> workload(String namespace, String name) {
    return Call.get(workloadPath(namespace, name), Workload.parser());
  }

  public static Call<WorkloadList> workloads(Scope scope) {
    return Call.get(scope.path("workloads"), WorkloadList.parser());
  }

  /** Answers with the object in phase Stopping; {@link #workload} is NotFound once all is gone. */
  public static Call<Workload> delete(String namespace, String name) {
    return Call.delete(workloadPath(namespace, name), Workload.parser());
  }

  public static Call<Workload> scale(String namespace, String name, int replicas) {
    var body = ScaleRequest.newBuilder().setReplicas(replicas).build();
    return Call.post(workloadPath(namespace, name) + "/scale", body, true, Workload.parser());
  }

  /**
   * Makes a new revision of an old one's content.
   *
   * @param revision 0: the one before the current
   */
  public static Call<Workload> rollback(String namespace, String name, long revision) {
    var body = RollbackRequest.newBuilder().setRevision(revision).build();
    return Call.post(
        workloadPath(namespace, name) + "/rollback", body, revision != 0, Workload.parser());
  }

  /** Replaces every instance, without a change. */
  public static Call<Workload> restart(String namespace, String name) {
    return Call.post(
        workloadPath(namespace, name) + "/restart",
        Empty.getDefaultInstance(),
        false,
        Workload.parser());
  }

  public static Call<RevisionList> revisions(String namespace, String name) {
    return Call.get(workloadPath(namespace, name) + "/revisions", RevisionList.parser());
  }

  /** The instances of one workload. */
  public static Call<InstanceList> instancesOf(String namespace, String name) {
    return Call.get(workloadPath(namespace, name) + "/instances", InstanceList.parser());
  }

  public static Call<InstanceList> instances(Scope scope) {
    return Call.get(scope.path("instances"), InstanceList.parser());
  }

  public static Call<Instance> instance(String namespace, String id) {
    return Call.get(
        "/v1/namespaces/" + Uris.segment(namespace) + "/instances/" + Uris.segment(id),
        Instance.parser());
  }

  /** The events of one workload. */
  public static Call<EventList> eventsOf(String namespace, String name) {
    return Call.get(workloadPath(namespace, name) + "/events", EventList.parser());
  }

  public static Call<EventList> events(Scope scope) {
    return Call.get(scope.path("events"), EventList.parser());
  }

  /** Everything that was decided for a workload and that happened to it, in order, with causes. */
  public static Call<Timeline> timeline(String namespace, String name) {
    return Call.get(workloadPath(namespace, name) + "/timeline", Timeline.parser());
  }

  public static Call<NodeList> nodes() {
    return nodes(Scope.everywhere());
  }

  /** They are of no namespace, so it is only by their labels. */
  public static Call<NodeList> nodes(Scope scope) {
    return Call.get(scope.ofAll().path("nodes"), NodeList.parser());
  }

  public static Call<Node> node(String name) {
    return Call.get(nodePath(name), Node.parser());
  }

  /** The attempts of an instance that logs are kept of, oldest first. */
  public static Call<AttemptList> attempts(String namespace, String instance) {
    return Call.get(
        "/v1/namespaces/"
            + Uris.segment(namespace)
            + "/instances/"
            + Uris.segment(instance)
            + "/attempts",
        AttemptList.parser());
  }

  /** What is used of it now. */
  public static Call<NodeUsage> usage(String node) {
    return Call.get(nodePath(node) + "/usage", NodeUsage.parser());
  }

  /**
   * Lets a new node in; its certificate and what it needs to know is the answer.
   *
   * @param role {@code server} or {@code worker}
   */
  public static Call<NodeJoinReply> join(NodeJoinRequest request, String role) {
    return Call.post("/v1/join?role=" + role, request, true, NodeJoinReply.parser());
  }

  /** It takes no new instances from then on. */
  public static Call<Node> cordon(String name) {
    return Call.post(nodePath(name) + "/cordon", Empty.getDefaultInstance(), true, Node.parser());
  }

  public static Call<Node> uncordon(String name) {
    return Call.post(nodePath(name) + "/uncordon", Empty.getDefaultInstance(), true, Node.parser());
  }

  /** Answers when it has begun; {@link #node} says how far it is. */
  public static Call<Node> drain(String name, Duration timeout) {
    var body = DrainRequest.newBuilder().setTimeout(timeout.toMillis()).build();
    return Call.post(nodePath(name) + "/drain", body, true, Node.parser());
  }

  /** It becomes a server by itself; {@link #node} says when it is one. */
  public static Call<Node> promote(String name) {
    return Call.post(nodePath(name) + "/promote", Empty.getDefaultInstance(), true, Node.parser());
  }

  public static Call<Node> demote(String name) {
    return Call.post(nodePath(name) + "/demote", Empty.getDefaultInstance(), true, Node.parser());
  }

  /**
   * Takes a node out of the cluster for good.
   *
   * @param force it is dead
   */
  public static Call<Node> remove(String name, boolean force) {
    var path = force ? Uris.with(nodePath(name), "force", "true") : nodePath(name);
    return Call.delete(path, Node.parser());
  }

  /** Fills an empty cluster. */
  public static Call<Cluster> restore(byte[] backup) {
    return new Call<>(
        "POST",
        "/v1/cluster/restore",
        Map.of("Content-Type", BackupFile.MEDIA_TYPE),
        backup,
        false,
        Cluster.parser());
  }

  private static String nodePath(String name) {
    return "/v1/nodes/" + Uris.segment(name);
  }

  /** See `regrow cluster upgrade`. */
  public static Call<Cluster> raiseFeatureLevel() {
    return Call.post("/v1/cluster/upgrade", Empty.getDefaultInstance(), true, Cluster.parser());
  }

  /** See `regrow cluster rotate-key`. */
  public static Call<Cluster> rotateSecretKey() {
    return Call.post(
        "/v1/cluster/rotate-secret-key", Empty.getDefaultInstance(), false, Cluster.parser());
  }

  public static Call<Cluster> cluster() {
    return Call.get("/v1/cluster", Cluster.parser());
  }

  /** All tokens, or those after the id that the page before ended with. */
  public static Call<TokenList> tokens(String continueFrom) {
    var path =
        continueFrom.isEmpty() ? "/v1/tokens" : Uris.with("/v1/tokens", "continue", continueFrom);
    return Call.get(path, TokenList.parser());
  }

  /** Answers with the token itself, which nobody can be told again. */
  public static Call<Token> createToken(TokenRequest wanted) {
    return Call.post("/v1/tokens", wanted, false, Token.parser());
  }

  /** From then on it is refused everywhere. */
  public static Call<Token> revokeToken(String id) {
    return Call.delete("/v1/tokens/" + Uris.segment(id), Token.parser());
  }

  /** Creates or changes a config. Status 201 says created. */
  public static Call<Config> putConfig(Config declared) {
    return Call.put(
        configPath(declared.getNamespace(), declared.getName()), declared, Config.parser());
  }

  /** What {@link #putConfig} would do, and whom it would roll. */
  public static Call<Plan> planConfig(Config declared) {
    var path = configPath(declared.getNamespace(), declared.getName());
    return Call.put(Uris.with(path, "dryRun", "true"), declared, Plan.parser());
  }

  public static Call<Config> config(String namespace, String name) {
    return Call.get(configPath(namespace, name), Config.parser());
  }

  public static Call<ConfigList> configs(Scope scope) {
    return Call.get(scope.path("configs"), ConfigList.parser());
  }

  /** Answers with what it was. */
  public static Call<Config> deleteConfig(String namespace, String name) {
    return Call.delete(configPath(namespace, name), Config.parser());
  }

  private static String configPath(String namespace, String name) {
    return "/v1/namespaces/" + Uris.segment(namespace) + "/configs/" + Uris.segment(name);
  }

  /** Creates or changes a volume. Status 201 says created. */
  public static Call<NamedVolume> putVolume(NamedVolume declared) {
    return Call.put(
        volumePath(declared.getNamespace(), declared.getName()), declared, NamedVolume.parser());
  }

  /** What {@link #putVolume} would do. */
  public static Call<Plan> planVolume(NamedVolume declared) {
    var path = volumePath(declared.getNamespace(), declared.getName());
    return Call.put(Uris.with(path, "dryRun", "true"), declared, Plan.parser());
  }

  public static Call<NamedVolume> volume(String namespace, String name) {
    return Call.get(volumePath(namespace, name), NamedVolume.parser());
  }

  public static Call<NamedVolumeList> volumes(Scope scope) {
    return Call.get(scope.path("volumes"), NamedVolumeList.parser());
  }

  /** Deletes it with all its data; answers with what it was. */
  public static Call<NamedVolume> deleteVolume(String namespace, String name) {
    return Call.delete(volumePath(namespace, name), NamedVolume.parser());
  }

  private static String volumePath(String namespace, String name) {
    return "/v1/namespaces/" + Uris.segment(namespace) + "/volumes/" + Uris.segment(name);
  }

  /** Creates or changes a namespace. Status 201 says created. */
  public static Call<Namespace> putNamespace(Namespace declared) {
    return Call.put(namespacePath(declared.getName()), declared, Namespace.parser());
  }

  /** What {@link #putNamespace} would do. */
  public static Call<Plan> planNamespace(Namespace declared) {
    var path = namespacePath(declared.getName());
    return Call.put(Uris.with(path, "dryRun", "true"), declared, Plan.parser());
  }

  public static Call<Namespace> namespace(String name) {
    return Call.get(namespacePath(name), Namespace.parser());
  }

  /**
   * @param scope its namespace is of no account
   */
  public static Call<NamespaceList> namespaces(Scope scope) {
    return Call.get(scope.ofAll().path("namespaces"), NamespaceList.parser());
  }

  /** Answers with what it was. */
  public static Call<Namespace> deleteNamespace(String name) {
    return Call.delete(namespacePath(name), Namespace.parser());
  }

  private static String namespacePath(String name) {
    return "/v1/namespaces/" + Uris.segment(name);
  }

  /** Creates or changes a secret. Status 201 says created. */
  public static Call<Secret> putSecret(Secret declared) {
    return Call.put(
        secretPath(declared.getNamespace(), declared.getName()), declared, Secret.parser());
  }

  /** What {@link #putSecret} would do. */
  public static Call<Plan> planSecret(Secret declared) {
    var path = secretPath(declared.getNamespace(), declared.getName());
    return Call.put(Uris.with(path, "dryRun", "true"), declared, Plan.parser());
  }

  public static Call<Secret> secret(String namespace, String name) {
    return Call.get(secretPath(namespace, name), Secret.parser());
  }

  public static Call<SecretList> secrets(Scope scope) {
    return Call.get(scope.path("secrets"), SecretList.parser());
  }

  /** Answers with what it was. */
  public static Call<Secret> deleteSecret(String namespace, String name) {
    return Call.delete(secretPath(namespace, name), Secret.parser());
  }

  private static String secretPath(String namespace, String name) {
    return "/v1/namespaces/" + Uris.segment(namespace) + "/secrets/" + Uris.segment(name);
  }

  /** Where a workload's own resources are. */
  static String workloadPath(String namespace, String name) {
    return "/v1/namespaces/" + Uris.segment(namespace) + "/workloads/" + Uris.segment(name);
  }

  private static String of(Workload declared) {
    return workloadPath(declared.getNamespace(), declared.getName());
  }

  /** To be asked of that node's own gateway, as the others. */
  public static Call<NodeImageList> images(String node) {
    return Call.get(images(node, ""), NodeImageList.parser());
  }

  /** Answered when it has begun; {@link #images} tells how far it is. */
  public static Call<ImagePull> pullImage(String node, String image) {
    var wanted = ImagePullRequest.newBuilder().setImage(image).build();
    return Call.post(images(node, ""), wanted, true, ImagePull.parser());
  }

  /** Answers with what was removed. */
  public static Call<NodeImageList> removeImage(String node, String image) {
    return Call.delete(images(node, image), NodeImageList.parser());
  }

  /** Faults that go on on a node, and which it lets happen. */
  public static Call<FaultList> faults(String node) {
    return Call.get(faultsOf(node), FaultList.parser());
  }

  /** Does something bad to a node, for a time; or says what that would be. */
  public static Call<Fault> beginFault(String node, FaultRequest wanted) {
    return Call.post(faultsOf(node), wanted, wanted.getDryRun(), Fault.parser());
  }

  /** Ends all faults of a node. */
  public static Call<FaultList> endFaults(String node) {
    return Call.delete(faultsOf(node), FaultList.parser());
  }

  public static Call<Fault> endFault(String node, String id) {
    return Call.delete(faultsOf(node) + "/" + Uris.segment(id), Fault.parser());
  }

  private static String faultsOf(String node) {
    return "/v1/nodes/" + Uris.segment(node) + "/faults";
  }

  private static String images(String node, String image) {
    var path = "/v1/nodes/" + Uris.segment(node) + "/images";
    return image.isEmpty() ? path : Uris.with(path, "image", image);
  }
}
