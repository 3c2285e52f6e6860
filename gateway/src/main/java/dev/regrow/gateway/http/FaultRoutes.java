package dev.regrow.gateway.http;

import dev.regrow.actors.control.ReadPoint;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.server.Answer;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.fault.FaultOrder;
import dev.regrow.runtime.fault.FaultRefused;
import dev.regrow.runtime.fault.NodeFaults;
import dev.regrow.v1.Fault;
import dev.regrow.v1.FaultKind;
import dev.regrow.v1.FaultList;
import dev.regrow.v1.FaultRequest;
import dev.regrow.v1.Node;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Faults that are put into a node on purpose, by admins; any gateway passes them on to it. */
final class FaultRoutes {

  private static final String PATH = "/v1/nodes/{node}/faults";

  private final Whereabouts whereabouts;
  private final Backend backend;

  FaultRoutes(Whereabouts whereabouts, Backend backend) {
    this.whereabouts = whereabouts;
    this.backend = backend;
  }

  List<Route> routes() {
    return List.of(
        Route.read(PATH, Set.of(), this::list),
        Route.change("POST", PATH, Set.of(), this::begin).needing(Role.ADMIN),
        Route.change("DELETE", PATH, Set.of(), this::endAll).needing(Role.ADMIN),
        Route.change("DELETE", PATH + "/{fault}", Set.of(), this::end).needing(Role.ADMIN));
  }

  private CompletionStage<Answer> list(Call call) {
    return onNode(
        call,
        faults -> {
          var list = shown(faults.active());
          faults.allowed().stream()
              .map(kind -> FaultKind.valueOf(kind.name()))
              .sorted()
              .forEach(list::addAllowed);
          return CompletableFuture.completedStage(Answers.object(200, call.format(), list.build()));
        });
  }

  private CompletionStage<Answer> begin(Call call) {
    return call.body()
        .thenCompose(
            body -> {
              var wanted = Codec.read(FaultRequest.getDefaultInstance(), body);
              return whereabouts.onNode(
                  call, call.name("node"), body.bytes(), () -> begin(call, wanted));
            });
  }

  private CompletionStage<Answer> begin(Call call, FaultRequest given) {
    var wanted = withDefaults(given);
    return peers(wanted.getPeersList())
        .thenCompose(
            peers -> {
              var order = order(wanted, peers);
              return wanted.getDryRun() ? rehearse(call, order) : begin(call, order);
            })
        .exceptionallyCompose(failure -> CompletableFuture.failedStage(refusal(failure)));
  }

  private CompletionStage<Answer> begin(Call call, FaultOrder order) {
    return here()
        .begin(order)
        .thenApply(
            fault -> {
              Audit.began(call, fault);
              return Answers.object(201, call.format(), shown(fault));
            });
  }

  private CompletionStage<Answer> rehearse(Call call, FaultOrder order) {
    return here()
        .rehearse(order)
        .thenApply(
            affects ->
                Answers.object(200, call.format(), shown(order).addAllAffects(affects).build()));
  }

  private CompletionStage<Answer> endAll(Call call) {
    return onNode(
        call,
        faults ->
            faults
                .end(null)
                .thenApply(
                    ended -> {
                      ended.forEach(fault -> Audit.ended(call, fault));
                      return Answers.object(200, call.format(), shown(ended).build());
                    }));
  }

  private CompletionStage<Answer> end(Call call) {
    return onNode(
        call,
        faults ->
            faults
                .end(call.name("fault"))
                .thenApply(
                    ended -> {
                      if (ended.isEmpty()) {
                        throw HttpProblem.notFound(
                            "no fault %s goes on on node %s"
                                .formatted(call.name("fault"), backend.node()));
                      }
                      Audit.ended(call, ended.get(0));
                      return Answers.object(200, call.format(), shown(ended.get(0)));
                    }));
  }

  private interface Work {
    CompletionStage<Answer> on(NodeFaults faults);
  }

  private CompletionStage<Answer> onNode(Call call, Work work) {
    return whereabouts.onNode(
        call,
        call.name("node"),
        () ->
            work.on(here())
                .exceptionallyCompose(failure -> CompletableFuture.failedStage(refusal(failure))));
  }

  private NodeFaults here() {
    return backend
        .faults()
        .get()
        .orElseThrow(
            () ->
                HttpProblem.unavailable(
                    "node %s is preparing its machine; try again".formatted(backend.node())));
  }

  private FaultRequest withDefaults(FaultRequest given) {
    return dev.regrow.schema.Schema.withDefaults(given);
  }

  private FaultOrder order(FaultRequest wanted, List<FaultOrder.Peer> peers) {
    return new FaultOrder(
        dev.regrow.runtime.fault.FaultKind.valueOf(wanted.getKind().name()),
        instance(wanted).orElse(null),
        peers,
        Duration.ofMillis(wanted.getDuration()),
        wanted.getCores(),
        wanted.getMemory());
  }

  private Optional<InstanceKey> instance(FaultRequest wanted) {
    if (wanted.getInstance().isEmpty()) {
      return Optional.empty();
    }
    return whereabouts.local().running().stream()
        .filter(one -> one.key().namespace().equals(wanted.getNamespace()))
        .filter(
            one ->
                one.key().instanceId().equals(wanted.getInstance())
                    || one.slot().equals(wanted.getInstance()))
        .map(RunningInstance::key)
        .findFirst()
        .or(
            () -> {
              throw HttpProblem.notFound(
                  "no instance %s of namespace %s runs on node %s"
                      .formatted(wanted.getInstance(), wanted.getNamespace(), backend.node()));
            });
  }

  /** Where the machines of these nodes are. */
  private CompletionStage<List<FaultOrder.Peer>> peers(List<String> names) {
    CompletionStage<List<FaultOrder.Peer>> all =
        CompletableFuture.completedStage(new ArrayList<>());
    for (var name : names) {
      all =
          all.thenCombine(
              address(name),
              (known, address) -> {
                known.add(new FaultOrder.Peer(name, address));
                return known;
              });
    }
    return all;
  }

  private CompletionStage<String> address(String peer) {
    if (!Call.isName(peer)) {
      return CompletableFuture.completedStage(peer);
    }
    var servers = backend.servers().get();
    CompletionStage<Node> node =
        servers.isPresent()
            ? servers.get().thenApply(known -> called(peer, known))
            : backend.control().get().node(peer, ReadPoint.LOCAL);
    return node.thenApply(FaultRoutes::machine);
  }

  /** Where its gateway listens; a witness has none. */
  private static String machine(Node node) {
    try {
      var host = URI.create(node.getAddress()).getHost();
      if (host != null) {
        return host;
      }
    } catch (IllegalArgumentException noUrl) {
      // As an older release writes of a witness.
    }
    throw HttpProblem.of(
        422,
        "invalid",
        "node %s has no gateway that says where its machine is; give the address of its machine"
            .formatted(node.getName()));
  }

  private Node called(String name, List<Node> known) {
    return known.stream()
        .filter(node -> node.getName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                HttpProblem.notFound(
                    "worker %s knows no server called %s; give the address of its machine"
                        .formatted(backend.node(), name)));
  }

  private static Throwable refusal(Throwable failure) {
    var cause = Failures.unwrap(failure);
    if (cause instanceof FaultRefused refused) {
      return switch (refused.kind()) {
        case NOT_ALLOWED -> HttpProblem.of(403, "forbidden", refused.why());
        case INVALID -> HttpProblem.of(422, "invalid", refused.why());
        case NOT_FOUND -> HttpProblem.notFound(refused.why());
        case CONFLICT -> HttpProblem.of(409, "conflict", refused.why());
      };
    }
    return cause instanceof RuntimeFailure environment
        ? HttpProblem.unavailable(String.valueOf(environment.getMessage()))
        : failure;
  }

  private FaultList.Builder shown(List<dev.regrow.runtime.fault.Fault> faults) {
    var list = FaultList.newBuilder();
    faults.forEach(fault -> list.addItems(shown(fault)));
    return list;
  }

  private Fault shown(dev.regrow.runtime.fault.Fault fault) {
    return shown(fault.order())
        .setId(fault.id())
        .addAllAffects(fault.affects())
        .setBeganAt(fault.began().toEpochMilli())
        .setUntil(fault.until().toEpochMilli())
        .build();
  }

  private Fault.Builder shown(FaultOrder order) {
    var fault =
        Fault.newBuilder().setNode(backend.node()).setKind(FaultKind.valueOf(order.kind().name()));
    order.peers().forEach(peer -> fault.addPeers(peer.name()));
    var instance = order.instance();
    if (instance != null) {
      fault.setNamespace(instance.namespace()).setInstance(instance.instanceId());
    }
    return fault;
  }
}
