package dev.regrow.chaos.scenario;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Proc;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What a cluster says of its workloads while some of it may be away, and what the kernel says. */
public final class Observed {

  private final RegrowClient client;

  /**
   * @param client with a timeout that is short beside what is waited for
   */
  public Observed(RegrowClient client) {
    this.client = client;
  }

  /**
   * All but those that were lost with their node: they are listed until it is back or removed.
   * Empty while nobody answers.
   */
  public List<Instance> instances(String workload) {
    return asked(() -> client.send(Calls.instancesOf(Programs.NAMESPACE, workload)))
        .map(list -> list.getItemsList())
        .orElse(List.of())
        .stream()
        .filter(each -> each.getPhase() != InstancePhase.INSTANCE_LOST)
        .toList();
  }

  /** Empty while nobody answers. */
  public Optional<Workload> workload(String workload) {
    return asked(() -> client.send(Calls.workload(Programs.NAMESPACE, workload)));
  }

  /** Whether a change of it is taken. */
  public boolean takesChange(Workload.Builder changed) {
    return asked(() -> client.send(Calls.apply(Programs.complete(changed)))).isPresent();
  }

  private static <T> Optional<T> asked(Supplier<T> question) {
    try {
      return Optional.of(question.get());
    } catch (ApiException.Unavailable | ApiException.Unreachable | ApiException.TimedOut away) {
      return Optional.empty();
    }
  }

  /** Waits until so many instances are there, all ready and each as wished. */
  public List<Instance> awaitReady(
      String workload, int count, Duration within, Predicate<Instance> wished) {
    return Await.until(
        count + " ready instances of " + workload,
        within,
        () -> instances(workload),
        seen ->
            seen.size() == count
                && seen.stream().allMatch(each -> each.getReady() && wished.test(each)));
  }

  /** By slot: who each is to the cluster and to the kernel. What must not change, untouched. */
  public static Map<String, String> identities(List<Instance> instances) {
    return new TreeMap<>(
        instances.stream().collect(Collectors.toMap(Instance::getSlot, Observed::identity)));
  }

  private static String identity(Instance instance) {
    return "%s on %s, attempt %d, process %s"
        .formatted(
            instance.getId(),
            instance.getNode(),
            instance.getAttempt(),
            Proc.identity(instance.getPid()).map(Proc.Identity::toString).orElse("gone"));
  }
}
