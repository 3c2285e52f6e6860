package dev.regrow.gateway.http;

import dev.regrow.core.identity.NodeRole;
import dev.regrow.gateway.server.Answer;
import dev.regrow.gateway.stream.LocalInstances;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Node;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Sees to it that who asks any gateway for what only an instance's own node has gets it: from here,
 * also while the cluster is away, or passed on from there.
 */
final class Whereabouts {

  private static final byte[] NOTHING = {};

  private final Backend backend;
  private final Relay relay;

  Whereabouts(Backend backend, Relay relay) {
    this.backend = backend;
    this.relay = relay;
  }

  LocalInstances local() {
    return backend.local();
  }

  /**
   * Answers for the instance that the call's path names.
   *
   * @param here answers on its own node
   */
  CompletionStage<Answer> answer(Call call, Function<InstanceKey, CompletionStage<Answer>> here) {
    var namespace = call.name("namespace");
    var wanted = call.name("instance");
    var found = local().find(namespace, wanted);
    if (found.isPresent()) {
      return here.apply(found.get());
    }
    var servers = backend.servers().get();
    if (servers.isPresent() && !relay.isPassedOn(call)) {
      return servers.get().thenCompose(known -> relay.askAny(call, known, NOTHING));
    }
    return backend
        .control()
        .get()
        .instance(namespace, wanted, call.readPoint())
        .thenCompose(instance -> answer(call, instance, here));
  }

  /** What only servers know, so that a worker has one of them answer. */
  Route onServers(Route route) {
    return route.answeredBy(
        call -> {
          var servers = backend.servers().get();
          if (servers.isEmpty() || relay.isPassedOn(call)) {
            return route.handler().handle(call);
          }
          return body(call)
              .thenCombine(servers.get(), (body, known) -> relay.askAny(call, known, body))
              .thenCompose(answer -> answer);
        });
  }

  private static CompletionStage<byte[]> body(Call call) {
    return call.route().method().equals("GET")
        ? CompletableFuture.completedStage(NOTHING)
        : call.bytes();
  }

  /** Answers for a node that the call's path names. */
  CompletionStage<Answer> onNode(Call call, String wanted, Supplier<CompletionStage<Answer>> here) {
    return onNode(call, wanted, NOTHING, here);
  }

  /**
   * Answers for a node that the call's path names.
   *
   * @param body that came with it
   */
  CompletionStage<Answer> onNode(
      Call call, String wanted, byte[] body, Supplier<CompletionStage<Answer>> here) {
    if (wanted.equals(backend.node())) {
      return here.get();
    }
    var servers = backend.servers().get();
    if (servers.isPresent() && !relay.isPassedOn(call)) {
      return servers.get().thenCompose(known -> relay.askAny(call, known, body));
    }
    return backend
        .control()
        .get()
        .node(wanted, call.readPoint())
        .thenCompose(there -> relay.passOn(call, running(there), body));
  }

  /** That node, if there is anything that it can be asked for. */
  private static Node running(Node node) {
    if (node.getRolesList().contains(NodeRole.WITNESS.text())) {
      throw HttpProblem.notFound(
          "node %s is a witness: it runs nothing, and has no gateway".formatted(node.getName()));
    }
    return node;
  }

  private CompletionStage<Answer> answer(
      Call call, Instance instance, Function<InstanceKey, CompletionStage<Answer>> here) {
    if (instance.getNode().isEmpty()) {
      throw HttpProblem.notFound(
          "%s is not placed yet: %s".formatted(instance.getSlot(), instance.getMessage()));
    }
    if (instance.getNode().equals(backend.node())) {
      return here.apply(
          new InstanceKey(instance.getNamespace(), instance.getWorkload(), instance.getId()));
    }
    return backend
        .control()
        .get()
        .node(instance.getNode(), call.readPoint())
        .thenCompose(there -> relay.passOn(call, there, NOTHING));
  }
}
