package dev.regrow.core.codec;

import dev.regrow.core.model.Constraints;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.model.Declared;
import dev.regrow.core.model.Demand;
import dev.regrow.core.model.ImageUse;
import dev.regrow.core.model.Opaque;
import dev.regrow.core.model.Policy;
import dev.regrow.core.model.Ports;
import dev.regrow.core.model.Template;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Templates;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Placement;
import dev.regrow.v1.PlacementPolicy;
import dev.regrow.v1.Port;
import dev.regrow.v1.Protocol;
import dev.regrow.v1.Reconcile;
import dev.regrow.v1.RestartMode;
import dev.regrow.v1.RestartPolicy;
import dev.regrow.v1.SpreadRule;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.SortedMap;

/** What somebody declares. */
public final class DeclaredCodec {

  private DeclaredCodec() {}

  /**
   * @param declared valid; defaults are written in here
   * @param contents what the objects hold now that it refers to
   * @param imageDigest what its image's tag stands for; empty: unknown
   */
  public static Declared declared(
      Workload declared, SortedMap<ContentRef, String> contents, String imageDigest) {
    var full = Schema.withDefaults(declared);
    return new Declared(
        full.hasReplicas() ? full.getReplicas() : null,
        template(full.getInstance(), Templates.hash(full.getInstance()), contents, imageDigest),
        policy(full),
        rest(full),
        Schema.VERSION);
  }

  static Template template(
      InstanceTemplate template,
      String hash,
      SortedMap<ContentRef, String> contents,
      String imageDigest) {
    return new Template(
        hash,
        demand(template),
        Bytes.opaque(template),
        contents,
        ContentsCodec.volumes(template),
        new ImageUse(imageDigest, template.getPullSecret()));
  }

  /** A template as it was declared, defaults written in. */
  public static InstanceTemplate template(Template template) {
    return Bytes.parse(InstanceTemplate.parser(), template.content(), "template");
  }

  /** What a node is ordered to run: the image's bytes, wherever its tag leads to by then. */
  public static InstanceTemplate ordered(Template template) {
    var declared = template(template);
    var digest = template.image().digest();
    return digest.isEmpty()
        ? declared
        : declared.toBuilder().setImage(declared.getImage() + "@" + digest).build();
  }

  /** How instances of a workload are restarted in place. */
  public static RestartPolicy restart(Opaque rest) {
    return Bytes.parse(Workload.parser(), rest, "declaration").getRestart();
  }

  private static Demand demand(InstanceTemplate template) {
    var resources = template.getResources();
    return new Demand(
        resources.getCpu(), resources.getMemory(), resources.getPids(), hostPorts(template));
  }

  /**
   * What an instance takes of its node's own ports: those that it names when it has no others, or
   * those that it publishes.
   */
  public static Ports hostPorts(InstanceTemplate template) {
    return switch (template.getNetwork()) {
      case HOST ->
          Ports.of(
              template.getPortsList().stream().map(port -> code(port, port.getPort())).toList());
      case BRIDGE ->
          Ports.of(
              template.getPortsList().stream()
                  .filter(Port::hasPublish)
                  .map(port -> Ports.shared(code(port, port.getPublish())))
                  .toList());
      case NONE, NETWORK_UNSPECIFIED, UNRECOGNIZED -> Ports.NONE;
    };
  }

  private static int code(Port port, int number) {
    return Ports.code(number, port.getProtocol() == Protocol.UDP);
  }

  /** Everything but replicas, template and what only the server says. */
  static Opaque rest(Workload full) {
    return Bytes.opaque(
        full.toBuilder()
            .clearReplicas()
            .clearInstance()
            .clearUid()
            .clearRevision()
            .clearIndex()
            .clearStatus()
            .build());
  }

  static Policy policy(Workload full) {
    var update = full.getUpdate();
    return new Policy(
        mode(full.getRestart().getPolicy()),
        full.getExclusive(),
        update.getSurge(),
        update.getUnavailable(),
        update.getMinReady(),
        update.getProgressDeadline(),
        update.getAutoRevert(),
        constraints(full.getPlacement()),
        keep(full.getDisconnect().getReconcile()),
        full.getDisconnect().getLostAfter(),
        full.getDisconnect().hasStopAfter() ? full.getDisconnect().getStopAfter() : -1);
  }

  private static Constraints constraints(Placement placement) {
    boolean packs = placement.getPolicy() == PlacementPolicy.PACK;
    var spread = placement.getSpreadList().stream().map(SpreadRule::getBy).toList();
    return new Constraints(
        placement.getRequireList().stream()
            .map(rule -> new Constraints.Rule(rule.getLabel(), rule.getInList()))
            .toList(),
        placement.getPreferList().stream()
            .map(
                rule ->
                    new Constraints.Preference(
                        new Constraints.Rule(rule.getLabel(), rule.getInList()), rule.getWeight()))
            .toList(),
        // Records of before there was a spread say nothing, and are spread over nodes.
        spread.isEmpty() && !packs ? List.of(Constraints.NODE) : spread,
        packs ? Constraints.Policy.PACK : Constraints.Policy.SPREAD);
  }

  private static Policy.Restart mode(RestartMode mode) {
    return switch (mode) {
      case NEVER -> Policy.Restart.NEVER;
      case ON_FAILURE -> Policy.Restart.ON_FAILURE;
      case ALWAYS, UNRECOGNIZED -> Policy.Restart.ALWAYS;
    };
  }

  private static Policy.Keep keep(Reconcile reconcile) {
    return switch (reconcile) {
      case KEEP_ORIGINAL -> Policy.Keep.ORIGINAL;
      case LONGEST_RUNNING -> Policy.Keep.LONGEST_RUNNING;
      case KEEP_REPLACEMENT, UNRECOGNIZED -> Policy.Keep.REPLACEMENT;
    };
  }
}
