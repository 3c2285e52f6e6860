package dev.regrow.gateway.http;

import dev.regrow.gateway.auth.Pass;
import dev.regrow.gateway.server.Answer;
import dev.regrow.runtime.Load;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.v1.InstanceUsage;
import dev.regrow.v1.NodeUsage;
import dev.regrow.v1.Stalled;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What is used of a node, read on it when it is asked. */
final class UsageRoutes {

  private final Whereabouts whereabouts;
  private final String node;

  UsageRoutes(Whereabouts whereabouts, String node) {
    this.whereabouts = whereabouts;
    this.node = node;
  }

  List<Route> routes() {
    return List.of(Route.read("/v1/nodes/{node}/usage", Set.of(), this::usage).forAll());
  }

  private CompletionStage<Answer> usage(Call call) {
    return whereabouts.onNode(
        call,
        call.name("node"),
        () ->
            CompletableFuture.completedFuture(
                Answers.object(200, call.format(), usage(visible(call)))));
  }

  /** A token of some namespaces sees the node, and what is in those. */
  private static Predicate<RunningInstance> visible(Call call) {
    @Nullable Pass pass = call.pass().orElse(null);
    return instance ->
        pass == null
            || pass.countsEverywhere()
            || pass.namespaces().contains(instance.key().namespace());
  }

  private NodeUsage usage(Predicate<RunningInstance> visible) {
    var local = whereabouts.local();
    var load = local.load();
    var usage =
        NodeUsage.newBuilder()
            .setNode(node)
            .setTimeNanos(load.bootNanos())
            .setProcessors(load.processors())
            .setCpuNanos(load.cpuNanos())
            .setMemory(load.memoryBytes())
            .setMemoryTotal(load.memoryMaxBytes());
    if (load.stalled() != null) {
      usage.setStalled(stalled(load.stalled()));
    }
    local.running().stream()
        .filter(visible)
        .sorted(Comparator.comparing(instance -> instance.key().toString()))
        .forEach(instance -> usage.addInstances(usage(instance)));
    return usage.build();
  }

  private static InstanceUsage usage(RunningInstance instance) {
    var load = instance.load();
    var usage =
        InstanceUsage.newBuilder()
            .setId(instance.key().instanceId())
            .setNamespace(instance.key().namespace())
            .setWorkload(instance.key().workload())
            .setSlot(instance.slot())
            .setCpuNanos(load.cpuNanos())
            .setMemory(load.memoryBytes())
            .setMemoryLimit(load.memoryMaxBytes())
            .setPids(load.pids())
            .setPidsLimit(load.pidsMax())
            .setThrottledNanos(load.throttledNanos())
            .setOomKills(load.oomKills());
    if (load.stalled() != null) {
      usage.setStalled(stalled(load.stalled()));
    }
    return usage.build();
  }

  private static Stalled stalled(Load.Stalled stalled) {
    return Stalled.newBuilder()
        .setCpu(stalled.cpu())
        .setMemory(stalled.memory())
        .setIo(stalled.io())
        .build();
  }
}
